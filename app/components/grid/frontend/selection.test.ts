import { describe, expect, it } from 'vitest';
import { HEADER, Selection, target } from './selection';

const size = { rows: 100, columns: 5, page: 20 };
const at = (row: number, column: number) => ({ row, column });

describe('where a key leads', () => {
  it.each([
    ['ArrowDown', false, at(1, 1)],
    ['ArrowDown', true, at(99, 1)],
    ['ArrowUp', false, at(HEADER, 1)],
    ['ArrowLeft', true, at(0, 0)],
    ['PageDown', false, at(20, 1)],
    ['End', false, at(0, 4)],
    ['End', true, at(99, 4)],
  ])('%s, main key %s', (key, main, to) => {
    expect(target(at(0, 1), { key, main }, size)).toEqual(to);
  });
  it('stays inside', () => {
    expect(target(at(99, 4), { key: 'ArrowRight', main: false }, size)).toEqual(at(99, 4));
    expect(target(at(HEADER, 0), { key: 'ArrowUp', main: false }, size)).toEqual(at(HEADER, 0));
  });
  it('is nowhere for other keys', () => {
    expect(target(at(0, 0), { key: 'x', main: false }, size)).toBeUndefined();
  });
});

describe('a selection', () => {
  it('is the rectangle between two corners, whichever comes first', () => {
    const selection = new Selection();
    selection.to(at(5, 3));
    selection.to(at(2, 1), true);
    expect(selection.range).toEqual({ top: 2, bottom: 5, left: 1, right: 3 });
    expect(selection.cells).toBe(12);
    expect([selection.has(3, 2), selection.has(6, 2)]).toEqual([true, false]);
  });
  it('holds no cell while a head is active', () => {
    const selection = new Selection();
    selection.to(at(HEADER, 2));
    expect([selection.cells, selection.has(0, 2)]).toEqual([0, false]);
  });
  it('covers whole rows, whole columns, everything', () => {
    const selection = new Selection();
    selection.rows(3, 4, 5);
    expect(selection.range).toEqual({ top: 3, bottom: 4, left: 0, right: 4 });
    selection.column(1, 2, 100);
    expect(selection.range).toEqual({ top: 0, bottom: 99, left: 1, right: 2 });
    selection.all(size);
    expect(selection.cells).toBe(500);
  });
  it('stays inside when rows have gone', () => {
    const selection = new Selection();
    selection.all(size);
    selection.clamp({ rows: 2, columns: 1, page: 1 });
    expect(selection.range).toEqual({ top: 0, bottom: 1, left: 0, right: 0 });
  });
});
