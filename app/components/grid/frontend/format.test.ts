import { describe, expect, it } from 'vitest';
import { filled, grouped, isLong, quoted, shownAs, signsOf } from './format';
import { share } from './heads';
import { rounded } from './tools';

const english = signsOf('en');
const german = signsOf('de');

describe('numbers', () => {
  it('keep every digit, however many', () => {
    expect(grouped('9007199254740993', english)).toBe('9,007,199,254,740,993');
    expect(grouped('-12345678901234567890.10', english)).toBe('−12,345,678,901,234,567,890.10');
  });
  it('are written as the language writes them', () => {
    expect(grouped('1234567.50', german)).toBe('1.234.567,50');
  });
  it('have no groups in columns of at most four digits, such as years', () => {
    expect(shownAs('2025', 'number', english, false)).toBe('2025');
    expect([isLong('2025'), isLong('-2025.123456'), isLong('20250'), isLong('1e+300')]).toEqual([false, false, true, false]);
  });
  it('that are none stay as they are', () => {
    expect([grouped('NaN', english), grouped('inf', english), grouped('1e+300', english)]).toEqual(['NaN', 'inf', '1e+300']);
  });
  it('of sums lose the digits that only come from inexactness', () => {
    expect([rounded('0.30000000000000004'), rounded('12.50'), rounded('1e-20')]).toEqual(['0.3', '12.50', '1e-20']);
  });
});

describe('texts', () => {
  it('stand on one line', () => {
    expect(shownAs('a\r\nb\nc', 'text', english)).toBe('a↵b↵c');
  });
  it('are filled in, unknown places left', () => {
    expect(filled('{a} of {b}', { a: '{b}' })).toBe('{b} of {b}');
  });
  it('are quoted for the clipboard where a spreadsheet needs it', () => {
    expect([quoted('a'), quoted('a\tb'), quoted('say "x"')]).toEqual(['a', '"a\tb"', '"say ""x"""']);
  });
});

describe('shares', () => {
  it('of a few are not none, of nearly all not all', () => {
    expect([share(0), share(0.001), share(0.5), share(0.999), share(1)]).toEqual(['0 %', '<1 %', '50 %', '>99 %', '100 %']);
  });
});
