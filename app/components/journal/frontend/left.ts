// What this browser kept under other ports of the profile, while the home port was taken: each of those origins opens in a
// hidden frame and hands over by itself; then this page goes on. Without such ports nothing of this happens.

import { beacon, post } from './engine';
import { Journal } from './journal';
import { openStore } from './store';

const PATH = '/left';
const DONE = 'bestand-left';
const PATIENCE_MS = 5_000;

export function isLeftPage(): boolean {
  return location.pathname === PATH;
}

/** Have the other origins hand over; goes on after a while whatever they do, since they keep what they could not. */
export async function othersHandOver(): Promise<void> {
  const origins = document.querySelector<HTMLMetaElement>('meta[name="bestand-left"]')?.content.split(' ') ?? [];
  await Promise.all(origins.map(asked));
}

function asked(origin: string): Promise<void> {
  return new Promise((done) => {
    const frame = document.createElement('iframe');
    frame.hidden = true;
    frame.src = origin + PATH;
    const end = (): void => {
      window.removeEventListener('message', hear);
      window.clearTimeout(timer);
      frame.remove();
      done();
    };
    const hear = (event: MessageEvent): void => {
      if (event.origin === origin && event.data === DONE) end();
    };
    const timer = window.setTimeout(end, PATIENCE_MS);
    window.addEventListener('message', hear);
    document.documentElement.append(frame);
  });
}

/** In such a frame: send all there is, and say when nothing is left. */
export async function handOverHere(): Promise<void> {
  const store = await openStore();
  const nothing = (): void => undefined;
  const journal = new Journal({
    window: crypto.randomUUID(), store: Promise.resolve(store), post, beacon, now: () => Date.now() * 1000,
    later: () => nothing, onState: nothing, onClash: nothing, onStored: nothing, onField: nothing,
  });
  await journal.hello({ load: 'left', turn: 0 });
  if ((await store.all()).length === 0) await fetch(PATH, { method: 'POST' });
  window.parent.postMessage(DONE, '*');
}
