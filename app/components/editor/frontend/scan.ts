// SQL taken apart just far enough: words, quotes, comments, ends of statements, `$name`. The one place where the
// statement under the caret is found; the server judges what it is handed and never splits a text itself.

export type Kind = 'word' | 'quoted' | 'string' | 'number' | 'parameter' | 'sign' | 'end';

/** A piece of SQL that is neither space nor comment; `to` is behind its last character. */
export interface Token {
  kind: Kind;
  from: number;
  to: number;
}

export interface Statement {
  from: number;
  to: number;
  tokens: readonly Token[];
}

const SPACE = /\s/;
const WORD_START = /[\p{L}_]/u;
const WORD = /[\p{L}\p{N}_$]*/uy;
const NUMBER = /(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const DOLLAR_TAG = /\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/uy;
const PARAMETER = /\$[\p{L}_\d][\p{L}\p{N}_]*/uy;

/** Return the tokens of a text; what is opened but not closed reaches to its end. */
export function tokens(text: string): Token[] {
  const found: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const next = skip(text, at);
    if (next > at) {
      at = next;
      continue;
    }
    const token = read(text, at);
    found.push(token);
    at = token.to;
  }
  return found;
}

/** Return the statements of a text, each with the comments before it and the semicolon behind it. */
export function statements(text: string): Statement[] {
  const found: Statement[] = [];
  let mine: Token[] = [];
  let behind = 0;
  const close = (to: number): void => {
    if (mine.some((token) => token.kind !== 'end')) found.push({ from: firstSign(text, behind), to, tokens: mine });
    behind = to;
    mine = [];
  };
  for (const token of tokens(text)) {
    mine.push(token);
    if (token.kind === 'end') close(token.to);
  }
  const last = mine.at(-1);
  if (last) close(last.to);
  return found;
}

/** Return the statement the caret is in or behind; before the first one, the first. */
export function statementAt(found: readonly Statement[], caret: number): Statement | undefined {
  return found.findLast((statement) => statement.from <= caret) ?? found[0];
}

/** Return the names behind `$` in a text, each once, in order. */
export function parameters(text: string, found: readonly Token[]): string[] {
  const names = found.filter((token) => token.kind === 'parameter').map((token) => text.slice(token.from + 1, token.to));
  return [...new Set(names.filter((name) => !/^\d/.test(name)))];
}

function firstSign(text: string, from: number): number {
  let at = from;
  while (at < text.length && SPACE.test(text[at] as string)) at += 1;
  return at;
}

/** Return where space and comments end. */
function skip(text: string, at: number): number {
  if (SPACE.test(text[at] as string)) return at + 1;
  if (text.startsWith('--', at)) {
    const end = text.indexOf('\n', at);
    return end < 0 ? text.length : end;
  }
  return text.startsWith('/*', at) ? behindComment(text, at) : at;
}

/** The engine's block comments nest. */
function behindComment(text: string, from: number): number {
  let depth = 1;
  let at = from + 2;
  while (at < text.length && depth > 0) {
    if (text.startsWith('/*', at)) depth += 1;
    else if (text.startsWith('*/', at)) depth -= 1;
    else {
      at += 1;
      continue;
    }
    at += 2;
  }
  return at;
}

function read(text: string, from: number): Token {
  const sign = text[from] as string;
  const next = text[from + 1];
  if (sign === ';') return { kind: 'end', from, to: from + 1 };
  if (sign === '"') return { kind: 'quoted', from, to: behindQuote(text, from, '"', false) };
  if (sign === "'") return { kind: 'string', from, to: behindQuote(text, from, "'", false) };
  if (/[eE]/.test(sign) && next === "'") return { kind: 'string', from, to: behindQuote(text, from + 1, "'", true) };
  if (/[xXbB]/.test(sign) && next === "'") return { kind: 'string', from, to: behindQuote(text, from + 1, "'", false) };
  if (sign === '$') return readDollar(text, from);
  if (WORD_START.test(sign)) return { kind: 'word', from, to: from + reach(WORD, text, from) };
  if (/\d/.test(sign) || (sign === '.' && next !== undefined && /\d/.test(next))) {
    return { kind: 'number', from, to: from + Math.max(reach(NUMBER, text, from), 1) };
  }
  return { kind: 'sign', from, to: from + 1 };
}

function readDollar(text: string, from: number): Token {
  const tag = match(DOLLAR_TAG, text, from);
  if (tag) {
    const end = text.indexOf(tag, from + tag.length);
    return { kind: 'string', from, to: end < 0 ? text.length : end + tag.length };
  }
  const length = reach(PARAMETER, text, from);
  return length ? { kind: 'parameter', from, to: from + length } : { kind: 'sign', from, to: from + 1 };
}

function behindQuote(text: string, from: number, quote: string, escapes: boolean): number {
  let at = from + 1;
  while (at < text.length) {
    if (escapes && text[at] === '\\') at += 2;
    else if (text[at] !== quote) at += 1;
    else if (text[at + 1] === quote) at += 2;
    else return at + 1;
  }
  return text.length;
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function reach(pattern: RegExp, text: string, at: number): number {
  return match(pattern, text, at)?.length ?? 0;
}
