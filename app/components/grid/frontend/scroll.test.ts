import { describe, expect, it } from 'vitest';
import { MOST_PX, ROW_PX, Scroll } from './scroll';

function of(rows: number, height = 600): Scroll {
  const scroll = new Scroll();
  scroll.rows = rows;
  scroll.height = height;
  return scroll;
}

describe('the rows on the screen', () => {
  it('are those the scroll bar stands at, while it stands for every pixel', () => {
    const scroll = of(1_000);
    scroll.fromBar(10 * ROW_PX + 3);
    expect([scroll.first, scroll.end, scroll.toBar()]).toEqual([10, Math.ceil((263 + 600) / ROW_PX), 263]);
  });
  it('reach from the first to the last, however many there are', () => {
    const scroll = of(1_000_000_000);
    expect(scroll.bar).toBe(MOST_PX);
    scroll.fromBar(MOST_PX - 600);
    expect(scroll.end).toBe(1_000_000_000);
    expect(scroll.toBar()).toBeCloseTo(MOST_PX - 600, 3);
    scroll.fromBar(0);
    expect(scroll.first).toBe(0);
  });
  it('move row by row even where the bar stands for a part only', () => {
    const scroll = of(1_000_000_000);
    scroll.to(500_000_000 * ROW_PX);
    scroll.by(ROW_PX);
    expect(scroll.first).toBe(500_000_001);
    scroll.fromBar(scroll.toBar());
    expect(Math.abs(scroll.first - 500_000_001)).toBeLessThan(2);
  });
  it('show a row whole with the smallest move', () => {
    const scroll = of(1_000);
    scroll.reveal(5);
    expect(scroll.top).toBe(0);
    scroll.reveal(100);
    expect(scroll.top).toBe(101 * ROW_PX - 600);
    scroll.reveal(60);
    expect(scroll.top).toBe(60 * ROW_PX);
  });
  it('never stand before the first or behind the last', () => {
    const scroll = of(10);
    scroll.by(1e9);
    expect(scroll.top).toBe(0);
    expect(scroll.end).toBe(10);
  });
});
