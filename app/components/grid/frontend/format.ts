// Texts of the engine as a person reads them. Digits are grouped as text: turned into a number they would bend.

import type { Kind } from './types';

const PLAIN = /^(-?)(\d+)(?:\.(\d+))?$/;
const LEAST_GROUPED = 5; // a column of at most four digits is read at a glance, and years have no groups
const SHORT_FROM = 100_000;
const BREAKS = /\r\n|[\r\n\u2028\u2029]/g;

export interface Signs {
  group: string;
  point: string;
  count: (value: number) => string;
  /** About how many, in few signs. */
  short: (value: number) => string;
  plural: (value: number) => string;
}

export function signsOf(locale: string): Signs {
  const numbers = new Intl.NumberFormat(locale);
  const parts = numbers.formatToParts(-12345.6);
  const rules = new Intl.PluralRules(locale);
  const compact = new Intl.NumberFormat(locale, { notation: 'compact', maximumSignificantDigits: 3 });
  return {
    group: parts.find((part) => part.type === 'group')?.value ?? '',
    point: parts.find((part) => part.type === 'decimal')?.value ?? '.',
    count: (value) => numbers.format(value),
    short: (value) => (value < SHORT_FROM ? numbers : compact).format(value),
    plural: (value) => rules.select(value),
  };
}

/** Whether a number has so many digits that its column is read in groups. */
export function isLong(text: string): boolean {
  return text.length >= LEAST_GROUPED && (PLAIN.exec(text)?.[2]?.length ?? 0) >= LEAST_GROUPED;
}

/** A number with its digits in groups, all of them as they came; what is no plain number stays as it is. */
export function grouped(text: string, signs: Signs, groups = true): string {
  const found = PLAIN.exec(text);
  if (!found) return text;
  const [, minus = '', whole = '', fraction] = found;
  const head = !groups ? whole : whole.replace(/\B(?=(\d{3})+$)/g, signs.group);
  return `${minus && '−'}${head}${fraction === undefined ? '' : signs.point + fraction}`;
}

/** A cell's text on its one line. */
export function shownAs(text: string, kind: Kind, signs: Signs, groups = true): string {
  if (kind === 'number') return grouped(text, signs, groups);
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
