// The rows a browser holds of one source in one order: blocks of some columns, the newest ones only. Loading is
// throttled by how many requests are on the way, never put off by a pause: whoever scrolls on without pausing would
// see nothing.

import { Unanswered, isAborted } from './ask';
import type { BlockAnswer, OrderState } from './types';

export const BLOCK = 200;
const AT_ONCE = 2;
const MOST_COLUMNS = 150;
const MOST_CELLS = 1_500_000;
const OBSOLETE_MS = 150; // a request this old that nobody needs any more is taken back

type Texts = (string | null)[];

interface Block {
  numbers: Float64Array;
  columns: Map<number, Texts>;
  cut: Map<number, Set<number>>;
  marked: Map<number, Set<number>>;
}

interface Request {
  block: number;
  places: Set<number>;
  leave: AbortController;
  since: number;
}

export type Fetch = (offset: number, limit: number, places: number[], signal: AbortSignal) => Promise<BlockAnswer>;

export interface Listener {
  /** Rows came, or how many there are is known better. */
  loaded(): void;
  /** Rows are wanted whose order is not written that far. */
  ordering(order: OrderState | null, pending: boolean): void;
  failed(error: unknown): void;
}

export class Store {
  /** How many rows there are in all; undefined before the first answer, null while they are counted. */
  total: number | null | undefined;
  soFar = 0;
  private blocks = new Map<number, Block>();
  private requests: Request[] = [];
  private wanted: [number, number, number[]] | undefined;
  private waiting = new Set<number>();
  private short = new Set<number>(); // blocks that may have grown since
  private cells = 0;
  private over = false;

  constructor(
    private readonly fetch: Fetch,
    private readonly listener: Listener,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Rows that can be shown by now. */
  get rows(): number {
    return this.total ?? this.soFar;
  }

  get busy(): boolean {
    return this.requests.length > 0;
  }

  /** A cell's text; null if it is missing, undefined if it is not there yet. */
  text(row: number, place: number): string | null | undefined {
    return this.blocks.get(Math.floor(row / BLOCK))?.columns.get(place)?.[row % BLOCK];
  }

  /** Whether a cell's text goes on. */
  isCut(row: number, place: number): boolean {
    return this.blocks.get(Math.floor(row / BLOCK))?.cut.get(place)?.has(row % BLOCK) ?? false;
  }

  /** Whether a cell is to be marked. */
  isMarked(row: number, place: number): boolean {
    return this.blocks.get(Math.floor(row / BLOCK))?.marked.get(place)?.has(row % BLOCK) ?? false;
  }

  /** A row's number in the source, from 1. */
  number(row: number): number | undefined {
    return this.blocks.get(Math.floor(row / BLOCK))?.numbers[row % BLOCK];
  }

  /** See that rows `first` to `end` (behind the last) of some columns come; the last wish counts. */
  want(first: number, end: number, places: number[]): void {
    this.wanted = [first, end, places.slice(0, MOST_COLUMNS)];
    this.pump();
  }

  /** Ask again for rows whose order was not written that far. */
  retry(): void {
    this.waiting.clear();
    this.pump();
  }

  /** Ask again for the last block of a source that is still growing; until it comes, what is there stays. */
  grown(): void {
    this.short.add(Math.floor(Math.max(this.soFar - 1, 0) / BLOCK));
    this.pump();
  }

  close(): void {
    this.over = true;
    for (const request of this.requests) request.leave.abort();
    this.requests = [];
  }

  private pump(): void {
    if (!this.wanted || this.over) return;
    const missing = this.missing(...this.wanted);
    this.takeBack(new Set(missing.map(([block]) => block)));
    for (const [block, places] of missing) {
      if (this.requests.length >= AT_ONCE) return;
      void this.load(block, places);
    }
  }

  private missing(first: number, end: number, places: number[]): [number, number[]][] {
    const found: [number, number[]][] = [];
    for (let block = Math.floor(first / BLOCK); block * BLOCK < Math.max(end, first + 1); block += 1) {
      if (this.waiting.has(block)) continue;
      const there = this.short.has(block) ? undefined : this.blocks.get(block)?.columns;
      const coming = this.requests.filter((request) => request.block === block);
      const absent = places.filter((place) => !there?.has(place) && !coming.some((one) => one.places.has(place)));
      if (absent.length > 0 || (!there && coming.length === 0)) found.push([block, absent]);
    }
    return found;
  }

  private takeBack(needed: Set<number>): void {
    const [first, end] = this.wanted ?? [0, 0];
    for (const request of this.requests) {
      const shown = request.block * BLOCK < end && (request.block + 1) * BLOCK > first;
      if (!shown && !needed.has(request.block) && this.now() - request.since > OBSOLETE_MS) request.leave.abort();
    }
  }

  private async load(block: number, places: number[]): Promise<void> {
    const request: Request = { block, places: new Set(places), leave: new AbortController(), since: this.now() };
    this.requests.push(request);
    let failure: unknown;
    try {
      const answer = await this.fetch(block * BLOCK, BLOCK, places, request.leave.signal);
      if (this.over) return;
      this.take(block, answer);
    } catch (error) {
      if (!isAborted(error)) failure = error;
    } finally {
      this.requests.splice(this.requests.indexOf(request), 1);
    }
    if (this.over) return;
    // What failed is not asked again by itself: the next wish does.
    if (failure === undefined) this.pump();
    else this.listener.failed(failure);
  }

  private take(block: number, answer: BlockAnswer): void {
    if (answer.pending) {
      this.waiting.add(block);
      this.listener.ordering(answer.order, true);
      return;
    }
    this.total = answer.total ?? null;
    this.soFar = answer.so_far ?? 0;
    this.keep(block, answer);
    if (answer.order) this.listener.ordering(answer.order, false);
    this.listener.loaded();
  }

  private keep(number: number, answer: BlockAnswer): void {
    if (this.short.delete(number)) this.forget(number);
    const block = this.blocks.get(number) ?? { numbers: numbersOf(answer), columns: new Map(), cut: new Map(), marked: new Map() };
    this.blocks.delete(number); // the newest stands last
    this.blocks.set(number, block);
    for (const [place, texts] of Object.entries(answer.cells ?? {})) {
      this.cells += texts.length - (block.columns.get(Number(place))?.length ?? 0);
      block.columns.set(Number(place), texts);
    }
    for (const [place, rows] of Object.entries(answer.cut ?? {})) block.cut.set(Number(place), new Set(rows));
    for (const [place, rows] of Object.entries(answer.marked ?? {})) block.marked.set(Number(place), new Set(rows));
    for (const oldest of this.blocks.keys()) {
      if (this.cells <= MOST_CELLS || oldest === number) break;
      this.forget(oldest);
    }
  }

  private forget(number: number): void {
    for (const texts of this.blocks.get(number)?.columns.values() ?? []) this.cells -= texts.length;
    this.blocks.delete(number);
  }
}

function numbersOf({ numbers }: BlockAnswer): Float64Array {
  if (!numbers) return new Float64Array();
  if ('list' in numbers) return Float64Array.from(numbers.list);
  return Float64Array.from({ length: numbers.count }, (_one, index) => numbers.from + index);
}

export function isGone(error: unknown): boolean {
  return error instanceof Unanswered && error.status === 404;
}
