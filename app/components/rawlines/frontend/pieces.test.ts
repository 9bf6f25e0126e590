import { describe, expect, it } from 'vitest';
import { pieces } from './pieces';

const plain = (text: string, end: string, spans: number[], invisible = false): string[] =>
  pieces(text, end, spans, invisible).map((one) => `${one.column}:${one.text}`);

describe('a line in pieces', () => {
  it('gives cells and what stands between them, nothing lost', () => {
    expect(plain('a;"b;c";d', '\n', [0, 1, 0, 2, 7, 1, 8, 9, 2])).toEqual(['0:a', '-1:;', '1:"b;c"', '-1:;', '2:d']);
    expect(plain('no cells', '\n', [])).toEqual(['-1:no cells']);
  });

  it('shows what nobody sees only when asked', () => {
    expect(plain('a b\tc', '\r\n', [])).toEqual(['-1:a b\tc']);
    expect(plain('a b\tc', '\r\n', [], true)).toEqual(['-1:a', '-1:·', '-1:b', '-1:→', '-1:c', '-1:␍↵']);
  });

  it('always shows characters that would break the line', () => {
    expect(plain('a\rb\0c', '\n', [0, 5, 0])).toEqual(['0:a', '0:␍', '0:b', '0:␀', '0:c']);
  });
});
