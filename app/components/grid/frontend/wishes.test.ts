import { describe, expect, it, vi } from 'vitest';
import { Columns } from './columns';
import { Wishes } from './wishes';

const columns = new Columns([
  ['a', 'BIGINT', 'number'],
  ['b', 'VARCHAR', 'text'],
]);

describe('what a person wants to see', () => {
  it('is sorted up, then down, then as the file is', () => {
    const changed = vi.fn();
    const wishes = new Wishes(changed);
    wishes.toggleSort('a', false);
    expect(wishes.sort).toEqual([['a', false]]);
    wishes.toggleSort('a', false);
    expect(wishes.sort).toEqual([['a', true]]);
    wishes.toggleSort('a', false);
    expect([wishes.sort, wishes.none, changed.mock.calls.length]).toEqual([[], true, 3]);
  });
  it('is sorted within what it is sorted by already', () => {
    const wishes = new Wishes(() => undefined);
    wishes.toggleSort('a', false);
    wishes.toggleSort('b', true);
    wishes.toggleSort('a', true);
    expect(wishes.sort).toEqual([['a', true], ['b', false]]);
  });
  it('names columns by their place', () => {
    const wishes = new Wishes(() => undefined);
    wishes.restore({ sort: [['b', true]], filters: [{ column: 'b', op: '=', value: 'x' }], search: 'y' }, columns, new Set(['sort', 'filter', 'search']));
    expect(wishes.body(columns)).toEqual({ sort: [[1, true]], filters: [{ column: 1, op: '=', value: 'x' }], search: 'y' });
  });
  it('forgets columns that are gone and what a source cannot do', () => {
    const wishes = new Wishes(() => undefined);
    wishes.restore({ sort: [['gone', true]], search: 'y' }, columns, new Set(['sort']));
    expect(wishes.none).toBe(true);
  });
});
