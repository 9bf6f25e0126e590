// What a person arranged and where they were, kept by the browser for as long as its window is open: a grid that is
// drawn anew, also after a reload, shows the same again.

import type { Spot, View } from './types';

export interface Kept {
  view: Partial<View>;
  spot: Spot;
  mark: string;
}

/** What follows an @ in a source only says how often its cells were typed into. */
const under = (key: string, source: string): string => `bestand.grid.${key}.${source.split('@')[0]}`;

export function keep(key: string, source: string, kept: Kept): void {
  try {
    sessionStorage.setItem(under(key, source), JSON.stringify(kept));
  } catch {
    // A full or forbidden store only means that a reload begins at the top.
  }
}

export function recall(key: string, source: string): Kept | undefined {
  try {
    const kept = JSON.parse(sessionStorage.getItem(under(key, source)) ?? 'null') as Kept | null;
    return kept?.view && kept.spot ? kept : undefined;
  } catch {
    return undefined;
  }
}
