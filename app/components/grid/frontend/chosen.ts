// What is done with the selection: added up in the engine, told to the status bar, copied.

import { signal } from '../../frontend/signals';
import { Unanswered, ask, isAborted } from './ask';
import { copyOut, loadedText } from './copy';
import { filled } from './format';
import type { Grid } from './grid';
import type { Foot } from './tools';
import type { SumsAnswer } from './types';

const PAUSE_MS = 90;

export class Chosen {
  private timer = 0;
  private asked: AbortController | undefined;

  constructor(
    private readonly grid: Grid,
    private readonly foot: Foot,
  ) {}

  /** The selection has changed: add it up a moment later. */
  changed(): void {
    clearTimeout(this.timer);
    this.asked?.abort();
    const { cells } = this.grid.selection;
    if (cells <= 1) this.say('');
    else if (this.grid.can.has('sum')) this.timer = window.setTimeout(() => void this.addUp(), PAUSE_MS);
    else this.say(this.counted('cells'));
  }

  say(text: string): void {
    this.foot.selection(text);
    signal('bestand:selection', text);
  }

  async copy(event?: ClipboardEvent): Promise<void> {
    const { grid } = this;
    const { range, cells } = grid.selection;
    clearTimeout(this.timer); // a sum that comes later would hide that something was copied
    this.asked?.abort();
    const columns = grid.columns.shown.slice(range.left, range.right + 1);
    const header = cells !== 1;
    const here = grid.loader.shown && loadedText(grid.loader.shown, range, columns, header);
    event?.preventDefault();
    if (here !== undefined && event?.clipboardData) {
      event.clipboardData.setData('text/plain', here);
      this.say(this.counted('copied'));
      return;
    }
    try {
      await copyOut(here === undefined ? this.fetched(header) : Promise.resolve(here));
      this.say(this.counted('copied'));
    } catch (error) {
      this.say(error instanceof Unanswered ? `${error.message} ${error.hint}` : (grid.data.words['not_copied'] ?? ''));
    }
  }

  destroy(): void {
    clearTimeout(this.timer);
    this.asked?.abort();
    signal('bestand:selection', '');
  }

  private async addUp(): Promise<void> {
    this.asked = new AbortController();
    try {
      this.say(this.foot.told(await ask<SumsAnswer>('sums', this.body(), this.asked.signal)));
    } catch (error) {
      if (!isAborted(error)) this.say(error instanceof Error ? error.message : '');
    }
  }

  private async fetched(header: boolean): Promise<string> {
    return (await ask<{ text: string }>('copy', { ...this.body(), header })).text;
  }

  private body(): object {
    const { grid } = this;
    const { top, bottom, left, right } = grid.selection.range;
    const columns = grid.columns.shown.slice(left, right + 1).map((column) => column.place);
    return { ...grid.orderBody, offset: top, limit: bottom - top + 1, columns };
  }

  private counted(word: string): string {
    return filled(this.grid.data.words[word] ?? '', { count: this.grid.signs.count(this.grid.selection.cells) });
  }
}
