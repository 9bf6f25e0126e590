// Completion as CodeMirror wants it.

import { type Completion, type CompletionContext, type CompletionResult, pickedCompletion } from '@codemirror/autocomplete';
import type { EditorView } from '@codemirror/view';
import { type Known, type Offer, offers } from './offers';
import { statementAt } from './scan';
import { statementsOf } from './marks';

const WORD = /^[\p{L}_][\p{L}\p{N}_]*$/u;
const VALID = /^[\p{L}_"][\p{L}\p{N}_ ]*$/u;

const ICONS: Record<Offer['kind'], string> = {
  dataset: 'class', column: 'property', function: 'function', keyword: 'keyword', type: 'type', alias: 'variable',
};

/** Return CodeMirror's source of completions over what is known at the time of asking. */
export function completions(known: () => Known) {
  return (context: CompletionContext): CompletionResult | null => {
    const text = context.state.doc.toString();
    const statement = statementAt(statementsOf(context.state.doc), context.pos);
    const found = statement?.tokens ?? [];
    const typed = found.find((token) => token.from < context.pos && token.to >= context.pos);
    if (typed && !['word', 'quoted', 'sign'].includes(typed.kind)) return null;
    const open = typed?.kind === 'quoted';
    if (open && typed.to === context.pos && closed(text, typed)) return null;
    const from = typed && (open || typed.kind === 'word') ? typed.from : context.pos;
    const afterPoint = text[from - 1] === '.';
    if (from === context.pos && !afterPoint && !context.explicit) return null;
    const others = found.filter((token) => token !== typed || token.to <= from);
    const words = context.explicit || context.pos - from > 1;
    const all = offers(text, others, from, known(), { open, words });
    if (!all.length) return null;
    return { from, options: all.map((offer) => completion(offer, open)), ...(open || words ? { validFor: open ? VALID : WORD } : {}) };
  };
}

function closed(text: string, token: { from: number; to: number }): boolean {
  return token.to - token.from > 1 && text[token.to - 1] === '"';
}

function completion(offer: Offer, open: boolean): Completion {
  const shown = offer.kind === 'dataset' ? { detail: '' } : { detail: offer.detail };
  return {
    label: open ? offer.insert.slice(0, -1) : offer.name,
    displayLabel: offer.name,
    type: ICONS[offer.kind],
    boost: offer.rank * 4,
    apply: (view, picked, from, to) => apply(view, picked, offer, from, to),
    ...(shown.detail ? shown : {}),
  };
}

/** Put the name in; a quote that was closed by itself is taken along, a function gets its brackets. */
function apply(view: EditorView, picked: Completion, offer: Offer, from: number, to: number): void {
  const end = offer.insert.startsWith('"') && view.state.sliceDoc(to, to + 1) === '"' ? to + 1 : to;
  const brackets = offer.kind === 'function' && view.state.sliceDoc(end, end + 1) !== '(';
  const insert = brackets ? `${offer.insert}()` : offer.insert;
  const caret = from + insert.length - (brackets ? 1 : 0);
  view.dispatch({
    changes: { from, to: end, insert },
    selection: { anchor: caret },
    annotations: pickedCompletion.of(picked),
    userEvent: 'input.complete',
    scrollIntoView: true,
  });
}
