// The lines a browser holds of one file, in blocks, the newest ones only.

import { ask, isAborted } from '../../grid/frontend/ask';

export interface Line {
  /** Number in the file, text, what ends it, where its cells are (start, end, column, …). */
  n: number;
  t: string;
  e: string;
  s: number[];
  /** What becomes of it and why, unless it is simply loaded. */
  a?: string;
  r?: string;
  /** It goes on. */
  c?: boolean;
}

interface Answer {
  lines: Line[];
  total: number | null;
  so_far: number;
}

const BLOCK = 100;
const MOST_BLOCKS = 60;
const GROWING_MS = 400;

export class Store {
  /** undefined before the first answer, null while lines are counted. */
  total: number | null | undefined;
  soFar = 0;
  private readonly blocks = new Map<number, Line[]>();
  private readonly coming = new Set<number>();
  private readonly leave = new AbortController();
  private wanted: [number, number] = [0, 1];
  private timer = 0;

  constructor(
    private readonly body: object,
    private readonly loaded: () => void,
    private readonly failed: (error: unknown) => void,
  ) {}

  get rows(): number {
    return this.total ?? this.soFar;
  }

  line(row: number): Line | undefined {
    return this.blocks.get(Math.floor(row / BLOCK))?.[row % BLOCK];
  }

  /** See that lines `first` to `end` (behind the last) come. */
  want(first: number, end: number): void {
    this.wanted = [first, Math.max(end, first + 1)];
    for (let block = Math.floor(first / BLOCK); block * BLOCK < this.wanted[1]; block += 1) {
      if (!this.blocks.has(block) && !this.coming.has(block)) void this.load(block);
    }
  }

  close(): void {
    this.leave.abort();
    clearTimeout(this.timer);
  }

  private async load(block: number): Promise<void> {
    this.coming.add(block);
    try {
      const answer = await ask<Answer>('lines', { ...this.body, first: block * BLOCK, count: BLOCK }, this.leave.signal);
      this.take(block, answer);
    } catch (error) {
      if (!isAborted(error)) this.failed(error);
    } finally {
      this.coming.delete(block);
    }
  }

  private take(block: number, answer: Answer): void {
    this.total = answer.total;
    this.soFar = answer.so_far;
    this.blocks.delete(block);
    this.blocks.set(block, answer.lines);
    for (const oldest of this.blocks.keys()) {
      if (this.blocks.size <= MOST_BLOCKS || oldest === block) break;
      this.blocks.delete(oldest);
    }
    if (answer.total === null) this.growOn();
    this.loaded();
  }

  /** While lines are counted, ask again for what was not there. */
  private growOn(): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      const last = Math.floor(Math.max(this.soFar - 1, 0) / BLOCK);
      for (const [block, lines] of this.blocks) if (lines.length < BLOCK) this.blocks.delete(block);
      if (!this.coming.has(last)) void this.load(last);
      this.want(...this.wanted);
    }, GROWING_MS);
  }
}
