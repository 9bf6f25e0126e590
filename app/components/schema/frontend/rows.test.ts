import { describe, expect, it } from 'vitest';
import { found, rowsOf, short } from './rows';

const datasets = [
  { name: 'sales', rows: 4, columns: [['town', 'VARCHAR'], ['amount', 'BIGINT']] as const },
  { name: 'Kunden', rows: 2, columns: [['Name', 'VARCHAR'], ['town', 'TIMESTAMP WITH TIME ZONE']] as const },
];

describe('the rail', () => {
  it('lists datasets, and columns of those that are open', () => {
    expect(rowsOf(datasets, new Set(['sales']), false).map((row) => row.name)).toEqual(['sales', 'town', 'amount', 'Kunden']);
  });
  it('finds datasets by their name or that of a column, then shows this column', () => {
    expect(rowsOf(found(datasets, 'NAM'), new Set(), true).map((row) => row.name)).toEqual(['Kunden', 'Name']);
    expect(found(datasets, 'kund')[0]?.columns.length).toBe(2);
    expect(found(datasets, 'zzz')).toEqual([]);
    expect(found(datasets, ' ')).toBe(datasets);
  });
  it('shortens long types', () => {
    expect(short('TIMESTAMP WITH TIME ZONE')).toBe('timestamptz');
    expect(short('STRUCT(a BIGINT, b VARCHAR)').length).toBeLessThanOrEqual(16);
  });
});
