import { describe, expect, it } from 'vitest';
import { offsetOf, spanAt, spanOf } from './places';
import { same } from './layout';
import { tokens } from './scan';

describe('a place the engine names', () => {
  it('counts characters, not halves of them', () => {
    const text = "select '😀', twon\nfrom sales";
    expect(text.slice(offsetOf(text, 1, 13), offsetOf(text, 1, 17))).toBe('twon');
    expect(text.slice(offsetOf(text, 2, 6))).toBe('sales');
  });
  it('beyond the text is its end', () => {
    expect(offsetOf('a\nb', 9, 1)).toBe(3);
    expect(offsetOf('a\nb', 1, 9)).toBe(1);
  });
  it('becomes the whole word there, or the last one', () => {
    const text = 'select twon +';
    expect(spanAt(tokens(text), 7)).toEqual({ from: 7, to: 11 });
    expect(spanAt(tokens(text), 13)).toEqual({ from: 12, to: 13 });
    expect(spanAt([], 0)).toEqual({ from: 0, to: 0 });
  });
  it('of a qualified name is the part that is wrong', () => {
    const text = 'select s.twon, s."t x" from sales s';
    expect(spanOf(text, tokens(text), 7, 'twon')).toEqual({ from: 9, to: 13 });
    expect(spanOf(text, tokens(text), 15, 't x')).toEqual({ from: 17, to: 22 });
    expect(spanOf(text, tokens(text), 7, 'gone')).toEqual({ from: 7, to: 8 });
  });
});

describe('a layout', () => {
  it('may change spaces and the case of words, and nothing else', () => {
    expect(same('select a,b from t', 'SELECT\n  a,\n  b\nFROM\n  t')).toBe(true);
    expect(same("select 'a b'", "select 'a  b'")).toBe(false);
    expect(same('select a->>b', 'select a - >> b')).toBe(false);
    expect(same('select "A"', 'select "a"')).toBe(false);
  });
});
