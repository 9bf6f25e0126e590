// The way to the engine: one post, its answer.

import { type Answer, type Entry, type Hello, NotTaken } from './entry';

const PATH = '/journal';
const BEACON_BYTES = 60_000;

export async function post(window: string, entries: readonly Entry[], hello?: Hello): Promise<Answer> {
  let answer: Response;
  try {
    answer = await fetch(PATH, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: bodyOf(window, entries, hello),
    });
  } catch {
    throw new NotTaken('offline', '');
  }
  const told = (await answer.json().catch(() => ({}))) as Answer & { code?: string; message?: string; hint?: string };
  if (!answer.ok || !Array.isArray(told.acks)) {
    throw new NotTaken(told.code ?? `status_${answer.status}`, [told.message, told.hint].filter(Boolean).join(' '));
  }
  return told;
}

/** Send what fits while the page goes; nobody hears the answer, so nothing is taken out of the store for it. */
export function beacon(window: string, entries: readonly Entry[]): void {
  let some: Entry[] = [];
  let size = 0;
  for (const entry of entries) {
    const bytes = new Blob([JSON.stringify(entry.value)]).size + 200;
    if (size + bytes > BEACON_BYTES) continue; // it is in the store; the next start hands it over
    some.push(entry);
    size += bytes;
  }
  if (some.length > 0) navigator.sendBeacon(PATH, new Blob([bodyOf(window, some)], { type: 'application/json' }));
}

function bodyOf(window: string, entries: readonly Entry[], hello?: Hello): string {
  return JSON.stringify({ window, ...hello, entries: entries.map(({ key, seq, value }) => ({ key, seq, value, at: seq })) });
}
