// Names as SQL wants them: quoted where they must be, and found again in what was typed.

const PLAIN = /^[a-z_][a-z0-9_]*$/i;

/** Return a name as it can stand in SQL; `reserved` holds the words that need quotes, in lower case. */
export function written(name: string, reserved: ReadonlySet<string>): string {
  return PLAIN.test(name) && !reserved.has(name.toLowerCase()) ? name : quoted(name);
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Return the name behind its spelling in SQL. */
export function meant(spelling: string): string {
  if (!spelling.startsWith('"')) return spelling;
  return spelling.slice(1, spelling.length > 1 && spelling.endsWith('"') ? -1 : undefined).replaceAll('""', '"');
}

/** Names are compared as the engine does: only the letters A to Z lose their case. */
export function folded(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
