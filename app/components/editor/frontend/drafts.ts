// Where half-typed text is kept. The journal keeps the text, whatever ends; the browser's store of this window keeps
// caret and scroll besides, which outlive F5 and navigation.

export interface Draft {
  text: string;
  /** Grows with every change; the newer text wins, whoever has it. */
  seq: number;
  anchor: number;
  head: number;
  scroll: number;
  /** The last text the server asked to have added. */
  added: number;
  parameters: Record<string, string>;
}

export interface Drafts {
  load(field: string): Draft | undefined;
  /** Called with every change of the text, before anything else hears of it. */
  onText(field: string, draft: Draft): void;
}

const PREFIX = 'bestand.draft.';

export const windowDrafts: Drafts = {
  load(field) {
    try {
      const kept = sessionStorage.getItem(PREFIX + field);
      return kept === null ? undefined : (JSON.parse(kept) as Draft);
    } catch {
      return undefined; // no store, or not ours: the server's text is shown
    }
  },
  onText(field, draft) {
    try {
      sessionStorage.setItem(PREFIX + field, JSON.stringify(draft));
    } catch {
      // Full or forbidden: the text still reaches the server a moment later.
    }
  },
};

/** Return the next number of a change; the clock makes it newer than any from an earlier window. */
export function nextSeq(last: number, now = Date.now()): number {
  return Math.max(last + 1, now * 1000);
}
