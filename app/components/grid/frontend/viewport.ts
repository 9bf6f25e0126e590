// Which part of the table is on the screen: the scroll bars and the wheel, and how large the parts of the grid are.

import type { Grid } from './grid';
import { div } from './rows';
import { ROW_PX, Scroll } from './scroll';

const HEAD_PX = 68;
const PLAIN_HEAD_PX = 30;
const NOTED_HEAD_PX = 50;
const NUMBER_PX = 30;
const DIGIT_PX = 7.6;

export class Viewport {
  readonly scroll = new Scroll();
  readonly scroller = div('scroller');
  readonly port = div('port', 'grid');
  left = 0;
  private readonly sizer = div('sizer');
  private readonly watch: ResizeObserver;
  private ignore = -1; // a position of the scroll bar that we have set ourselves

  constructor(private readonly grid: Grid) {
    this.port.tabIndex = 0;
    this.sizer.append(this.port);
    this.scroller.append(this.sizer);
    this.watch = new ResizeObserver(() => this.resized());
    this.watch.observe(this.scroller);
    this.scroller.addEventListener('scroll', () => this.scrolled(), { passive: true });
    this.scroller.addEventListener('wheel', (event) => this.wheeled(event), { passive: false });
  }

  destroy(): void {
    this.watch.disconnect();
  }

  get hidden(): boolean {
    return this.scroller.clientHeight === 0;
  }

  /** How wide the place is in which columns move. */
  get movingRoom(): number {
    return Math.max(this.scroller.clientWidth - this.numberWidth - this.grid.columns.pinnedWidth, 0);
  }

  /** The columns in sight, of those that move: the first, and the one behind the last. */
  get visible(): [number, number] {
    return this.grid.columns.visible(this.left, this.movingRoom);
  }

  get numberWidth(): number {
    return Math.round(NUMBER_PX + String(Math.max(this.grid.size.rows, 99)).length * DIGIT_PX);
  }

  get headHeight(): number {
    if (this.grid.can.has('profile')) return HEAD_PX;
    return this.grid.notes.length > 0 ? NOTED_HEAD_PX : PLAIN_HEAD_PX;
  }

  /** Take the size of the window and of the table over into the scroll bars. */
  sized(): void {
    // Before the first answer nobody knows how many rows there are, and where a person was must not be forgotten.
    if (this.hidden || this.grid.loader.shown?.total === undefined) return;
    const { scroll, scroller } = this;
    const { columns, host, size } = this.grid;
    scroll.rows = size.rows;
    host.style.setProperty('--number', `${this.numberWidth}px`);
    const width = this.numberWidth + columns.pinnedWidth + columns.movingWidth;
    scroll.height = Math.max(scroller.clientHeight - this.headHeight, ROW_PX);
    this.sizer.style.width = `${width}px`;
    this.sizer.style.height = `${scroll.bar + this.headHeight}px`;
    this.port.style.width = `${scroller.clientWidth}px`;
    this.port.style.height = `${scroller.clientHeight}px`;
    scroll.height = Math.max(scroller.clientHeight - this.headHeight, ROW_PX); // a scroll bar may have come
    this.left = Math.min(this.left, Math.max(width - scroller.clientWidth, 0));
    scroll.to(scroll.top);
    this.toBars();
    this.grid.draw();
  }

  /** Bring the active cell onto the screen. */
  reveal(): void {
    const { columns, selection } = this.grid;
    const { row, column } = selection.active;
    if (row >= 0) this.scroll.reveal(row);
    if (column >= columns.pins) {
      const x = columns.x(column);
      const width = columns.shown[column]?.width ?? 0;
      const room = this.movingRoom;
      if (x < this.left || width > room) this.left = x;
      else if (x + width > this.left + room) this.left = x + width - room;
    }
    this.toBars();
    this.grid.draw();
  }

  /** Return where a cell, or the head of a column, is in the window. */
  rectOf(row: number, index: number): DOMRect {
    const { columns } = this.grid;
    const port = this.port.getBoundingClientRect();
    const pinned = index < columns.pins;
    const x = this.numberWidth + columns.x(index) + (pinned ? 0 : columns.pinnedWidth - this.left);
    const y = row < 0 ? 0 : this.headHeight + row * ROW_PX - this.scroll.top;
    const height = row < 0 ? PLAIN_HEAD_PX : ROW_PX;
    return new DOMRect(port.left + x, port.top + y, columns.shown[index]?.width ?? 0, height);
  }

  private resized(): void {
    const { chosen, selection } = this.grid;
    if (this.hidden) {
      chosen.say('');
      return;
    }
    if (selection.cells > 1) chosen.changed();
    this.sized();
  }

  private toBars(): void {
    const { scroller, scroll } = this;
    const top = scroll.toBar();
    if (Math.abs(scroller.scrollTop - top) >= 1) {
      scroller.scrollTop = top;
      this.ignore = scroller.scrollTop;
    }
    if (Math.abs(scroller.scrollLeft - this.left) >= 1) scroller.scrollLeft = this.left;
  }

  private scrolled(): void {
    if (this.hidden) return;
    const { scroller, scroll } = this;
    if (scroller.scrollTop !== this.ignore) {
      scroll.fromBar(scroller.scrollTop);
      this.ignore = -1;
    }
    this.left = scroller.scrollLeft;
    this.grid.draw();
  }

  /** Where the scroll bar stands for a part only, the wheel moves by rows nevertheless. */
  private wheeled(event: WheelEvent): void {
    if (this.scroll.exact || event.ctrlKey || event.shiftKey || event.deltaY === 0) return;
    event.preventDefault();
    const unit = [1, ROW_PX, this.scroll.height][event.deltaMode] ?? 1;
    this.scroll.by(event.deltaY * unit);
    this.left = Math.max(this.left + event.deltaX, 0);
    this.toBars();
    this.grid.draw();
  }
}
