// The browser's history is the window's: one entry per place. Streamlit would run the whole script on "back", so its
// listener is not reached.

import { address, type Place } from '../../frontend/signals';

const KEY = Symbol.for('bestand.history');

export function keepHistory(onAddress: (query: Record<string, string>) => void) {
  // Kept beyond this instance: a full run draws the frame anew, and the place it tells then is no new one.
  const kept = ((globalThis as Record<symbol, unknown>)[KEY] ??= { seq: -1 }) as { seq: number };
  const back = (event: PopStateEvent): void => {
    event.stopImmediatePropagation();
    onAddress(Object.fromEntries(new URLSearchParams(location.search)));
  };
  window.addEventListener('popstate', back, { capture: true });
  return {
    follow(place: Place, seq: number, how: 'push' | 'replace' | 'none'): void {
      if (seq === kept.seq) return;
      kept.seq = seq;
      const to = address(place);
      if (how === 'none' || to === location.search) return;
      if (how === 'push') history.pushState({}, '', to);
      else history.replaceState({}, '', to);
    },
    end: (): void => window.removeEventListener('popstate', back, { capture: true }),
  };
}
