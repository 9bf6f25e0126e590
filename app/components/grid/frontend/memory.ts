// What a person arranged, chose and where they were: a grid that is drawn anew shows the same again. After a reload the
// browser's store of this window says so; in another window, or after all was killed, the journal does.

import { journal } from '../../frontend/journal';
import type { Data, Spot, View } from './types';

export interface Kept {
  view: Partial<View>;
  spot: Spot;
  mark: string;
}

/** What the journal has: of one source, since the next one has other rows. */
export interface Lasting extends Kept {
  source: string;
}

const REST_MS = 400;

/** What follows an @ in a source only says how often its cells were typed into. */
const plain = (source: string): string => source.split('@')[0] ?? '';
const under = (key: string, source: string): string => `bestand.grid.${key}.${plain(source)}`;

export class Memory {
  private timer = 0;
  private waiting: Lasting | undefined;
  private last = '';
  /** Where a person is before they chose anything. */
  private at = chosen();

  constructor(private readonly data: () => Data) {}

  keep(kept: Kept): void {
    const { key, source, lasting } = this.data();
    const text = JSON.stringify(kept);
    if (text === this.last) return;
    const first = this.last === '';
    this.last = text;
    try {
      sessionStorage.setItem(under(key, source), text);
    } catch {
      // A full or forbidden store only means that a reload asks the journal.
    }
    if (!lasting || (first && chosen(kept.spot) === this.at)) return; // shown first is what was kept, or nothing
    this.waiting = { ...kept, source: plain(source) };
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.write(), REST_MS);
  }

  /** What was kept of this source; of another one under the same key only how it was arranged. */
  recall(): Partial<Kept> | undefined {
    this.write();
    this.last = '';
    const { key, source, lasting, kept } = this.data();
    const here = readable(stored(under(key, source)));
    const lasted = here || !lasting ? undefined : readable(kept);
    const found: Partial<Kept> | undefined = lasted && kept?.source !== plain(source) ? { view: lasted.view } : (here ?? lasted);
    this.at = chosen(found?.spot);
    return found;
  }

  /** Write down what still waits. */
  write(): void {
    window.clearTimeout(this.timer);
    if (this.waiting) journal(this.data().lasting, this.waiting);
    this.waiting = undefined;
  }
}

/** The cells that are chosen, as one word; without a place the first one. */
function chosen(spot?: Spot): string {
  const { row = 0, column = 0, anchor = { row, column } } = spot ?? {};
  return [row, column, anchor.row, anchor.column].join();
}

function stored(name: string): unknown {
  try {
    return JSON.parse(sessionStorage.getItem(name) ?? 'null');
  } catch {
    return undefined;
  }
}

function readable(found: unknown): Kept | undefined {
  const kept = found as Kept | null | undefined;
  return kept?.view && kept.spot ? kept : undefined;
}
