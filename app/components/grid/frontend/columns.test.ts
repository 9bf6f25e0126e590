import { describe, expect, it } from 'vitest';
import { Columns, NARROWEST_PX } from './columns';
import type { Kind } from './types';

function make(count: number): Columns {
  return new Columns(Array.from({ length: count }, (_one, index): [string, string, Kind] => [`c${index}`, 'VARCHAR', 'text']));
}

const names = (columns: Columns): string[] => columns.shown.map((column) => column.name);
const get = (columns: Columns, name: string) => columns.get(name) as NonNullable<ReturnType<Columns['get']>>;

describe('columns', () => {
  it('on the screen are found by where it has scrolled to, in any number', () => {
    const columns = make(5_000);
    const { width } = get(columns, 'c0');
    expect(columns.visible(0, 1_000)[0]).toBe(0);
    const [first, end] = columns.visible(columns.x(2_500), 3 * width);
    expect([first, end >= 2_503, end < 2_510]).toEqual([2_500, true, true]);
    expect(columns.visible(columns.movingWidth - 10, 1_000)).toEqual([4_999, 5_000]);
  });
  it('that are pinned come first and do not move', () => {
    const columns = make(5);
    columns.pin(get(columns, 'c3'), true);
    expect([names(columns), columns.pins]).toEqual([['c3', 'c0', 'c1', 'c2', 'c4'], 1]);
    expect(columns.pinnedWidth).toBe(get(columns, 'c3').width);
    expect(columns.visible(0, 10_000)).toEqual([1, 5]);
    columns.pin(get(columns, 'c3'), false);
    expect(names(columns)).toEqual(['c0', 'c1', 'c2', 'c3', 'c4']);
  });
  it('can all be pinned', () => {
    const columns = make(2);
    for (const column of columns.all) columns.pin(column, true);
    expect([columns.pins, columns.movingWidth, columns.visible(0, 100)]).toEqual([2, 0, [2, 2]]);
  });
  it('move to where another is', () => {
    const columns = make(4);
    columns.move(get(columns, 'c0'), 2);
    expect(names(columns)).toEqual(['c1', 'c2', 'c0', 'c3']);
    columns.move(get(columns, 'c3'), 0);
    expect(names(columns)).toEqual(['c3', 'c1', 'c2', 'c0']);
  });
  it('hide, but for the last one', () => {
    const columns = make(2);
    for (const column of columns.all) columns.hide(column, true);
    expect(names(columns)).toEqual(['c1']);
    columns.showAll();
    expect(names(columns)).toEqual(['c0', 'c1']);
  });
  it('are arranged again as they were, as far as they are still there', () => {
    const columns = make(4);
    columns.move(get(columns, 'c3'), 0);
    columns.pin(get(columns, 'c2'), true);
    columns.hide(get(columns, 'c1'), true);
    columns.resize(get(columns, 'c0'), 1);
    const kept = columns.kept();
    const next = make(5);
    next.restore({ ...kept, hidden: [...kept.hidden, 'gone'] });
    expect(names(next)).toEqual(['c2', 'c3', 'c0', 'c4']);
    expect(get(next, 'c0').width).toBe(NARROWEST_PX);
  });
  it('fit their texts unless a person has chosen a width', () => {
    const columns = make(2);
    columns.resize(get(columns, 'c0'), 300);
    columns.fit(get(columns, 'c0'), ['x']);
    columns.fit(get(columns, 'c1'), ['x'.repeat(1_000)]);
    expect([get(columns, 'c0').width, get(columns, 'c1').width]).toEqual([300, 320]);
  });
});
