// Where a person was typing when the connection went: the page disables its fields, which takes the focus away. It is
// put back, caret and all, when the field can be typed in again, unless the person has gone elsewhere meanwhile.

import { fieldOf, isField, keyOf } from './fields';

const LOOK_MS = 50;
const PATIENCE_MS = 20_000;

interface Caret {
  key: string;
  start: number | null;
  end: number | null;
  scroll: number;
}

export function focusKeeper() {
  let caret: Caret | undefined;
  let looking = 0;

  const note = (): void => {
    const field = document.activeElement;
    if (!isField(field)) return;
    const key = keyOf(field);
    if (key !== undefined) caret = { key, start: field.selectionStart, end: field.selectionEnd, scroll: field.scrollTop };
  };
  // The latest place, since a field that is being disabled has lost it already when the connection's end is heard.
  document.addEventListener('selectionchange', note);
  document.addEventListener('focusout', (event) => {
    if (isField(event.target) && !event.target.disabled && event.relatedTarget) caret = undefined;
  });

  return {
    note,
    /** Put it back as soon as that is possible. */
    restore(): void {
      const wanted = caret;
      if (!wanted) return;
      const until = performance.now() + PATIENCE_MS;
      window.clearInterval(looking);
      looking = window.setInterval(() => {
        const field = fieldOf(wanted.key);
        const elsewhere = document.activeElement !== document.body && document.activeElement !== null;
        if (elsewhere || performance.now() > until) window.clearInterval(looking);
        else if (field && !field.disabled && field.offsetParent) {
          window.clearInterval(looking);
          field.focus();
          if (wanted.start !== null) field.setSelectionRange(wanted.start, wanted.end);
          field.scrollTop = wanted.scroll;
        }
      }, LOOK_MS);
    },
  };
}
