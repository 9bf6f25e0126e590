// How the columns on the screen spread, fetched once nothing moves and for each column once.

import { ask } from './ask';
import type { Column } from './columns';
import type { Heads } from './heads';
import type { Spread } from './types';

const AT_ONCE = 16;
const FEW = 24; // of a table of so few columns all are looked at together

export class Spreads {
  private readonly asked = new Set<number>();
  private readonly leave = new AbortController();

  constructor(
    private readonly source: string,
    private readonly heads: Heads,
    private readonly all: readonly Column[],
  ) {}

  /** See that the heads of these columns show how they spread; the next ones follow by themselves. */
  async want(shown: readonly Column[]): Promise<void> {
    const unknown = this.heads.unknown(shown).filter((place) => !this.asked.has(place));
    if (unknown.length === 0 || this.leave.signal.aborted) return;
    const columns = this.all.length > FEW ? unknown.slice(0, AT_ONCE) : this.all.map((column) => column.place);
    for (const place of columns) this.asked.add(place);
    try {
      const found = await ask<{ columns: Record<string, Spread> }>('spread', { source: this.source, columns }, this.leave.signal);
      for (const [place, spread] of Object.entries(found.columns)) this.heads.show(Number(place), spread);
    } catch {
      return; // the heads stay without a picture; the rows matter
    }
    await this.want(shown);
  }

  destroy(): void {
    this.leave.abort();
  }
}
