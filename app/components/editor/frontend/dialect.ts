// The engine's SQL for CodeMirror's highlighting, from the words the engine itself names.

import { PostgreSQL, SQLDialect } from '@codemirror/lang-sql';
import type { Words } from '../../frontend/catalogue';

/** Return the dialect; without words that of PostgreSQL, whose grammar the engine's comes from. */
export function dialectOf(words: Words): SQLDialect {
  if (!words.keywords.length) return PostgreSQL;
  return SQLDialect.define({
    keywords: words.keywords.join(' ').toLowerCase(),
    types: words.types.join(' ').toLowerCase(),
    builtin: words.functions.map(([name]) => name).join(' '),
    doubleDollarQuotedStrings: true,
    operatorChars: '+-*/<>=~!@#%^&|`?:',
    specialVar: '$',
    identifierQuotes: '"',
    caseInsensitiveIdentifiers: true,
  });
}
