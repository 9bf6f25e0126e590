// Draws what is on the screen, once per frame at most; what can wait is done once nothing moves.

import type { Column } from './columns';
import type { Grid } from './grid';
import { Heads } from './heads';
import { Looks } from './looks';
import { Rows } from './rows';
import { HEADER } from './selection';
import { Spreads } from './spreads';
import type { Store } from './store';
import type { Foot } from './tools';

const SETTLE_MS = 160;

let made = 0;

export class Painter {
  private readonly id = `g${(made += 1)}`;
  private readonly rows = new Rows(this.id);
  private readonly looks: Looks;
  private heads: Heads | undefined;
  private spreads: Spreads | undefined;
  private frame = 0;
  private settling = 0;
  private version = 0;

  constructor(
    private readonly grid: Grid,
    private readonly foot: Foot,
  ) {
    this.looks = new Looks(grid.signs, grid.data.words['missing'] ?? '', grid.selection, () => this.again());
  }

  destroy(): void {
    this.spreads?.destroy();
    cancelAnimationFrame(this.frame);
    clearTimeout(this.settling);
  }

  /** Make the heads of a source's columns. */
  build(): void {
    const { can, columns, data, host, signs, viewport } = this.grid;
    this.heads?.element.remove();
    this.heads = new Heads(this.id, data.words, signs, can.has('sort'), this.grid.notes);
    this.spreads?.destroy();
    if (can.has('profile')) this.spreads = new Spreads(data.source, this.heads, columns.all);
    host.style.setProperty('--head', `${viewport.headHeight}px`);
    viewport.port.replaceChildren(this.heads.element, this.rows.element);
  }

  /** What can be done with the rows has changed. */
  allow(): void {
    this.heads?.allow(this.grid.can.has('sort'));
  }

  /** Whether there are heads, so that something can be drawn. */
  get built(): boolean {
    return this.heads !== undefined;
  }

  headOf(column: Column): HTMLElement | undefined {
    return this.heads?.element_of(column);
  }

  /** Draw in the next frame. */
  draw(): void {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.drawNow();
    });
  }

  /** Draw also cells that stay where they are: what they hold or how they look has changed. */
  again(): void {
    this.version += 1;
    this.draw();
  }

  private drawNow(): void {
    const { columns, loader, selection, size, viewport, wishes } = this.grid;
    const { scroll, visible } = viewport;
    const store = loader.shown;
    if (!this.heads || !store || viewport.hidden) return;
    const look = {
      columns: columns.shown,
      pins: columns.pins,
      visible,
      x: (index: number) => columns.x(index),
      left: viewport.left,
      pinnedWidth: columns.pinnedWidth,
    };
    const { active } = selection;
    const atHead = this.heads.draw({
      ...look,
      sort: wishes.sort,
      filtered: new Set(wishes.filters.map((filter) => filter.column)),
      isColumnSelected: (index) => this.looks.isColumnSelected(index, size),
      active: active.row === HEADER ? active.column : -1,
    });
    const atCell = this.rows.draw({
      ...look,
      first: scroll.first,
      end: scroll.end,
      top: scroll.top,
      cell: (row, index) => this.looks.cell(store, columns, row, index),
      number: (row) => this.numberText(row),
      isRowSelected: (row) => this.looks.isRowSelected(row, size),
      active,
      version: this.version,
    });
    this.described(store, atHead || atCell);
    this.foot.rows(Math.min(scroll.first + 1, store.rows), Math.min(scroll.end, store.rows), store.total ?? null);
    loader.load();
    clearTimeout(this.settling);
    this.settling = window.setTimeout(() => this.settle(), SETTLE_MS);
  }

  private described(store: Store, active: string): void {
    const { size, viewport } = this.grid;
    const { port } = viewport;
    if (active) port.setAttribute('aria-activedescendant', active);
    else port.removeAttribute('aria-activedescendant');
    port.setAttribute('aria-rowcount', String(store.total === null ? -1 : size.rows + 1));
    port.setAttribute('aria-colcount', String(size.columns + 1));
  }

  private numberText(row: number): string {
    const number = this.grid.numberAt(row);
    return number === undefined ? '' : this.grid.signs.count(number);
  }

  /** Once nothing moves: bring elements into reading order, and look at how the shown columns spread. */
  private settle(): void {
    const { columns, loader, viewport } = this.grid;
    this.rows.settle();
    this.heads?.settle();
    this.grid.remember();
    if (viewport.hidden || loader.busy) return;
    const [first, end] = viewport.visible;
    void this.spreads?.want([...columns.shown.slice(0, columns.pins), ...columns.shown.slice(first, end)]);
  }
}
