// A line's text in pieces: cells, what stands between them, and invisible characters where a person wants to see them.

export interface Piece {
  text: string;
  /** The column of a cell; -1 between cells. */
  column: number;
  /** Stands for a sign nobody sees. */
  sign: boolean;
}

const SIGNS: Record<string, string> = {
  ' ': '·',
  '\t': '→',
  '\r': '␍',
  '\n': '␊',
  '\0': '␀',
  '\u00a0': '⍽',
  '\u202f': '⍽',
  '\u2007': '⍽',
  '\u200b': '‹0›',
  '\u200c': '‹0›',
  '\u200d': '‹0›',
  '\u2060': '‹0›',
  '\ufeff': '‹BOM›',
  '\u00ad': '‹-›',
};
const ENDS: Record<string, string> = { '\n': '↵', '\r\n': '␍↵', '\r': '␍' };
// eslint-disable-next-line no-control-regex
const INVISIBLE = /[\u0000-\u0020\u007f-\u00a0\u00ad\u2007\u200b-\u200d\u202f\u2060\ufeff]/;
// A control character has no width and could end the line on the screen; it is always shown as a sign.
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/;

export function signOf(one: string): string {
  const known = SIGNS[one];
  if (known) return known;
  const code = one.codePointAt(0) ?? 0;
  return code < 0x20 ? String.fromCodePoint(0x2400 + code) : `‹${code.toString(16)}›`;
}

/** Cut a text at the borders of its cells; `spans` are start, end, column, one after the other. */
export function pieces(text: string, end: string, spans: readonly number[], invisible: boolean): Piece[] {
  const found: Piece[] = [];
  let at = 0;
  for (let i = 0; i + 2 < spans.length; i += 3) {
    const [start, stop, column] = [spans[i] ?? 0, spans[i + 1] ?? 0, spans[i + 2] ?? 0];
    put(found, text.slice(at, start), -1, invisible);
    put(found, text.slice(start, stop), column, invisible);
    at = Math.max(at, stop);
  }
  put(found, text.slice(at), -1, invisible);
  if (invisible && end) found.push({ text: ENDS[end] ?? '', column: -1, sign: true });
  return found;
}

function put(into: Piece[], text: string, column: number, invisible: boolean): void {
  const shown = invisible ? INVISIBLE : CONTROL;
  let plain = '';
  for (const one of text) {
    if (!shown.test(one)) {
      plain += one;
      continue;
    }
    if (plain) into.push({ text: plain, column, sign: false });
    plain = '';
    into.push({ text: signOf(one), column, sign: true });
  }
  if (plain) into.push({ text: plain, column, sign: false });
}
