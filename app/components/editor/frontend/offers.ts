// What is offered while one types: columns of the datasets the statement names, datasets, functions, keywords. Plain
// data in and out; the editor wraps it for CodeMirror.

import type { Dataset, Words } from '../../frontend/catalogue';
import { folded, meant, quoted, written } from './names';
import type { Token } from './scan';

export interface Offer {
  /** The name as it is shown and searched. */
  name: string;
  /** What is put into the text. */
  insert: string;
  kind: 'dataset' | 'column' | 'function' | 'keyword' | 'type' | 'alias';
  detail: string;
  /** Higher ones come first among equally good matches. */
  rank: number;
}

export interface Known {
  datasets: readonly Dataset[];
  words: Words;
  reserved: ReadonlySet<string>;
}

export interface Ask {
  /** The word begins with a quote. */
  open?: boolean;
  /** The words of the language too: not yet behind a single letter, where Enter shall still end the line. */
  words?: boolean;
}

/** A dataset as a statement names it. */
interface Named {
  alias: string;
  dataset: Dataset | undefined;
}

const BEFORE_DATASET = new Set(['from', 'join', 'describe', 'summarize', 'table']);
const AFTER_SOURCE: ReadonlySet<string> = new Set([
  'where', 'group', 'order', 'having', 'limit', 'offset', 'on', 'using', 'join', 'inner', 'left', 'right', 'full', 'cross',
  'natural', 'asof', 'positional', 'anti', 'semi', 'union', 'intersect', 'except', 'qualify', 'window', 'select', 'sample',
  'tablesample', 'pivot', 'unpivot', 'lateral', 'with',
]);

const AFTER_SOURCE_OFFERS = [...AFTER_SOURCE].map(
  (name): Offer => ({ name, insert: name, kind: 'keyword', detail: '', rank: 0 }),
);

/**
 * Return what can stand at the caret.
 *
 * `found` are the tokens of the statement, `from` is where the word that is being typed begins.
 */
export function offers(text: string, found: readonly Token[], from: number, known: Known, ask: Ask = {}): Offer[] {
  const open = ask.open ?? false;
  const before = found.filter((token) => token.to <= from);
  const last = before.at(-1);
  const named = sources(text, found, known.datasets);
  const name = (plain: string): string => (open ? quoted(plain) : written(plain, known.reserved));
  if (last && text.slice(last.from, last.to) === '.') return behindPoint(text, before, named, known, name);
  if (wantsDataset(text, before)) return known.datasets.map((dataset) => datasetOffer(dataset, name, 9));
  if (isAliasPlace(text, before)) return ask.words ? AFTER_SOURCE_OFFERS : [];
  const all = [
    ...columnOffers(named, name),
    ...named.filter((one) => one.alias !== one.dataset?.name).map((one) => aliasOffer(one, name)),
    ...known.datasets.map((dataset) => datasetOffer(dataset, name, 5)),
  ];
  return open || !ask.words ? all : [...all, ...wordOffers(known.words)];
}

/** Behind a dataset's name stands an alias nobody can guess, or a word that goes on with the statement. */
function isAliasPlace(text: string, before: readonly Token[]): boolean {
  const last = before.at(-1);
  return last !== undefined && isName(last) && wantsDataset(text, before.slice(0, -1));
}

/** Return the datasets a statement reads, by the names it gives them. */
export function sources(text: string, found: readonly Token[], datasets: readonly Dataset[]): Named[] {
  const byName = new Map(datasets.map((dataset) => [folded(dataset.name), dataset]));
  const named: Named[] = [];
  found.forEach((token, index) => {
    if (!isName(token) || !wantsDataset(text, found.slice(0, index))) return;
    const spelling = meant(text.slice(token.from, token.to));
    const dataset = byName.get(folded(spelling));
    named.push({ alias: aliasBehind(text, found, index + 1) ?? spelling, dataset });
  });
  return named;
}

function aliasBehind(text: string, found: readonly Token[], index: number): string | undefined {
  const word = (token: Token | undefined): string => (token ? text.slice(token.from, token.to).toLowerCase() : '');
  const at = word(found[index]) === 'as' ? index + 1 : index;
  const token = found[at];
  if (!token || !isName(token) || AFTER_SOURCE.has(word(token))) return undefined;
  return meant(text.slice(token.from, token.to));
}

function wantsDataset(text: string, before: readonly Token[]): boolean {
  let depth = 0;
  for (let at = before.length - 1; at >= 0; at -= 1) {
    const token = before[at] as Token;
    const sign = text.slice(token.from, token.to).toLowerCase();
    if (sign === ')') depth += 1;
    else if (sign === '(') {
      if (depth === 0) return false;
      depth -= 1;
    } else if (depth === 0 && token.kind === 'word' && BEFORE_DATASET.has(sign)) return at === before.length - 1 || isComma(text, before);
    else if (depth === 0 && token.kind === 'word' && AFTER_SOURCE.has(sign)) return false;
  }
  return false;
}

function isComma(text: string, before: readonly Token[]): boolean {
  const last = before.at(-1);
  return last !== undefined && text.slice(last.from, last.to) === ',';
}

function behindPoint(
  text: string,
  before: readonly Token[],
  named: readonly Named[],
  known: Known,
  name: (plain: string) => string,
): Offer[] {
  const owner = before.at(-2);
  if (!owner || !isName(owner)) return [];
  const spelling = folded(meant(text.slice(owner.from, owner.to)));
  const dataset =
    named.find((one) => folded(one.alias) === spelling)?.dataset ??
    known.datasets.find((one) => folded(one.name) === spelling);
  return dataset ? columnOffers([{ alias: '', dataset }], name) : [];
}

function columnOffers(named: readonly Named[], name: (plain: string) => string): Offer[] {
  const seen = new Map<string, Offer>();
  for (const { dataset } of named) {
    for (const [column, type] of dataset?.columns ?? []) {
      if (seen.has(column)) continue;
      seen.set(column, { name: column, insert: name(column), kind: 'column', detail: type, rank: 8 });
    }
  }
  return [...seen.values()];
}

function aliasOffer(one: Named, name: (plain: string) => string): Offer {
  return { name: one.alias, insert: name(one.alias), kind: 'alias', detail: one.dataset?.name ?? '', rank: 6 };
}

function datasetOffer(dataset: Dataset, name: (plain: string) => string, rank: number): Offer {
  return { name: dataset.name, insert: name(dataset.name), kind: 'dataset', detail: String(dataset.rows), rank };
}

function wordOffers(words: Words): Offer[] {
  return [
    ...words.functions.map(
      ([name, parameters]): Offer => ({ name, insert: name, kind: 'function', detail: `(${parameters})`, rank: 0 }),
    ),
    ...words.keywords.map((name): Offer => ({ name, insert: name, kind: 'keyword', detail: '', rank: 2 })),
    ...words.types.map((name): Offer => ({ name, insert: name, kind: 'type', detail: '', rank: -1 })),
  ];
}

function isName(token: Token): boolean {
  return token.kind === 'word' || token.kind === 'quoted';
}
