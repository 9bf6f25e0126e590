// The browser's history is the window's: one entry per place. A click writes its entry at once, before the engine has
// heard of it, so that whoever loads the page anew in that moment gets the place they clicked. Streamlit would run the
// whole script on "back", so its listener is not reached.

import { address, type Place } from '../../frontend/signals';
import { Steps } from './steps';

const KEY = Symbol.for('bestand.history');

export function keepHistory(onAddress: (query: Record<string, string>, step: number) => void) {
  // Kept beyond this instance: a full run draws the frame anew, and the place it tells then is no new one.
  const kept = ((globalThis as Record<symbol, unknown>)[KEY] ??= { seq: -1, steps: new Steps() }) as { seq: number; steps: Steps };
  const back = (event: PopStateEvent): void => {
    event.stopImmediatePropagation();
    onAddress(Object.fromEntries(new URLSearchParams(location.search)), kept.steps.begin());
  };
  window.addEventListener('popstate', back, { capture: true });
  return {
    /** A person goes there: the address is there before the engine is asked. Returns what the engine answers with. */
    ahead(place: Place): number {
      const to = address(place);
      if (to !== location.search) history.pushState({}, '', to);
      return kept.steps.begin();
    },
    /** The engine says where the window is, and the last step it has heard of. */
    follow(place: Place, seq: number, how: 'push' | 'replace' | 'none', heard: number): void {
      if (seq === kept.seq) return;
      kept.seq = seq;
      const change = kept.steps.answered(heard, how);
      const to = address(place);
      if (change === 'none' || to === location.search) return;
      if (change === 'push') history.pushState({}, '', to);
      else history.replaceState({}, '', to);
    },
    end: (): void => window.removeEventListener('popstate', back, { capture: true }),
  };
}
