// Texts of the engine as a person reads them. Digits are grouped as text: turned into a number they would bend.

import type { Kind } from './types';

const PLAIN = /^(-?)(\d+)(?:\.(\d+))?$/;
const LEAST_GROUPED = 5; // four digits are read at a glance, and years have no groups
const BREAKS = /\r\n|[\r\n\u2028\u2029]/g;

export interface Signs {
  group: string;
  point: string;
  count: (value: number) => string;
  plural: (value: number) => string;
}

export function signsOf(locale: string): Signs {
  const numbers = new Intl.NumberFormat(locale);
  const parts = numbers.formatToParts(-12345.6);
  const rules = new Intl.PluralRules(locale);
  return {
    group: parts.find((part) => part.type === 'group')?.value ?? '',
    point: parts.find((part) => part.type === 'decimal')?.value ?? '.',
    count: (value) => numbers.format(value),
    plural: (value) => rules.select(value),
  };
}

/** A number with its digits in groups, all of them as they came; what is no plain number stays as it is. */
export function grouped(text: string, signs: Signs): string {
  const found = PLAIN.exec(text);
  if (!found) return text;
  const [, minus = '', whole = '', fraction] = found;
  const head = whole.length < LEAST_GROUPED ? whole : whole.replace(/\B(?=(\d{3})+$)/g, signs.group);
  return `${minus && '−'}${head}${fraction === undefined ? '' : signs.point + fraction}`;
}

/** A cell's text on its one line. */
export function shownAs(text: string, kind: Kind, signs: Signs): string {
  if (kind === 'number') return grouped(text, signs);
  return BREAKS.test(text) ? text.replace(BREAKS, '↵') : text;
}

/** Fill in `{name}`. */
export function filled(text: string, values: Record<string, string>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

/** A text as spreadsheets take it from the clipboard. */
export function quoted(text: string): string {
  return /[\t\r\n"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
