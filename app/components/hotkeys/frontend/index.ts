// Keys that work anywhere in the window, also while a text field has the focus. Streamlit's own button shortcuts fire
// before the field's text has reached Python; these make the field commit first. A key of one sign, or a sequence of
// such, does nothing while a person types.

import { define, type Outlet } from '../../frontend/component';
import { focused, isTyping } from '../../frontend/dom';
import { doHere } from '../../frontend/here';
import { signal } from '../../frontend/signals';
import { listener } from './chords';
import { pressed } from './keys';

interface Data {
  /** Name of each action by its keys, such as `{"mod+s": "save", "g s": "sql"}`; `mod` is Ctrl, on a Mac Cmd. */
  keys: Record<string, string>;
  /** Only while the focus is inside the part with this key. */
  scope?: string | null;
}

const COMMIT_MS = 30; // until the field's own change event has gone out
/** Actions the page does by itself. */
const LOCAL: Record<string, () => void> = {
  palette: () => signal('bestand:open', 'palette'),
  shortcuts: () => signal('bestand:open', 'shortcuts'),
  back: () => history.back(),
  forward: () => history.forward(),
};

export default define<Data>((_root, outlet) => {
  let data: Data = { keys: {} };
  const chords = listener();
  const listen = (event: KeyboardEvent): void => {
    if (event.isComposing || event.repeat || !inScope(event, data.scope)) return;
    const typing = isTyping(event.composedPath()[0]);
    const found = chords.press(pressed(event), Object.keys(data.keys), typing);
    if (found === undefined) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (found === null) return; // the beginning of a sequence
    const action = data.keys[found] ?? '';
    const local = LOCAL[action];
    if (local) {
      local();
      return;
    }
    if (doHere(action)) return;
    commitField();
    tell(outlet, action);
  };
  document.addEventListener('keydown', listen, { capture: true });
  return {
    update: (now) => {
      data = now;
    },
    destroy: () => document.removeEventListener('keydown', listen, { capture: true }),
  };
});

function inScope(event: KeyboardEvent, scope: string | null | undefined): boolean {
  const path = event.composedPath();
  // What lies on top has its own keys. A field of a dialog just closed keeps the focus until the browser draws again.
  if (path.some((one) => one instanceof HTMLDialogElement && one.open)) return false;
  return !scope || path.some((one) => one instanceof Element && one.classList.contains(`st-key-${scope}`));
}

function tell(outlet: Outlet, action: string): void {
  window.setTimeout(() => outlet.trigger('action', action), COMMIT_MS);
}

/** Let the focused field hand its text over, and give the focus and the caret back. */
function commitField(): void {
  const field = focused();
  if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) return;
  const { selectionStart, selectionEnd } = field;
  field.blur();
  field.focus({ preventScroll: true });
  if (selectionStart !== null) field.setSelectionRange(selectionStart, selectionEnd);
}
