// What opens over the grid: the menu of a column, its filter, the choice of columns, one whole cell, an editor.

import { Unanswered, ask } from './ask';
import type { Column } from './columns';
import { copyOut } from './copy';
import type { Draft } from './drafts';
import { chooser, filterForm, viewer } from './forms';
import { filled, shownAs } from './format';
import type { Grid } from './grid';
import { field, menu, type Item } from './popup';

const FIT_ROWS = 200;
const FIT_MOST_PX = 900;

export class Menus {
  /** What is being typed into a cell now. */
  typing: string | undefined;

  constructor(private readonly grid: Grid) {}

  column(column: Column, at: DOMRect): void {
    const { grid } = this;
    const { words } = grid.data;
    const items = [...this.sorting(column), ...this.arranging(column), null, ...this.telling(column)];
    const label = filled(words['menu_of'] ?? '', { column: column.name });
    while (items.at(-1) === null) items.pop();
    grid.popups.show(menu(label, items, () => grid.popups.close()), at, () => this.back());
  }

  private sorting(column: Column): (Item | null)[] {
    const { grid } = this;
    const { words } = grid.data;
    const items: (Item | null)[] = [];
    const now = grid.wishes.sort.find(([name]) => name === column.name);
    if (grid.can.has('sort')) {
      items.push(
        { label: words['sort_up'] ?? '', checked: now?.[1] === false, act: () => grid.wishes.sortBy([[column.name, false]]) },
        { label: words['sort_down'] ?? '', checked: now?.[1] === true, act: () => grid.wishes.sortBy([[column.name, true]]) },
      );
      if (grid.wishes.sort.length > 0) items.push({ label: words['file_order'] ?? '', act: () => grid.wishes.sortBy([]) });
      items.push(null);
    }
    if (grid.can.has('filter')) items.push({ label: words['filter'] ?? '', act: () => this.filter(column) }, null);
    return items;
  }

  private arranging(column: Column): Item[] {
    const { grid } = this;
    const { words } = grid.data;
    const { columns } = grid;
    const pinned = columns.isPinned(column);
    const index = columns.shown.indexOf(column);
    const items: Item[] = [
      { label: words[pinned ? 'unpin' : 'pin'] ?? '', act: () => this.arrange(() => columns.pin(column, !pinned)) },
    ];
    if (index > 0) items.push({ label: words['move_left'] ?? '', act: () => this.arrange(() => columns.move(column, index - 1)) });
    if (index < columns.shown.length - 1) {
      items.push({ label: words['move_right'] ?? '', act: () => this.arrange(() => columns.move(column, index + 1)) });
    }
    items.push({ label: words['fit'] ?? '', act: () => this.fit(column) });
    if (columns.shown.length > 1) items.push({ label: words['hide'] ?? '', act: () => this.arrange(() => columns.hide(column, true)) });
    return items;
  }

  private telling(column: Column): Item[] {
    const { grid } = this;
    const { words, events } = grid.data;
    const items: Item[] = [
      {
        label: words['select_column'] ?? '',
        keys: 'Ctrl+Space',
        act: () => {
          const index = grid.columns.shown.indexOf(column);
          grid.selection.column(index, index, grid.size.rows);
          grid.selected();
        },
      },
      { label: words['copy_name'] ?? '', act: () => void copyOut(Promise.resolve(column.name)) },
    ];
    if (events.includes('column')) items.push({ label: words['profile'] ?? '', act: () => grid.tell('column', { column: column.name }) });
    if (events.includes('type')) items.push({ label: words['change_type'] ?? '', act: () => grid.tell('type', { column: column.name }) });
    return items;
  }

  filter(column: Column): void {
    const { grid } = this;
    const form = filterForm(column, grid.data.operators, grid.data.words, (filter) => {
      grid.popups.close();
      grid.wishes.filter([...grid.wishes.filters, filter]);
    });
    grid.popups.show(form, this.under(column), () => this.back());
  }

  columns(at: HTMLElement): void {
    const { grid } = this;
    const form = chooser(grid.columns, grid.data.words, grid.signs, () => grid.arranged());
    grid.popups.show(form, at.getBoundingClientRect(), () => at.focus());
  }

  fit(column: Column): void {
    const { grid } = this;
    const texts: string[] = [];
    for (let row = grid.viewport.scroll.first; row < grid.viewport.scroll.first + FIT_ROWS; row += 1) {
      const text = grid.cellAt(row, column);
      if (text) texts.push(shownAs(text, column.kind, grid.signs));
    }
    grid.columns.release(column);
    grid.columns.fit(column, texts, FIT_MOST_PX);
    grid.columns.resize(column, column.width);
    grid.arranged();
  }

  /** Show one cell in full. */
  view(row: number, index: number): void {
    const { grid } = this;
    const { words } = grid.data;
    const column = grid.columns.shown[index];
    const number = grid.numberAt(row);
    if (!column || number === undefined) return;
    const form = viewer(column, grid.signs.count(number), words, (text) => void copyOut(Promise.resolve(text)));
    grid.popups.show(form.element, grid.viewport.rectOf(row, index), () => this.back());
    ask<{ text: string | null; length: number | null }>('cell', { source: grid.data.source, number, column: column.place }).then(
      ({ text, length }) =>
        form.show(
          text,
          length === null
            ? (words['missing'] ?? '')
            : filled(words[`characters_${grid.signs.plural(length)}`] ?? words['characters_other'] ?? '', { count: grid.signs.count(length) }),
        ),
      (error: unknown) => form.fail(error instanceof Unanswered ? error.message : (words['away'] ?? '')),
    );
  }

  /** Let a person type another text for a cell; what becomes of it is the page's business. */
  edit(row: number, index: number, before?: Draft): void {
    const { grid } = this;
    const column = grid.columns.shown[index];
    const number = before?.number ?? grid.numberAt(row);
    if (!column || number === undefined) return;
    const at = grid.viewport.rectOf(row, index);
    const was = grid.cellAt(row, column) ?? '';
    const input = field('input', filled(grid.data.words['cell_of'] ?? '', { column: column.name, row: String(number) }));
    input.className = 'editor';
    input.value = before?.text ?? was;
    input.style.width = `${Math.max(at.width, 120)}px`;
    const draft = (): Draft => ({ id, row, number, column: column.name, text: input.value });
    const id = before?.id ?? crypto.randomUUID();
    const done = (): void => {
      this.typing = undefined;
      if (input.value !== was) grid.tell('edit', { row, number, column: column.name, value: input.value, draft: id });
      else grid.drafts.drop(id);
      grid.half.draw();
    };
    input.addEventListener('input', () => grid.drafts.typed(draft()));
    input.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') {
        this.typing = undefined;
        grid.drafts.drop(id);
      }
      if (event.key !== 'Enter') return;
      grid.popups.close();
      done();
    });
    grid.popups.show(input, new DOMRect(at.left, at.top - at.height - 5, at.width, at.height), () => this.back(), done);
    this.typing = id;
    if (before) input.setSelectionRange(input.value.length, input.value.length);
    else input.select();
    grid.half.draw();
  }

  private arrange(change: () => void): void {
    this.grid.arrange(change);
  }

  private under(column: Column): DOMRect {
    return this.grid.headOf(column)?.getBoundingClientRect() ?? this.grid.viewport.port.getBoundingClientRect();
  }

  private back(): void {
    this.grid.viewport.port.focus({ preventScroll: true });
  }
}
