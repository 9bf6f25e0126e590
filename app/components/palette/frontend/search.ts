// Which entries a few letters mean. The library finds and ranks; what was used lately and what stands nearer to hand
// goes before what matches equally well.

import fuzzysort from 'fuzzysort';
import type { Place } from '../../frontend/signals';

export interface Entry {
  id: string;
  label: string;
  icon: string;
  note?: string;
  keys?: string;
  /** Where it leads; an entry without one is an action. */
  place?: Place;
}

export interface Found {
  entry: Entry;
  /** Places of the letters that were found. */
  at: readonly number[];
}

export const SHOWN = 50;
const RECENT_BONUS = 0.15;
const LEAST = 0.2;
const NOTE_COUNTS = 0.7; // what stands beside a label counts less than the label

export function find(sought: string, entries: readonly Entry[], recent: readonly string[]): Found[] {
  const rank = new Map(recent.map((id, index) => [id, index]));
  const words = sought.trim();
  if (!words) {
    const latest = entries.filter((one) => rank.has(one.id)).sort((a, b) => (rank.get(a.id) ?? 0) - (rank.get(b.id) ?? 0));
    const others = entries.filter((one) => !rank.has(one.id));
    return [...latest, ...others].slice(0, SHOWN).map((entry) => ({ entry, at: [] }));
  }
  const score = (id: string, plain: number): number => plain + (rank.has(id) ? RECENT_BONUS / (1 + (rank.get(id) ?? 0)) : 0);
  return fuzzysort
    .go(words, entries, { keys: ['label', 'note'], threshold: LEAST })
    .map((hit) => ({ entry: hit.obj, at: [...(hit[0]?.indexes ?? [])], score: score(hit.obj.id, Math.max(hit[0]?.score ?? 0, (hit[1]?.score ?? 0) * NOTE_COUNTS)) }))
    .sort((a, b) => b.score - a.score)
    .slice(0, SHOWN)
    .map(({ entry, at }) => ({ entry, at }));
}
