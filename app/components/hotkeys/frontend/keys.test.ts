import { describe, expect, it } from 'vitest';
import { pressed } from './keys';

const plain = { key: 'a', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };

describe('the spelling of keys', () => {
  it('calls the main modifier mod on every system', () => {
    expect(pressed({ ...plain, key: 's', ctrlKey: true }, false)).toBe('mod+s');
    expect(pressed({ ...plain, key: 's', metaKey: true }, true)).toBe('mod+s');
    expect(pressed({ ...plain, key: 's', ctrlKey: true }, true)).toBe('ctrl+s');
  });
  it('names Shift with letters and named keys, but not with signs that need it on some keyboards', () => {
    expect(pressed({ ...plain, key: 'Z', ctrlKey: true, shiftKey: true }, false)).toBe('mod+shift+z');
    expect(pressed({ ...plain, key: 'ArrowLeft', altKey: true }, false)).toBe('alt+arrowleft');
    expect(pressed({ ...plain, key: '?', shiftKey: true }, false)).toBe('?');
  });
});
