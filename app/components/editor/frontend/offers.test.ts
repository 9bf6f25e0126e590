import { describe, expect, it } from 'vitest';
import { NO_WORDS } from '../../frontend/catalogue';
import { type Known, offers, sources } from './offers';
import { meant, quoted, written } from './names';
import { tokens } from './scan';

const known: Known = {
  datasets: [
    { name: 'sales', rows: 4, columns: [['town', 'VARCHAR'], ['amount', 'BIGINT']] },
    { name: 'Kunden 2025', rows: 2, columns: [['Name', 'VARCHAR'], ['order', 'BIGINT'], ['Straße', 'VARCHAR']] },
  ],
  words: { ...NO_WORDS, keywords: ['select'], functions: [['sum', 'arg', 'Adds up.']] },
  reserved: new Set(['order', 'select']),
};

/** Offers at the sign `|`, where a word may have been begun. */
function at(marked: string, open = false, words = true): string[] {
  const caret = marked.indexOf('|');
  const text = marked.replace('|', '');
  const found = tokens(text);
  const typed = found.find((token) => token.from < caret && token.to >= caret && token.kind !== 'sign');
  const from = typed?.from ?? caret;
  return offers(text, found.filter((token) => token !== typed), from, known, { open, words }).map((one) => one.insert);
}

describe('what is offered', () => {
  it('is datasets behind from, join and a comma between them, quoted where they must be', () => {
    for (const text of ['select * from |', 'from sa|', 'select * from sales join |', 'select * from sales s, |', 'describe |']) {
      expect(at(text)).toEqual(['sales', '"Kunden 2025"']);
    }
  });
  it('is columns of the datasets the statement reads, even before it names them', () => {
    expect(at('select | from sales').slice(0, 2)).toEqual(['town', 'amount']);
    expect(at('select * from "Kunden 2025" where |').slice(0, 3)).toEqual(['Name', '"order"', '"Straße"']);
  });
  it('is the columns of one dataset behind a point', () => {
    expect(at('select s.| from sales s join "Kunden 2025" k on true')).toEqual(['town', 'amount']);
    expect(at('select k.| from sales s join "Kunden 2025" as k on true')).toEqual(['Name', '"order"', '"Straße"']);
    expect(at('select sales.to| from sales')).toEqual(['town', 'amount']);
    expect(at('select x.| from sales')).toEqual([]);
  });
  it('is names only behind an opened quote', () => {
    expect(at('select "| from sales', true)).not.toContain('select');
    expect(at('select * from "|', true)).toEqual(['"sales"', '"Kunden 2025"']);
  });
  it('ends with functions and keywords', () => {
    expect(at('select su| from sales')).toEqual(expect.arrayContaining(['sum', 'select', 's'].slice(0, 2)));
  });
  it('leaves the first letter of a word, and an alias, to whoever types', () => {
    expect(at('select s| from sales', false, false)).not.toContain('select');
    expect(at('select * from sales s|', false, false)).toEqual([]);
    expect(at('select * from sales wh|')).toContain('where');
    expect(at('select * from sales wh|')).not.toContain('sum');
  });
  it('knows subqueries: a comma in brackets separates no datasets', () => {
    expect(at('select * from (select town, | from sales)')).toContain('amount');
    expect(at('select count(*), | from sales')).toContain('amount');
  });
});

describe('names', () => {
  it('are found again in what was typed', () => {
    for (const name of ['a', 'A b', 'say "hi"', 'ä', 'order']) expect(meant(written(name, known.reserved))).toBe(name);
    expect(quoted('a"b')).toBe('"a""b"');
    expect(meant('"half')).toBe('half');
  });
  it('have an alias, with and without AS', () => {
    const text = 'select 1 from sales as x join "Kunden 2025" y on true join sales where 1';
    expect(sources(text, tokens(text), known.datasets).map((one) => one.alias)).toEqual(['x', 'y', 'sales']);
  });
});
