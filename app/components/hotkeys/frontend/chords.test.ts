import { describe, expect, it } from 'vitest';
import { listener, PAUSE_MS } from './chords';

const known = ['mod+s', 'g s', 'g d', '?'];

describe('keys that are pressed', () => {
  it('are one chord, or a sequence within a second', () => {
    let time = 0;
    const { press } = listener(() => time);
    expect(press('mod+s', known, false)).toBe('mod+s');
    expect(press('g', known, false)).toBeNull();
    time += PAUSE_MS - 1;
    expect(press('d', known, false)).toBe('g d');
    expect(press('g', known, false)).toBeNull();
    time += PAUSE_MS;
    expect(press('s', known, false)).toBeUndefined();
  });
  it('belong to the text while a person types, unless they cannot be typed', () => {
    const { press } = listener(() => 0);
    expect(press('?', known, true)).toBeUndefined();
    expect(press('g', known, true)).toBeUndefined();
    expect(press('mod+s', known, true)).toBe('mod+s');
  });
  it('begin anew after a wrong one', () => {
    const { press } = listener(() => 0);
    expect(press('g', known, false)).toBeNull();
    expect(press('x', known, false)).toBeUndefined();
    expect(press('g', known, false)).toBeNull();
    expect(press('?', known, false)).toBe('?');
  });
});
