import { describe, expect, it } from 'vitest';
import { shown } from './keys';
import { find, type Entry } from './search';

const entry = (id: string, label: string, note?: string): Entry => ({ id, label, icon: 'table', ...(note ? { note } : {}) });
const entries = [entry('p', 'Import'), entry('d', 'umsatz_2025', 'Dataset'), entry('c', 'Kundennummer', 'umsatz_2025'), entry('a', 'Run')];
const labels = (sought: string, recent: string[] = []): string[] => find(sought, entries, recent).map((one) => one.entry.label);

describe('finding by a few letters', () => {
  it('finds letters in their order, the best first', () => {
    expect(labels('ums')[0]).toBe('umsatz_2025');
    expect(labels('kdnr')[0]).toBe('Kundennummer');
    expect(labels('xyzq')).toEqual([]);
  });
  it('shows everything for nothing, what was used lately first', () => {
    expect(labels('', ['a', 'd'])).toEqual(['Run', 'umsatz_2025', 'Import', 'Kundennummer']);
  });
  it('finds a column by the dataset it is of', () => {
    expect(labels('umsatz')).toContain('Kundennummer');
  });
  it('says which letters were found', () => {
    expect(find('imp', entries, [])[0]?.at).toEqual([0, 1, 2]);
  });
});

describe('keys as a person knows them', () => {
  it('are named for the system', () => {
    expect(shown('mod+shift+z', false)).toBe('Ctrl+Shift+Z');
    expect(shown('mod+shift+z', true)).toBe('⌘⇧Z');
    expect(shown('g s', false)).toBe('G S');
    expect(shown('?', false)).toBe('?');
    expect(shown('alt+arrowleft', false)).toBe('Alt+←');
  });
});
