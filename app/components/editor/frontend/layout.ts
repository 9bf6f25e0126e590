// A statement laid out anew. The library is loaded at the first use only, and what it makes is taken only if it is the
// same SQL, token for token.

import { tokens } from './scan';

export class NotLaidOutError extends Error {}

/** Return the statement with other spaces and line breaks, nothing else changed. */
export async function laidOut(sql: string): Promise<string> {
  const { duckdb, formatDialect } = await import('sql-formatter');
  let text: string;
  try {
    text = formatDialect(sql, { dialect: duckdb, tabWidth: 2, paramTypes: { named: ['$'], positional: true } });
  } catch (error) {
    throw new NotLaidOutError(String(error));
  }
  if (!same(sql, text)) throw new NotLaidOutError('the layout changed the statement');
  return text;
}

export function same(one: string, other: string): boolean {
  const first = spelled(one);
  const second = spelled(other);
  return first.length === second.length && first.every((token, index) => token === second[index]);
}

const OPERATOR = /^[-+*/<>=~!@#%^&|:?]$/;

/** Signs that stand together are one operator: apart they would be two. */
function spelled(text: string): string[] {
  const found: string[] = [];
  let behind = -1;
  for (const token of tokens(text)) {
    const spelling = text.slice(token.from, token.to);
    const last = found.at(-1);
    if (last !== undefined && behind === token.from && OPERATOR.test(spelling) && OPERATOR.test(last.slice(-1))) {
      found[found.length - 1] = last + spelling;
    } else {
      found.push(token.kind === 'word' ? spelling.toLowerCase() : spelling);
    }
    behind = token.to;
  }
  return found;
}
