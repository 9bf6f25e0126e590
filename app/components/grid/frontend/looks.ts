// How a cell looks: its text, how it is aligned, what is special about it.

import type { Columns } from './columns';
import { isLong, shownAs, type Signs } from './format';
import type { CellLook } from './rows';
import type { Selection, Size } from './selection';
import type { Store } from './store';

export class Looks {
  constructor(
    private readonly signs: Signs,
    private readonly missing: string,
    private readonly selection: Selection,
    /** A column turned out to be written in another way than its cells on the screen are. */
    private readonly changed: () => void,
  ) {}

  cell(store: Store, columns: Columns, row: number, index: number): CellLook {
    const column = columns.shown[index];
    const selected = this.selection.has(row, index);
    const pinned = `${index < columns.pins ? ' pinned' : ''}${column && store.isMarked(row, column.place) ? ' marked' : ''}`;
    if (!column) return { text: '', look: 'coming', selected, aloud: '' };
    const text = store.text(row, column.place);
    if (text === undefined) return { text: '', look: `${column.kind} coming${pinned}`, selected, aloud: '' };
    if (text === null) return { text: '∅', look: `${column.kind} null${pinned}`, selected, aloud: this.missing };
    if (column.kind === 'number' && !column.groups && isLong(text)) {
      column.groups = true;
      this.changed();
    }
    const more = store.isCut(row, column.place) ? '…' : '';
    return { text: shownAs(text, column.kind, this.signs, column.groups) + more, look: column.kind + pinned, selected, aloud: '' };
  }

  isColumnSelected(index: number, size: Size): boolean {
    const { top, bottom, left, right } = this.selection.range;
    return size.rows > 1 && top === 0 && bottom === size.rows - 1 && index >= left && index <= right;
  }

  isRowSelected(row: number, size: Size): boolean {
    const { top, bottom, left, right } = this.selection.range;
    return row >= top && row <= bottom && left === 0 && right === size.columns - 1 && size.columns > 1;
  }
}
