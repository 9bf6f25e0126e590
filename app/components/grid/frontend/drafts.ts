// What is typed into cells before it is an edit: in the journal with each key, and offered again by whatever draws the
// grid next, until it became an edit or a person gave it up. Knows nothing of how cells are drawn.

import { journal } from '../../frontend/journal';

export interface Draft {
  /** Of this typing. */
  id: string;
  /** The place in the order that was shown, from 0, and the row's own number. */
  row: number;
  number: number;
  column: string;
  text: string;
}

interface Held {
  drafts: Map<string, Draft>;
  done: Set<string>;
}

/** Outlives the grid's element: a page that is drawn anew was told what there was when its window was opened. */
const pages = new Map<string, Held>();

export class Drafts {
  private readonly held: Held;

  constructor(
    private readonly key: string,
    private readonly write: (key: string, value: unknown) => void = journal,
  ) {
    this.held = pages.get(key) ?? { drafts: new Map(), done: new Set() };
    pages.set(key, this.held);
  }

  /** Take over what Python found when the window was opened, and which drafts are edits by now. */
  hear(found: unknown, done: readonly string[]): void {
    for (const one of Array.isArray(found) ? found : []) {
      if (isDraft(one) && !this.held.done.has(one.id) && !this.held.drafts.has(one.id)) this.held.drafts.set(one.id, one);
    }
    const known = done.filter((id) => this.held.drafts.has(id));
    for (const id of done) this.held.done.add(id);
    if (known.length > 0) this.drop(...known);
  }

  typed(draft: Draft): void {
    this.held.drafts.set(draft.id, draft);
    this.keep();
  }

  /** Nobody wants these any more, or they are edits. */
  drop(...ids: string[]): void {
    for (const id of ids) {
      this.held.done.add(id);
      this.held.drafts.delete(id);
    }
    this.keep();
  }

  /** What was half-typed, but for what is being typed now. */
  others(now?: string): Draft[] {
    return [...this.held.drafts.values()].filter((one) => one.id !== now);
  }

  private keep(): void {
    const all = [...this.held.drafts.values()];
    this.write(this.key, all.length > 0 ? all : null);
  }
}

function isDraft(one: unknown): one is Draft {
  const { id, row, number, column, text } = (one ?? {}) as Partial<Draft>;
  const texts = typeof id === 'string' && typeof column === 'string' && typeof text === 'string';
  return texts && Number.isInteger(row) && Number.isInteger(number);
}
