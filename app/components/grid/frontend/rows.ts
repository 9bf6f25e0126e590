// The rows on the screen. A row of the screen is used again for another row when it has left, so scrolling by one
// row writes one row; cells are written only where their text or their look has changed.

import type { Column } from './columns';
import { ROW_PX } from './scroll';

export interface CellLook {
  text: string;
  /** The classes: how it is aligned and what is special about it. */
  look: string;
  selected: boolean;
  /** What is read aloud instead of the text. */
  aloud: string;
}

export interface Shown {
  first: number;
  end: number;
  top: number;
  columns: readonly Column[];
  pins: number;
  visible: [number, number];
  x: (index: number) => number;
  left: number;
  pinnedWidth: number;
  cell: (row: number, index: number) => CellLook;
  number: (row: number) => string;
  isRowSelected: (row: number) => boolean;
  active: { row: number; column: number };
  /** Changes whenever cells may look different although the same rows are shown. */
  version: number;
}

const BASE_ROWS = 1_000; // rows are placed relative to a round one, so that no row stands millions of pixels low

export class Rows {
  readonly element: HTMLDivElement;
  private pool: Row[] = [];
  private base = -1;
  private columnsKey = '';
  private version = -1;

  constructor(private readonly id: string) {
    this.element = document.createElement('div');
    this.element.className = 'rows';
    this.element.setAttribute('role', 'rowgroup');
  }

  /** Return the id of the active cell if it is on the screen. */
  draw(shown: Shown): string {
    const count = shown.end - shown.first;
    this.grow(count);
    const base = Math.floor(shown.first / BASE_ROWS) * BASE_ROWS;
    this.element.style.transform = `translateY(${base * ROW_PX - shown.top}px)`;
    const columnsKey = `${shown.visible.join()}:${shown.pins}`;
    const all = base !== this.base || columnsKey !== this.columnsKey || shown.version !== this.version;
    this.base = base;
    this.columnsKey = columnsKey;
    this.version = shown.version;
    const used = new Set<Row>();
    let active = '';
    for (let row = shown.first; row < shown.end; row += 1) {
      const one = this.pool[row % this.pool.length];
      if (!one) continue;
      used.add(one);
      if (all || one.row !== row) one.write(row, base, shown);
      one.slide(shown.left);
      if (row === shown.active.row) active = one.mark(shown.active.column);
      else one.mark(-1);
    }
    for (const one of this.pool) if (!used.has(one)) one.leave();
    return active;
  }

  /** Put the rows into their order for those who read the page from top to bottom. */
  settle(): void {
    const inPlace = this.pool.filter((one) => one.row >= 0).sort((a, b) => a.row - b.row);
    const out = inPlace.some((one, index) => this.element.children[index] !== one.element);
    if (out) this.element.prepend(...inPlace.map((one) => one.element));
  }

  private grow(count: number): void {
    if (count <= this.pool.length) return;
    for (const one of this.pool) one.leave(); // each row gets another place in the larger pool
    while (this.pool.length < count + 2) {
      const one = new Row(`${this.id}-${this.pool.length}`);
      this.pool.push(one);
      this.element.appendChild(one.element);
    }
  }
}

class Row {
  readonly element = div('row', 'row');
  row = -1;
  private readonly number = div('rownumber', 'rowheader');
  private readonly lane = div('lane', 'presentation');
  private readonly pinned: Cell[] = [];
  private readonly moving: Cell[] = [];
  private left = 0;
  private marked: Cell | undefined;

  constructor(private readonly id: string) {
    this.number.setAttribute('aria-colindex', '1');
    this.element.append(this.number, this.lane);
    this.element.hidden = true;
  }

  write(row: number, base: number, shown: Shown): void {
    this.row = row;
    this.element.hidden = false;
    this.element.style.transform = `translateY(${(row - base) * ROW_PX}px)`;
    this.element.setAttribute('aria-rowindex', String(row + 2));
    this.element.classList.toggle('odd', row % 2 === 1);
    const number = shown.number(row);
    if (this.number.textContent !== number) this.number.textContent = number;
    this.number.classList.toggle('selected', shown.isRowSelected(row));
    this.lane.style.left = `calc(var(--number) + ${shown.pinnedWidth}px)`;
    this.fill(this.pinned, 0, shown.pins, shown, this.element, 'p');
    this.fill(this.moving, shown.visible[0], shown.visible[1], shown, this.lane, 'c');
  }

  slide(left: number): void {
    if (left === this.left) return;
    this.left = left;
    this.lane.style.transform = `translateX(${-left}px)`;
  }

  /** Show which cell of this row is the active one, and return its id. */
  mark(column: number): string {
    const cell = column < 0 ? undefined : [...this.pinned, ...this.moving].find((one) => one.index === column);
    if (cell !== this.marked) {
      this.marked?.element.classList.remove('active');
      cell?.element.classList.add('active');
      this.marked = cell;
    }
    return cell?.element.id ?? '';
  }

  leave(): void {
    this.row = -1;
    this.element.hidden = true;
    this.mark(-1);
  }

  private fill(cells: Cell[], from: number, end: number, shown: Shown, into: HTMLElement, sign: string): void {
    while (cells.length < end - from) {
      const cell = new Cell(`${this.id}-${sign}${cells.length}`);
      cells.push(cell);
      into.appendChild(cell.element);
    }
    cells.forEach((cell, offset) => {
      const index = from + offset;
      const column = shown.columns[index];
      if (index < end && column) cell.write(this.row, index, column, shown);
      else cell.leave();
    });
  }
}

class Cell {
  readonly element = div('', 'gridcell');
  index = -1;
  private text = '';
  private look = '';
  private aloud = '';
  private x = -1;
  private width = -1;
  private selected = false;

  constructor(id: string) {
    this.element.id = id;
  }

  write(row: number, index: number, column: Column, shown: Shown): void {
    const { element } = this;
    if (index !== this.index) {
      if (this.index < 0) element.hidden = false;
      this.index = index;
      element.setAttribute('aria-colindex', String(index + 2));
    }
    const x = shown.x(index);
    if (x !== this.x) {
      this.x = x;
      element.style.left = index < shown.pins ? `calc(var(--number) + ${x}px)` : `${x}px`;
    }
    if (column.width !== this.width) {
      this.width = column.width;
      element.style.width = `${column.width}px`;
    }
    this.show(shown.cell(row, index));
  }

  leave(): void {
    if (this.index < 0) return;
    this.index = -1;
    this.element.hidden = true;
  }

  private show({ text, look, selected, aloud }: CellLook): void {
    const { element } = this;
    if (text !== this.text) element.textContent = this.text = text;
    if (aloud !== this.aloud) {
      this.aloud = aloud;
      if (aloud) element.setAttribute('aria-label', aloud);
      else element.removeAttribute('aria-label');
    }
    if (look !== this.look || selected !== this.selected) {
      const active = element.classList.contains('active');
      this.look = look;
      this.selected = selected;
      element.className = `cell ${look}${selected ? ' selected' : ''}${active ? ' active' : ''}`;
      if (selected) element.setAttribute('aria-selected', 'true');
      else element.removeAttribute('aria-selected');
    }
  }
}

export function div(className: string, role?: string): HTMLDivElement {
  const element = document.createElement('div');
  if (className) element.className = className;
  if (role) element.setAttribute('role', role);
  return element;
}
