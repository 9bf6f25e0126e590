import { describe, expect, it } from 'vitest';
import { type Draft, Drafts } from './drafts';

const draft = (id: string, text = 'half'): Draft => ({ id, row: 4, number: 5, column: 'a', text });

function journal() {
  const written: unknown[] = [];
  return { written, write: (_key: string, value: unknown) => written.push(value) };
}

describe('half-typed cells', () => {
  it('are written with each key, all of them together', () => {
    const { written, write } = journal();
    const drafts = new Drafts('one', write);
    drafts.typed(draft('x', 'h'));
    drafts.typed(draft('x', 'ha'));
    drafts.typed(draft('y', 'z'));
    expect(written).toEqual([[draft('x', 'h')], [draft('x', 'ha')], [draft('x', 'ha'), draft('y', 'z')]]);
    expect(drafts.others('y')).toEqual([draft('x', 'ha')]);
  });

  it('leave the journal once they are edits, and the last one empties it', () => {
    const { written, write } = journal();
    const drafts = new Drafts('two', write);
    drafts.typed(draft('x'));
    drafts.typed(draft('y'));
    drafts.hear(null, ['x']);
    drafts.drop('y');
    expect(written.slice(-2)).toEqual([[draft('y')], null]);
  });

  it('found by Python are offered once, however often the page is drawn', () => {
    const { written, write } = journal();
    const drafts = new Drafts('three', write);
    drafts.hear([draft('x')], []);
    drafts.drop('x');
    const anew = new Drafts('three', write);
    anew.hear([draft('x')], []);
    expect(anew.others()).toEqual([]);
    expect(written).toEqual([null]);
  });

  it('that are none are left alone', () => {
    const drafts = new Drafts('four', () => undefined);
    drafts.hear([null, 5, 'x', {}, { ...draft('x'), row: 'no' }, { ...draft('y'), text: 7 }], []);
    drafts.hear('nothing', []);
    drafts.hear({ id: 'x' }, []);
    expect(drafts.others()).toEqual([]);
  });
});
