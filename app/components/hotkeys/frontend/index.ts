// Keys that work anywhere in the window, also while a text field has the focus. Streamlit's own button shortcuts fire
// before the field's text has reached Python; these make the field commit first.

import { define, type Outlet } from '../../frontend/component';
import { pressed } from './keys';

interface Data {
  /** Name of each action by its keys, such as `{"mod+s": "save"}`; `mod` is Ctrl, on a Mac Cmd. */
  keys: Record<string, string>;
}

const COMMIT_MS = 30; // until the field's own change event has gone out

export default define<Data>((_root, outlet) => {
  let keys: Data['keys'] = {};
  const listen = (event: KeyboardEvent): void => {
    const action = keys[pressed(event)];
    if (action === undefined || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    commitField();
    tell(outlet, action);
  };
  document.addEventListener('keydown', listen, { capture: true });
  return {
    update: (data) => {
      keys = data.keys;
    },
    destroy: () => document.removeEventListener('keydown', listen, { capture: true }),
  };
});

function tell(outlet: Outlet, action: string): void {
  window.setTimeout(() => outlet.trigger('action', action), COMMIT_MS);
}

/** Let the focused field hand its text over, and give the focus and the caret back. */
function commitField(): void {
  const field = document.activeElement;
  if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) return;
  const { selectionStart, selectionEnd } = field;
  field.blur();
  field.focus({ preventScroll: true });
  if (selectionStart !== null) field.setSelectionRange(selectionStart, selectionEnd);
}
