// The pointer over the grid: cells, row numbers and heads; dragging selects, widens and moves.

import type { Column } from './columns';
import type { Grid } from './grid';
import type { Menus } from './menus';
import { ROW_PX } from './scroll';
import { HEADER, type Spot } from './selection';

const DRAG_PX = 5; // less is a click
const EDGE_PX = 24; // so near the edge a drag scrolls
const PER_FRAME_PX = 18;

type Drag = (event: PointerEvent) => void;

export class Mouse {
  private readonly leave = new AbortController();
  private drag: { move: Drag; end: Drag } | undefined;
  private frame = 0;

  constructor(
    private readonly grid: Grid,
    private readonly menus: Menus,
  ) {
    const { signal } = this.leave;
    const { port } = grid.viewport;
    port.addEventListener('pointerdown', (event) => this.down(event), { signal });
    port.addEventListener('pointermove', (event) => this.drag?.move(event), { signal });
    port.addEventListener('pointerup', (event) => this.up(event), { signal });
    port.addEventListener('pointercancel', (event) => this.up(event), { signal });
    port.addEventListener('dblclick', (event) => this.double(event), { signal });
    port.addEventListener('contextmenu', (event) => this.context(event), { signal });
  }

  destroy(): void {
    this.leave.abort();
    cancelAnimationFrame(this.frame);
  }

  private down(event: PointerEvent): void {
    if (event.button !== 0 || !(event.target instanceof Element)) return;
    const head = this.headOf(event.target);
    this.grid.viewport.port.focus({ preventScroll: true });
    if (head) this.downOnHead(event, event.target, head);
    else if (event.target.classList.contains('corner')) this.all();
    else this.downOnCells(event);
  }

  private up(event: PointerEvent): void {
    cancelAnimationFrame(this.frame);
    this.drag?.end(event);
    this.drag = undefined;
  }

  private begin(event: PointerEvent, move: Drag, end: Drag = () => undefined): void {
    this.grid.viewport.port.setPointerCapture(event.pointerId);
    this.drag = { move, end };
  }

  // ---- cells and row numbers ---------------------------------------------------------------------------------

  private downOnCells(event: PointerEvent): void {
    const { grid } = this;
    if (grid.size.rows === 0) return;
    const from = this.spot(event);
    const rows = this.isNumber(event);
    const first = event.shiftKey ? grid.selection.anchor.row : from.row;
    const select = (to: Spot, extend: boolean): void => {
      if (rows) grid.selection.rows(first, to.row, grid.size.columns);
      else grid.selection.to(to, extend);
      grid.selected();
    };
    select(from, event.shiftKey);
    if (!rows && !event.shiftKey) this.tellCell(from);
    let last = event;
    const scrollOn = (): void => {
      if (this.scrollAtEdge(last)) select(this.spot(last), true);
      this.frame = requestAnimationFrame(scrollOn);
    };
    this.begin(event, (moved) => {
      last = moved;
      const to = this.spot(moved);
      const { active } = grid.selection;
      if (to.row !== active.row || to.column !== active.column) select(to, true);
    });
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(scrollOn);
  }

  private tellCell({ row, column }: Spot): void {
    const name = this.grid.columns.shown[column]?.name;
    this.grid.tell('cell', { row, number: this.grid.numberAt(row) ?? null, column: name ?? null });
  }

  private scrollAtEdge(event: PointerEvent): boolean {
    const { grid } = this;
    const box = grid.viewport.port.getBoundingClientRect();
    const y = edge(event.clientY, box.top + grid.viewport.headHeight, box.bottom);
    const x = edge(event.clientX, box.left + grid.viewport.numberWidth, box.right);
    if (x === 0 && y === 0) return false;
    grid.viewport.scroll.by(y * PER_FRAME_PX);
    grid.viewport.left = Math.min(Math.max(grid.viewport.left + x * PER_FRAME_PX, 0), grid.columns.movingWidth);
    grid.viewport.sized();
    return true;
  }

  private spot(event: PointerEvent | MouseEvent): Spot {
    const { grid } = this;
    const box = grid.viewport.port.getBoundingClientRect();
    const y = event.clientY - box.top - grid.viewport.headHeight + grid.viewport.scroll.top;
    const row = Math.min(Math.max(Math.floor(y / ROW_PX), 0), Math.max(grid.size.rows - 1, 0));
    const x = Math.max(event.clientX - box.left - grid.viewport.numberWidth, 0);
    const { columns } = grid;
    const column = x < columns.pinnedWidth ? columns.pinnedAt(x) : columns.at(x - columns.pinnedWidth + grid.viewport.left);
    return { row, column };
  }

  private isNumber(event: PointerEvent): boolean {
    return event.clientX - this.grid.viewport.port.getBoundingClientRect().left < this.grid.viewport.numberWidth;
  }

  private all(): void {
    this.grid.selection.all(this.grid.size);
    this.grid.selected();
  }

  private double(event: MouseEvent): void {
    if (!(event.target instanceof Element)) return;
    const column = this.headOf(event.target);
    if (column && event.target.classList.contains('edge')) this.menus.fit(column);
    if (column || event.target.closest('.corner, .heads') || this.grid.size.rows === 0) return;
    const { row, column: index } = this.spot(event);
    if (this.grid.data.editable) this.menus.edit(row, index);
    else this.menus.view(row, index);
  }

  private context(event: MouseEvent): void {
    if (!(event.target instanceof Element)) return;
    const column = this.headOf(event.target) ?? this.grid.columns.shown[this.spot(event).column];
    if (!column) return;
    event.preventDefault();
    this.menus.column(column, new DOMRect(event.clientX, event.clientY, 0, 0));
  }

  // ---- heads -------------------------------------------------------------------------------------------------

  private headOf(target: Element): Column | undefined {
    const place = target.closest<HTMLElement>('.head')?.dataset['place'];
    return place === undefined ? undefined : this.grid.columns.all[Number(place)];
  }

  private downOnHead(event: PointerEvent, target: Element, column: Column): void {
    const { grid } = this;
    if (target.classList.contains('menu')) {
      event.preventDefault();
      this.menus.column(column, target.getBoundingClientRect());
    } else if (target.classList.contains('edge')) this.widen(event, column);
    else {
      const spread = target.closest('.below') !== null;
      const clicked = (ended: PointerEvent): void => {
        grid.selection.to({ row: HEADER, column: grid.columns.shown.indexOf(column) });
        grid.selected();
        if ((spread || !grid.can.has('sort')) && grid.data.events.includes('column')) grid.tell('column', { column: column.name });
        else if (ended.ctrlKey || ended.metaKey) this.whole(column);
        else grid.sort(column, ended.shiftKey);
      };
      this.move(event, column, clicked);
    }
  }

  private whole(column: Column): void {
    const index = this.grid.columns.shown.indexOf(column);
    this.grid.selection.column(index, index, this.grid.size.rows);
    this.grid.selected();
  }

  private widen(event: PointerEvent, column: Column): void {
    const start = column.width - event.clientX;
    this.begin(
      event,
      (moved) => {
        this.grid.columns.resize(column, start + moved.clientX);
        this.grid.viewport.sized();
      },
      () => this.grid.arranged(),
    );
  }

  private move(event: PointerEvent, column: Column, clicked: Drag): void {
    const { grid } = this;
    const head = grid.headOf(column);
    let dragged = false;
    this.begin(
      event,
      (moved) => {
        if (!dragged && Math.abs(moved.clientX - event.clientX) < DRAG_PX) return;
        dragged = true;
        head?.classList.add('dragged');
        if (head) head.style.transform = `translateX(${moved.clientX - event.clientX}px)`;
      },
      (ended) => {
        head?.classList.remove('dragged');
        if (head) head.style.transform = '';
        if (!dragged) {
          if (ended.type === 'pointerup') clicked(ended);
          return;
        }
        grid.arrange(() => grid.columns.move(column, this.spot(ended).column));
      },
    );
  }
}

/** How far beyond an edge the pointer is: -1 to 1, 0 between the edges. */
function edge(at: number, low: number, high: number): number {
  if (at < low + EDGE_PX / 4) return -Math.min((low + EDGE_PX / 4 - at) / EDGE_PX, 1);
  if (at > high - EDGE_PX / 4) return Math.min((at - high + EDGE_PX / 4) / EDGE_PX, 1);
  return 0;
}
