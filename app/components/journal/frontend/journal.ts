// What is typed, from the key to the engine's disk. A value is in memory at once, in the browser's store a few
// milliseconds later, with the engine 120 ms after the last key or 500 ms after the oldest that was not sent; it counts
// as saved when the engine has it on the disk. Knows nothing of fields, pages or connections.

import { type Ack, type Answer, type Entry, type Hello, NotTaken } from './entry';
import type { Store } from './store';

export const PAUSE_MS = 120;
export const LONGEST_MS = 500;
export const VALUE_LIMIT = 1_048_576;
const RETRY_MS = [400, 800, 1_600, 3_000, 5_000] as const;
const POST_CHARS = 1_500_000;

/** saved: all is on the engine's disk; conflict: it is, and another window has something else in the same field.
 * offline, full, refused: it is not, but kept here as far as that goes. */
export type State = 'saved' | 'conflict' | 'typing' | 'saving' | 'offline' | 'full' | 'refused';

export interface Parts {
  window: string;
  store: Promise<Store>;
  post(window: string, entries: readonly Entry[], hello?: Hello): Promise<Answer>;
  beacon(window: string, entries: readonly Entry[]): void;
  /** Microseconds since 1970; never goes back. */
  now(): number;
  later(act: () => void, ms: number): () => void;
  onState(state: State, message: string): void;
  /** Another window has something else in this field. */
  onClash(key: string): void;
  /** These are in the browser's store. */
  onStored(entries: readonly Entry[]): void;
  /** A field's text cannot be kept; an empty message says that it can again. */
  onField(key: string, message: string): void;
}

export class Journal {
  private last = 0;
  private readonly unsaved = new Map<string, Entry>();
  private readonly unstored = new Set<string>();
  private readonly refused = new Map<string, string>();
  private readonly clashes = new Set<string>();
  private storing = false;
  private posting: Promise<void> | undefined;
  private again = false;
  private oldest = 0;
  private cancel: (() => void) | undefined;
  private failures = 0;
  private state: State = 'saved';
  private message = '';

  constructor(private readonly parts: Parts) {
    parts.store.then(
      () => this.writeDown(),
      () => undefined, // a browser without a store: the engine still hears of each key
    );
  }

  /** Keep the value of a field; the number it got. */
  put(key: string, value: unknown): number {
    const entry: Entry = { window: this.parts.window, key, seq: this.nextSeq(), value: wellFormed(value) };
    if (tooLarge(entry.value)) {
      this.refuse(key, 'size');
      return 0;
    }
    if (this.refused.delete(key)) this.parts.onField(key, '');
    this.unsaved.set(key, entry);
    this.unstored.add(key);
    this.writeDown();
    const now = this.parts.now() / 1000;
    this.oldest ||= now;
    this.schedule(Math.max(0, Math.min(PAUSE_MS, this.oldest + LONGEST_MS - now)));
    if (!this.posting && !isQuiet(key)) this.tell('typing');
    return entry.seq;
  }

  get waiting(): number {
    return this.unsaved.size;
  }

  get present(): { state: State; message: string } {
    return { state: this.state, message: this.message };
  }

  /** Send what is not saved. */
  async flush(): Promise<void> {
    this.cancel?.();
    this.cancel = undefined;
    if (this.posting) {
      this.again = true;
      return this.posting;
    }
    if (this.unsaved.size === 0) return;
    this.posting = this.send();
    try {
      await this.posting;
    } finally {
      this.posting = undefined;
    }
    if (this.again) {
      this.again = false;
      void this.flush();
    }
  }

  /** Hand over all there is, in memory and in the store, of this window and of closed ones; throws if it is not taken. */
  async hello(hello: Hello): Promise<void> {
    const store = await this.parts.store.catch(() => undefined);
    const stored = (await store?.all().catch(() => [])) ?? [];
    for (const [window, entries] of byWindow(stored, this.parts.window)) {
      for (const some of inPosts(entries)) await this.take(window, await this.parts.post(window, some));
    }
    const mine = new Map(stored.filter((one) => one.window === this.parts.window).map((one) => [one.key, one]));
    for (const [key, entry] of this.unsaved) mine.set(key, entry);
    const posts = inPosts([...mine.values()]);
    for (const some of posts.slice(0, -1)) await this.take(this.parts.window, await this.parts.post(this.parts.window, some));
    await this.take(this.parts.window, await this.parts.post(this.parts.window, posts.at(-1) ?? [], hello));
    this.failures = 0;
    this.settle();
  }

  /** The page was drawn: another window has something else in a field, or not any more. */
  differs(key: string, so: boolean): void {
    if (so === this.clashes.has(key) || this.unsaved.has(key)) return; // of what is under way the answer tells
    if (so) this.clashes.add(key);
    else this.clashes.delete(key);
    if (this.unsaved.size === 0 && (this.state === 'saved' || this.state === 'conflict')) this.settle();
  }

  /** The page goes. */
  leave(): void {
    if (this.unsaved.size > 0) this.parts.beacon(this.parts.window, [...this.unsaved.values()]);
  }

  // ---- inside ---------------------------------------------------------------------------------------------------

  private nextSeq(): number {
    this.last = Math.max(this.last + 1, Math.floor(this.parts.now()));
    return this.last;
  }

  /** One strict transaction at a time; what is typed meanwhile goes together into the next. */
  private writeDown(): void {
    if (this.storing || this.unstored.size === 0) return;
    this.storing = true;
    void this.parts.store
      .then(async (store) => {
        const some = [...this.unstored].map((key) => this.unsaved.get(key)).filter((one) => one !== undefined);
        this.unstored.clear();
        try {
          await store.put(some);
          this.parts.onStored(some);
        } catch {
          for (const { key } of some) if (this.unsaved.has(key)) this.unstored.add(key);
          throw new Error('the store refused');
        }
      })
      .then(
        () => {
          this.storing = false;
          this.writeDown();
        },
        () => {
          this.storing = false; // the next key tries again; meanwhile the engine is asked all the same
        },
      );
  }

  private schedule(ms: number): void {
    this.cancel?.();
    this.cancel = this.parts.later(() => void this.flush(), ms);
  }

  private async send(): Promise<void> {
    const entries = inPosts([...this.unsaved.values()])[0] ?? [];
    this.oldest = 0;
    if (entries.some(({ key }) => !isQuiet(key))) this.tell('saving');
    try {
      await this.take(this.parts.window, await this.parts.post(this.parts.window, entries));
      this.failures = 0;
      this.settle();
    } catch (error) {
      const code = error instanceof NotTaken ? error.code : 'offline';
      const wait = RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)] ?? 0;
      this.failures += 1;
      this.again = false;
      this.tell(code === 'disk_full' ? 'full' : 'offline', error instanceof NotTaken ? error.message : '');
      this.schedule(wait);
    }
  }

  private async take(window: string, answer: Answer): Promise<void> {
    this.last = Math.max(this.last, answer.head);
    for (const { key, why } of answer.refused) if (key && window === this.parts.window) this.refuse(key, why);
    const done: Pick<Ack, 'key' | 'seq'>[] = [...answer.acks];
    for (const { key, seq } of answer.refused) if (key !== undefined && seq !== undefined) done.push({ key, seq });
    if (window === this.parts.window) {
      for (const { key, seq, clash } of answer.acks) {
        const entry = this.unsaved.get(key);
        if (entry && entry.seq <= seq) this.unsaved.delete(key);
        if (!clash || isQuiet(key)) this.clashes.delete(key);
        else if (!this.clashes.has(key)) {
          this.clashes.add(key);
          this.parts.onClash(key);
        }
      }
    }
    const store = await this.parts.store.catch(() => undefined);
    await store?.clear(window, done).catch(() => undefined);
  }

  /** After an answer: more to send, or all is saved. */
  private settle(): void {
    if (this.unsaved.size > 0) {
      this.tell('typing');
      if (!this.cancel) this.schedule(PAUSE_MS);
    } else if (this.refused.size > 0) this.tell('refused', [...this.refused.values()][0]);
    else this.tell(this.clashes.size > 0 ? 'conflict' : 'saved');
  }

  private refuse(key: string, why: string): void {
    this.refused.set(key, why);
    this.unsaved.delete(key);
    this.unstored.delete(key);
    this.parts.onField(key, why);
    if (this.unsaved.size === 0) this.tell('refused', why);
  }

  private tell(state: State, message = ''): void {
    if (state === this.state && message === this.message) return;
    if (state === 'typing' && this.failures > 0) return; // still not saved, and that is what counts
    if (state === 'saving' && this.failures > 0) return;
    this.state = state;
    this.message = message;
    this.parts.onState(state, message);
  }
}

/** How keys begin of what is kept besides what a person types: nobody is told that it is being saved. */
export const SCROLL = 'scroll__';
const QUIET = [SCROLL, 'grid__'] as const;

function isQuiet(key: string): boolean {
  return QUIET.some((one) => key.startsWith(one));
}

function byWindow(entries: readonly Entry[], not: string): Map<string, Entry[]> {
  const found = new Map<string, Entry[]>();
  for (const entry of entries) {
    if (entry.window !== not) found.set(entry.window, [...(found.get(entry.window) ?? []), entry]);
  }
  return found;
}

/** In posts the engine takes; each has at least one entry. */
export function inPosts(entries: readonly Entry[]): Entry[][] {
  const posts: Entry[][] = [];
  let room = 0;
  for (const entry of entries) {
    const chars = typeof entry.value === 'string' ? entry.value.length : JSON.stringify(entry.value).length;
    const last = posts.at(-1);
    if (!last || chars > room) {
      posts.push([entry]);
      room = POST_CHARS - chars;
    } else {
      last.push(entry);
      room -= chars;
    }
  }
  return posts;
}

function tooLarge(value: unknown): boolean {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (text.length < VALUE_LIMIT / 6) return false;
  return new TextEncoder().encode(JSON.stringify(value)).length > VALUE_LIMIT;
}

/** Half a character (as a broken paste can leave it) is no Unicode, and nobody could keep it. */
function wellFormed(value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/\p{Surrogate}/gu, '\uFFFD') : value;
}
