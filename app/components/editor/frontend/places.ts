// From the engine's line and column, which count characters from 1, to offsets in the editor's text.

import type { Token } from './scan';

/** Return the offset of a place within `text`; a place that is not there becomes the nearest one that is. */
export function offsetOf(text: string, line: number, column: number): number {
  let start = 0;
  for (let at = 1; at < line; at += 1) {
    const end = text.indexOf('\n', start);
    if (end < 0) return text.length;
    start = end + 1;
  }
  const end = text.indexOf('\n', start);
  const whole = [...text.slice(start, end < 0 ? text.length : end)];
  return start + whole.slice(0, column - 1).join('').length;
}

/** Return what to underline at an offset: the token that is there or next, else the last sign before. */
export function spanAt(found: readonly Token[], offset: number): { from: number; to: number } {
  const token = found.find((one) => one.to > offset) ?? found.at(-1);
  return token ? { from: token.from, to: token.to } : { from: offset, to: offset };
}

/** Return the tokens that spell a name, where the place named only its qualifier (`t.town`): the right one of them. */
export function spanOf(text: string, found: readonly Token[], offset: number, name: string | null) {
  const at = spanAt(found, offset);
  if (name === null) return at;
  const index = found.findIndex((token) => token.from === at.from);
  for (const token of found.slice(index, index + 5)) {
    const spelling = text.slice(token.from, token.to);
    if (spelling === name || spelling === `"${name.replaceAll('"', '""')}"`) return { from: token.from, to: token.to };
  }
  return at;
}
