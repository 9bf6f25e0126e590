import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parameters, statementAt, statements, tokens } from './scan';

interface Case {
  text: string;
  statements: string[];
  parameters: string[];
}

/** The same cases are put to the engine's own parser by tests/integration/query/test_statements.py. */
const CASES = join(import.meta.dirname, '../../../../tests/contracts/sql_statements.json');
const cases = JSON.parse(readFileSync(CASES, 'utf-8')) as Case[];

describe('a text taken apart', () => {
  it.each(cases)('has the statements of $text', ({ text, statements: wanted, parameters: names }) => {
    const found = statements(text);
    expect(found.map(({ from, to }) => text.slice(from, to))).toEqual(wanted);
    expect(parameters(text, found.flatMap((one) => one.tokens))).toEqual(names);
  });

  it('covers a text that is not finished to its end', () => {
    for (const text of ["select 'abc", 'select "abc', 'select /* abc', 'select $$abc', "select e'a\\", 'select $']) {
      expect(() => statements(text)).not.toThrow();
      expect(tokens(text).at(-1)?.to ?? text.length).toBeLessThanOrEqual(text.length);
    }
  });

  it('never reads a character twice nor forgets one that is no space', () => {
    const text = 'select a."b c", \'d\' || $e -- f\n from x where y >= 1.5 and z = $$q$$;';
    const found = tokens(text);
    found.forEach((token, index) => expect(token.from).toBeGreaterThanOrEqual(found[index - 1]?.to ?? 0));
    const kept = found.map(({ from, to }) => text.slice(from, to)).join('');
    expect(kept.replaceAll(/\s/g, '')).toBe(text.replace('-- f', '').replaceAll(/\s/g, ''));
  });
});

describe('the statement under the caret', () => {
  const text = 'select 1;\n\n-- two\nselect 2; select 3';
  const at = (caret: number): string | undefined => {
    const found = statementAt(statements(text), caret);
    return found && text.slice(found.from, found.to);
  };
  it('is the one the caret is in or behind', () => {
    expect(at(0)).toBe('select 1;');
    expect(at(9)).toBe('select 1;');
    expect(at(10)).toBe('select 1;');
    expect(at(11)).toBe('-- two\nselect 2;');
    expect(at(text.indexOf('select 3') - 1)).toBe('-- two\nselect 2;');
    expect(at(text.length)).toBe('select 3');
  });
  it('is the first one for a caret before all of them, and none in an empty text', () => {
    expect(statementAt(statements('\n\n select 1'), 0)?.from).toBe(3);
    expect(statementAt([], 0)).toBeUndefined();
  });
});
