// How far each view is scrolled, noted a moment after it came to rest: a window that is opened anew is scrolled alike.

import { SCROLL } from './journal';

const BODY = 'st-key-body_';
const REST_MS = 400;

export function watchScrolling(noted: (key: string, px: number) => void): void {
  const waiting = new Map<string, number>();
  document.addEventListener(
    'scroll',
    (event) => {
      if (!(event.target instanceof HTMLElement)) return;
      const body = event.target;
      const view = [...body.classList].find((name) => name.startsWith(BODY))?.slice(BODY.length);
      // While it is hidden or being put back nobody has scrolled it.
      if (!view || document.documentElement.dataset.view !== view || body.dataset.placing !== undefined) return;
      window.clearTimeout(waiting.get(view));
      waiting.set(view, window.setTimeout(() => noted(SCROLL + view, Math.round(body.scrollTop)), REST_MS));
    },
    { capture: true, passive: true },
  );
}
