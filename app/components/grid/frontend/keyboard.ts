// The keys of the grid. The focus stays on the grid itself; the active cell is named to screen readers.

import { isMac } from '../../hotkeys/frontend/keys';
import type { Grid } from './grid';
import type { Menus } from './menus';
import { HEADER, target } from './selection';

export class Keyboard {
  private readonly leave = new AbortController();

  constructor(
    private readonly grid: Grid,
    private readonly menus: Menus,
  ) {
    const { signal } = this.leave;
    grid.viewport.port.addEventListener('keydown', (event) => this.pressed(event), { signal });
    grid.host.addEventListener('copy', (event) => this.copied(event), { signal });
    document.addEventListener('keydown', (event) => this.anywhere(event), { signal });
  }

  destroy(): void {
    this.leave.abort();
  }

  private pressed(event: KeyboardEvent): void {
    const { grid } = this;
    if (event.target !== grid.viewport.port || event.isComposing) return;
    const main = isMac() ? event.metaKey : event.ctrlKey;
    const to = event.altKey ? undefined : target(grid.selection.active, { key: event.key, main }, grid.size);
    if (to) {
      grid.selection.to(to, event.shiftKey && to.row !== HEADER);
      grid.selected();
      grid.viewport.reveal();
    } else if (!this.acted(event, main)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Do what a key means here; return whether it means anything. */
  private acted(event: KeyboardEvent, main: boolean): boolean {
    const { key } = event;
    if (main && key.toLowerCase() === 'a') this.all();
    else if (key === ' ' && (event.shiftKey || main)) this.whole(main);
    else if (key === 'ContextMenu' || (key === 'F10' && event.shiftKey) || (key === 'ArrowDown' && event.altKey)) this.menu();
    else if (key === 'Enter' || key === ' ' || key === 'F2') this.enter(event);
    else if (key === 'Escape' && this.grid.selection.cells > 1) this.one();
    else return false;
    return true;
  }

  private all(): void {
    this.grid.selection.all(this.grid.size);
    this.grid.selected();
  }

  private whole(columns: boolean): void {
    const { selection, size } = this.grid;
    const { top, bottom, left, right } = selection.range;
    if (columns) selection.column(left, right, size.rows);
    else selection.rows(top, Math.max(bottom, 0), size.columns);
    this.grid.selected();
  }

  private one(): void {
    this.grid.selection.to(this.grid.selection.active);
    this.grid.selected();
  }

  private menu(): void {
    const { grid } = this;
    const column = grid.columns.shown[grid.selection.active.column];
    if (column) this.menus.column(column, grid.viewport.rectOf(HEADER, grid.selection.active.column));
  }

  private enter(event: KeyboardEvent): void {
    const { grid } = this;
    const { row, column: index } = grid.selection.active;
    const column = grid.columns.shown[index];
    if (!column) return;
    if (row === HEADER && (event.key === ' ' || !grid.can.has('sort'))) grid.tell('column', { column: column.name });
    else if (row === HEADER) grid.sort(column, event.shiftKey);
    else if (grid.data.editable && event.key !== ' ') this.menus.edit(row, index);
    else this.menus.view(row, index);
  }

  private copied(event: ClipboardEvent): void {
    const from = event.composedPath()[0];
    if (from instanceof HTMLInputElement || from instanceof HTMLTextAreaElement) return;
    void this.grid.chosen.copy(event);
  }

  /** Ctrl+F, wherever the focus is, as long as the grid is on the screen. */
  private anywhere(event: KeyboardEvent): void {
    const main = isMac() ? event.metaKey : event.ctrlKey;
    if (!main || event.altKey || event.shiftKey || event.key.toLowerCase() !== 'f' || event.defaultPrevented) return;
    if (this.grid.focusSearch()) event.preventDefault();
  }
}
