// The first script of the page. From here on each key is kept, each connection says whose it is, and the rest of the
// page can ask how it stands: `bestand.journal(key, value)` for text in shadow roots, `bestand.differs(key, so)` for what
// Python knows, the event `bestand:journal` for the truth about saving.

import { beacon, post } from './engine';
import { NotTaken } from './entry';
import { focusKeeper } from './focus';
import { isSecret, watchFields } from './fields';
import { identity } from './identity';
import { Journal, type State } from './journal';
import { watchScrolling } from './scrolling';
import { handOverHere, isLeftPage, othersHandOver } from './left';
import { lostNote } from './lost';
import { tooLongNote } from './note';
import { whenRedrawn } from './redrawn';
import { openStore } from './store';
import { watchConnections } from './connection';

export interface Standing {
  state: State;
  message: string;
  connected: boolean;
}

const LOST_AFTER_MS = 700;

/** Say why a page is not drawn yet, in the place of the usual words. */
function sayWhy(why: string): void {
  const place = document.querySelector('#bestand-cover p');
  if (place && place.textContent !== why) place.textContent = why;
}

export interface Bestand {
  journal(key: string, value: unknown): void;
  differs(key: string, so: boolean): void;
  standing: Standing;
  window: string;
}

declare global {
  // eslint-disable-next-line no-var
  var bestand: Bestand | undefined;
}

function begin(): void {
  // The page's own clock stands still while the computer sleeps; the other one may be set back at any time.
  const now = (): number => Math.max(performance.timeOrigin + performance.now(), Date.now()) * 1000;
  const own = identity(now);
  const { name } = own;
  const standing: Standing = { state: 'saved', message: '', connected: true };
  const showLost = lostNote();
  const tell = (change: Partial<Standing>): void => {
    Object.assign(standing, change);
    showLost(standing.connected);
    document.dispatchEvent(new CustomEvent('bestand:journal', { detail: { ...standing } }));
  };
  const note = tooLongNote();
  const others = othersHandOver();
  const journal = new Journal({
    window: name,
    store: openStore(),
    post,
    beacon,
    now,
    later: (act, ms) => {
      const timer = window.setTimeout(act, ms);
      return () => window.clearTimeout(timer);
    },
    onState: (state, message) => tell({ state, message }),
    onClash: (key) => document.dispatchEvent(new CustomEvent('bestand:clash', { detail: key })),
    onStored: (entries) => document.dispatchEvent(new CustomEvent('bestand:stored', { detail: entries })),
    onField: (key, why) => note(key, why),
  });
  globalThis.bestand = {
    journal: (key, value) => {
      if (!isSecret(key)) journal.put(key, value);
    },
    differs: (key, so) => journal.differs(key, so),
    standing,
    window: name,
  };
  watchFields((key, value) => journal.put(key, value));
  watchScrolling((key, px) => journal.put(key, px));

  const focus = focusKeeper();
  let lost = 0;
  let wasLost = false;
  let waiting = (): void => undefined;
  const root = document.documentElement;
  watchConnections(own, {
    now,
    hello: async (hello) => {
      await others;
      try {
        await journal.hello(hello);
      } catch (error) {
        if (error instanceof NotTaken && error.code === 'disk_full') {
          wasLost = true;
          sayWhy(error.message);
          tell({ connected: false });
        }
        throw error;
      }
    },
    onOpen: () => {
      if (!wasLost) return;
      waiting();
      waiting = whenRedrawn(() => {
        window.clearTimeout(lost);
        wasLost = false;
        delete root.dataset.lost;
        tell({ connected: true });
      });
      focus.restore();
    },
    onLost: () => {
      wasLost = true;
      root.dataset.lost = '';
      waiting();
      window.clearTimeout(lost);
      lost = window.setTimeout(() => tell({ connected: false }), LOST_AFTER_MS);
    },
  });
  window.addEventListener('pagehide', () => journal.leave());
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) journal.leave();
  });
}

if (isLeftPage()) void handOverHere();
else if (!globalThis.bestand) begin();

export default begin;
