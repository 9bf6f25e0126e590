// Gives a widget of the page the focus, once for each reason; whoever types or has opened something keeps it.

import { define } from '../../frontend/component';
import { isTyping, focused } from '../../frontend/dom';

interface Data {
  /** Class of the place the button is in. */
  place: string;
  once: string;
}

const TRIES = 40;
const EVERY_MS = 50;

export default define<Data>(() => {
  let done = '';
  let timer = 0;

  function look(data: Data, left: number): void {
    const button = document.querySelector<HTMLButtonElement>(`.${CSS.escape(data.place)} button:not(:disabled)`);
    if (isTyping(focused()) || document.querySelector('[data-testid="stPopoverButton"][aria-expanded="true"]')) return;
    if (button && button.offsetParent !== null) button.focus({ preventScroll: true });
    else if (left > 0) timer = window.setTimeout(() => look(data, left - 1), EVERY_MS);
  }

  return {
    update: (data) => {
      if (data.once === done) return;
      done = data.once;
      clearTimeout(timer);
      look({ ...data }, TRIES);
    },
    destroy: () => clearTimeout(timer),
  };
});
