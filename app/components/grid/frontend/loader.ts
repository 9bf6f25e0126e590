// Gets the rows: asks the engine for what is on the screen and not there, and keeps the former rows in sight until
// the first ones of another order come.

import { ask } from './ask';
import { isLong, shownAs } from './format';
import type { Grid } from './grid';
import { OrderWatch } from './order';
import { HEADER } from './selection';
import { Store } from './store';
import type { BlockAnswer } from './types';

const NARROW = 24; // a table of so few columns comes whole, of others only what is seen and a little more
const AROUND = 8;
const GROWING_MS = 500;
const FIT_ROWS = 40;
const SMALLER = 0.85; // what stands below a name is written smaller

export class Loader {
  readonly order: OrderWatch;
  private store: Store | undefined;
  private former: Store | undefined; // what was shown until the first rows of a new order come
  private growing = 0;

  constructor(private readonly grid: Grid) {
    this.order = new OrderWatch({
      body: () => grid.orderBody,
      show: (order, stopped) => grid.tools?.ordering(order, stopped),
      retry: () => this.retry(),
      failed: (error) => grid.failed(error),
    });
  }

  destroy(): void {
    this.order.destroy();
    this.store?.close();
    this.former?.close();
    clearTimeout(this.growing);
  }

  /** The rows on the screen. */
  get shown(): Store | undefined {
    return this.store?.total === undefined ? (this.former ?? this.store) : this.store;
  }

  /** Whether rows have been asked for at all. */
  get begun(): boolean {
    return this.store !== undefined;
  }

  get busy(): boolean {
    return this.store?.busy ?? false;
  }

  /** Show rows in another order or fewer of them, from the top; until they come, the former ones stay. */
  reload(): void {
    const { grid } = this;
    const { scroll } = grid.viewport;
    this.former?.close();
    this.former = this.shown;
    if (this.store !== this.former) this.store?.close();
    clearTimeout(this.growing);
    this.order.reset();
    grid.tools?.show(grid.wishes.search, grid.wishes.filters);
    this.store = this.made(grid.orderBody);
    grid.host.classList.toggle('old', this.former !== undefined);
    if (!this.former) grid.host.setAttribute('aria-busy', 'true');
    this.store.want(this.former ? 0 : scroll.first, this.former ? 1 : scroll.first + 1, this.places());
    grid.draw();
  }

  /** Ask for what is on the screen and not there; of a wide table for some columns beside it, too. */
  load(): void {
    if (!this.store || this.former) return;
    const { scroll } = this.grid.viewport;
    this.store.want(scroll.first, scroll.end, this.places());
  }

  /** Ask again for what was not written yet, or failed. */
  retry(): void {
    this.store?.retry();
  }

  private made(body: object): Store {
    const store: Store = new Store(
      (offset, limit, columns, signal) =>
        ask<BlockAnswer>('rows', { ...body, offset, limit, columns, begin: !this.order.stopped }, signal),
      {
        loaded: () => {
          if (store === this.store) this.loaded(store);
        },
        ordering: (order, pending) => {
          if (store === this.store) this.order.heard(order, pending);
        },
        failed: (error) => {
          if (store === this.store) this.grid.failed(error);
        },
      },
    );
    return store;
  }

  private loaded(store: Store): void {
    const { host, panel, selection, viewport, wishes } = this.grid;
    const fresh = host.classList.contains('old') || host.hasAttribute('aria-busy');
    if (this.former) {
      this.former.close();
      this.former = undefined;
      viewport.scroll.to(0);
      selection.to({ row: selection.active.row === HEADER ? HEADER : 0, column: selection.active.column });
    }
    if (fresh) {
      host.classList.remove('old');
      host.removeAttribute('aria-busy');
      this.fitFirst(store);
      panel.hide();
    }
    viewport.sized();
    if (fresh) this.grid.selected();
    if (store.total === 0) panel.empty(wishes.narrowed, () => wishes.clear());
    if (store.total === null) this.growOn(store);
    else void this.grid.completed();
    this.grid.painter.again();
  }

  /** Let columns be as wide as their first texts, before anybody has seen them. */
  private fitFirst(store: Store): void {
    const { columns, signs, viewport } = this.grid;
    const { first } = viewport.scroll;
    for (const column of columns.shown.slice(0, NARROW * 2)) {
      const texts: string[] = [];
      for (let row = first; row < first + FIT_ROWS; row += 1) {
        const text = store.text(row, column.place);
        if (text) texts.push(shownAs(text, column.kind, signs));
        if (text && column.kind === 'number' && isLong(text)) column.groups = true;
      }
      const note = this.grid.notes[column.place]?.[0];
      if (note) texts.push(note.slice(0, Math.ceil(note.length * SMALLER)));
      if (texts.length > 0) columns.fit(column, texts);
    }
    columns.arrange();
  }

  private growOn(store: Store): void {
    clearTimeout(this.growing);
    this.growing = window.setTimeout(() => {
      if (store === this.store && !this.grid.viewport.hidden) store.grown();
      else if (store === this.store) this.growOn(store);
    }, GROWING_MS);
  }

  private places(): number[] {
    const { columns, viewport } = this.grid;
    const { shown, pins } = columns;
    if (shown.length <= NARROW) return shown.map((column) => column.place);
    const visible = viewport.visible;
    const from = Math.max(Math.floor(visible[0] / AROUND - 1) * AROUND, pins);
    const to = (Math.ceil(visible[1] / AROUND) + 1) * AROUND;
    return [...shown.slice(0, pins), ...shown.slice(from, to)].map((column) => column.place);
  }
}
