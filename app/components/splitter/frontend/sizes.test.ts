import { describe, expect, it } from 'vitest';
import { clamp, step, type Limits } from './sizes';

const pane: Limits = { sizes: 'right', initial: 300, min: 220, rest: 560, foldable: true };

describe('a part between its limits', () => {
  it('is never smaller than its least size, nor takes what belongs to the other', () => {
    expect(clamp(180, pane, 1280)).toBe(220);
    expect(clamp(900, pane, 1280)).toBe(720);
    expect(clamp(NaN, pane, 1280)).toBe(300);
  });
  it('folds when it is pushed to half of that, if it may', () => {
    expect(clamp(100, pane, 1280)).toBe(0);
    expect(clamp(100, { ...pane, foldable: false }, 1280)).toBe(220);
  });
  it('grows and shrinks by the arrows that point that way', () => {
    expect(step('ArrowLeft', 300, pane, 1280)).toBe(316);
    expect(step('ArrowRight', 300, pane, 1280)).toBe(284);
    expect(step('ArrowRight', 220, pane, 1280)).toBe(0);
    expect(step('ArrowLeft', 0, pane, 1280)).toBe(220);
    expect(step('ArrowDown', 100, { ...pane, sizes: 'above' }, 800)).toBe(116);
    expect(step('Enter', 300, pane, 1280)).toBe(0);
    expect(step('Enter', 0, pane, 1280)).toBe(300);
    expect(step('a', 300, pane, 1280)).toBeUndefined();
  });
});
