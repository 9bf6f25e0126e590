// The grid: puts scroll, columns, rows and selection together and draws what is on the screen. It draws once per
// frame at most, asks the engine for what is missing, and tells Python only what Python wants to hear.

import type { Outlet, Root } from '../../frontend/component';
import { Unanswered, ask, isAborted } from './ask';
import { Chosen } from './chosen';
import { Columns, type Column } from './columns';
import { isLong, shownAs, signsOf, type Signs } from './format';
import { Heads } from './heads';
import { Keyboard } from './keyboard';
import { Looks } from './looks';
import { keep, recall } from './memory';
import { Menus } from './menus';
import { Mouse } from './mouse';
import { OrderWatch } from './order';
import { Panel } from './panel';
import { Popups } from './popup';
import { Rows, div } from './rows';
import { ROW_PX, Scroll } from './scroll';
import { HEADER, Selection, type Size } from './selection';
import { Spreads } from './spreads';
import { Store, isGone } from './store';
import { Foot, Tools } from './tools';
import type { BlockAnswer, Can, Data, Opened, Spot, View } from './types';
import { Wishes } from './wishes';

const HEAD_PX = 68;
const PLAIN_HEAD_PX = 30;
const NARROW = 24; // a table of so few columns comes whole, of others only what is seen and a little more
const AROUND = 8;
const SETTLE_MS = 160;
const GROWING_MS = 500;
const NUMBER_PX = 30;
const DIGIT_PX = 7.6;

let made = 0;

export class Grid {
  readonly scroll = new Scroll();
  readonly selection = new Selection();
  readonly signs: Signs;
  readonly host = div('grid');
  readonly scroller = div('scroller');
  readonly port = div('port', 'grid');
  readonly popups: Popups;
  columns = new Columns([]);
  can: ReadonlySet<Can> = new Set();
  readonly wishes = new Wishes(() => this.changed());
  left = 0;
  private readonly id = `g${(made += 1)}`;
  private readonly sizer = div('sizer');
  private readonly rowsPart: Rows;
  private readonly foot: Foot;
  private readonly panel: Panel;
  private readonly menus: Menus;
  private readonly keyboard: Keyboard;
  private readonly mouse: Mouse;
  private readonly watch: ResizeObserver;
  private readonly seen = new AbortController();
  readonly chosen: Chosen;
  private readonly order: OrderWatch;
  private readonly looks: Looks;
  private heads: Heads | undefined;
  private spreads: Spreads | undefined;
  private tools: Tools | undefined;
  private store: Store | undefined;
  private former: Store | undefined; // what was shown until the first rows of a new order come
  private frame = 0;
  private version = 0;
  private settling = 0;
  private growing = 0;
  private ignore = -1; // a position of the scroll bar that we have set ourselves
  private mark = '';

  constructor(
    root: Root,
    private readonly outlet: Outlet,
    public data: Data,
  ) {
    this.signs = signsOf(data.locale);
    this.rowsPart = new Rows(this.id);
    this.foot = new Foot(data.words, this.signs);
    this.popups = new Popups(this.host);
    this.chosen = new Chosen(this, this.foot);
    this.looks = new Looks(this.signs, data.words['missing'] ?? '', this.selection, () => {
      this.version += 1;
      this.draw();
    });
    this.order = new OrderWatch({
      body: () => this.orderBody,
      show: (order, stopped) => this.tools?.ordering(order, stopped),
      retry: () => this.store?.retry(),
      failed: (error) => this.failed(error),
    });
    this.panel = new Panel(this.host, data.words);
    this.port.tabIndex = 0;
    this.port.setAttribute('aria-label', data.label);
    this.port.setAttribute('aria-multiselectable', 'true');
    this.port.setAttribute('aria-readonly', String(!data.editable));
    this.sizer.append(this.port);
    this.scroller.append(this.sizer);
    this.host.append(this.scroller, this.foot.element);
    root.append(this.host);
    this.menus = new Menus(this);
    this.keyboard = new Keyboard(this, this.menus);
    this.mouse = new Mouse(this, this.menus);
    this.watch = new ResizeObserver(() => this.resized());
    this.watch.observe(this.scroller);
    this.scroller.addEventListener('scroll', () => this.scrolled(), { passive: true });
    this.scroller.addEventListener('wheel', (event) => this.wheeled(event), { passive: false });
    void this.open();
  }

  // ---- life --------------------------------------------------------------------------------------------------

  update(data: Data): void {
    const other = data.source !== this.data.source;
    this.data = data;
    this.port.setAttribute('aria-label', data.label);
    if (other) {
      this.remember();
      void this.open(this.view);
    } else if (data.mark !== this.mark && data.view) this.restore(data.view);
    this.draw();
  }

  destroy(): void {
    this.remember();
    this.seen.abort();
    this.watch.disconnect();
    this.keyboard.destroy();
    this.mouse.destroy();
    this.tools?.destroy();
    this.order.destroy();
    this.chosen.destroy();
    this.spreads?.destroy();
    this.popups.close(false);
    this.store?.close();
    this.former?.close();
    cancelAnimationFrame(this.frame);
    for (const timer of [this.settling, this.growing]) clearTimeout(timer);
  }

  /** Look at the source: what columns it has and what can be done with it; then show it, arranged as `before`. */
  async open(before?: View): Promise<void> {
    try {
      const { source } = this.data;
      const opened = await ask<Opened>('open', { source }, this.seen.signal);
      if (source !== this.data.source) return;
      this.panel.hide();
      this.can = new Set(opened.can);
      this.columns = new Columns(opened.columns);
        this.build();
      if (!this.recall() && before) this.apply(before);
      if (this.data.view && this.data.mark !== this.mark) this.apply(this.data.view);
      this.mark = this.data.mark;
      this.reload();
    } catch (error) {
      if (!isAborted(error)) this.failed(error);
    }
  }

  private build(): void {
    this.heads?.element.remove();
    this.tools?.element.remove();
    this.heads = new Heads(this.id, this.data.words, this.signs, this.can.has('sort'));
    this.spreads?.destroy();
    if (this.can.has('profile')) this.spreads = new Spreads(this.data.source, this.heads, this.columns.all);
    this.host.style.setProperty('--head', `${this.can.has('profile') ? HEAD_PX : PLAIN_HEAD_PX}px`);
    this.port.replaceChildren(this.heads.element, this.rowsPart.element);
    this.tools = new Tools(this.can, this.data.words, new Map(this.data.operators), {
      search: (text) => this.wishes.find(text),
      unfilter: (index) => this.wishes.filter(this.wishes.filters.toSpliced(index, 1)),
      clear: () => this.wishes.clear(),
      columns: (at) => this.menus.columns(at),
      goTo: (row) => this.goTo(row - 1),
      stopOrder: () => void this.order.stop(),
      goOn: () => this.order.goOn(this.size.rows - 1),
      fileOrder: () => this.wishes.sortBy([]),
    });
    if (this.data.tools) this.host.prepend(this.tools.element);
  }

  // ---- what is shown -----------------------------------------------------------------------------------------

  get size(): Size {
    return { rows: this.shownStore?.rows ?? 0, columns: this.columns.shown.length, page: this.scroll.page };
  }

  /** What a request has to say of the order; columns by place. */
  get orderBody(): object {
    return { source: this.data.source, ...this.wishes.body(this.columns) };
  }

  get shownStore(): Store | undefined {
    return this.store?.total === undefined ? (this.former ?? this.store) : this.store;
  }

  /** Show rows in another order or fewer of them, from the top; until they come, the former ones stay. */
  private reload(): void {
    this.former?.close();
    this.former = this.shownStore;
    if (this.store !== this.former) this.store?.close();
    clearTimeout(this.growing);
    this.order.reset();
    this.tools?.show(this.wishes.search, this.wishes.filters);
    const body = this.orderBody;
    const store = new Store(
      (offset, limit, columns, signal) =>
        ask<BlockAnswer>('rows', { ...body, offset, limit, columns, begin: !this.order.stopped }, signal),
      {
        loaded: () => this.loaded(store),
        ordering: (order, pending) => {
          if (store === this.store) this.order.heard(order, pending);
        },
        failed: (error) => {
          if (store === this.store) this.failed(error);
        },
      },
    );
    this.store = store;
    this.host.classList.toggle('old', this.former !== undefined);
    if (!this.former) this.host.setAttribute('aria-busy', 'true');
    this.store.want(this.former ? 0 : this.scroll.first, this.former ? 1 : this.scroll.first + 1, this.places());
    this.draw();
  }

  private loaded(store: Store): void {
    if (store !== this.store) return;
    const fresh = this.host.classList.contains('old') || this.host.hasAttribute('aria-busy');
    if (this.former) {
      this.former.close();
      this.former = undefined;
      this.scroll.to(0);
      this.selection.to({ row: this.selection.active.row === HEADER ? HEADER : 0, column: this.selection.active.column });
    }
    if (fresh) {
      this.host.classList.remove('old');
      this.host.removeAttribute('aria-busy');
      this.fitFirst(store);
      this.panel.hide();
    }
    this.sized();
    if (fresh) this.selected();
    if (store.total === 0) this.panel.empty(this.wishes.narrowed, () => this.wishes.clear());
    if (store.total === null) this.growOn(store);
    this.version += 1;
    this.draw();
  }

  /** Let columns be as wide as their first texts, before anybody has seen them. */
  private fitFirst(store: Store): void {
    for (const column of this.columns.shown.slice(0, NARROW * 2)) {
      const texts: string[] = [];
      for (let row = this.scroll.first; row < this.scroll.first + 40; row += 1) {
        const text = store.text(row, column.place);
        if (text) texts.push(shownAs(text, column.kind, this.signs));
        if (text && column.kind === 'number' && isLong(text)) column.groups = true;
      }
      if (texts.length > 0) this.columns.fit(column, texts);
    }
    this.columns.arrange();
  }

  private growOn(store: Store): void {
    clearTimeout(this.growing);
    this.growing = window.setTimeout(() => {
      if (store === this.store && !this.hidden) store.grown();
      else if (store === this.store) this.growOn(store);
    }, GROWING_MS);
  }

  private get hidden(): boolean {
    return this.scroller.clientHeight === 0;
  }

  // ---- drawing -----------------------------------------------------------------------------------------------

  draw(): void {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.drawNow();
    });
  }

  private drawNow(): void {
    const { scroll, columns, heads } = this;
    const store = this.shownStore;
    if (!heads || !store || this.hidden) return;
    const visible = columns.visible(this.left, this.movingRoom);
    const look = {
      columns: columns.shown,
      pins: columns.pins,
      visible,
      x: (index: number) => columns.x(index),
      left: this.left,
      pinnedWidth: columns.pinnedWidth,
    };
    const { active } = this.selection;
    const atHead = heads.draw({
      ...look,
      sort: this.wishes.sort,
      filtered: new Set(this.wishes.filters.map((filter) => filter.column)),
      isColumnSelected: (index) => this.looks.isColumnSelected(index, this.size),
      active: active.row === HEADER ? active.column : -1,
    });
    const atCell = this.rowsPart.draw({
      ...look,
      first: scroll.first,
      end: scroll.end,
      top: scroll.top,
      cell: (row, index) => this.looks.cell(store, columns, row, index),
      number: (row) => this.numberText(store, row),
      isRowSelected: (row) => this.looks.isRowSelected(row, this.size),
      active,
      version: this.version,
    });
    this.described(atHead || atCell);
    this.foot.rows(Math.min(scroll.first + 1, store.rows), Math.min(scroll.end, store.rows), store.total ?? null);
    this.load(visible);
    clearTimeout(this.settling);
    this.settling = window.setTimeout(() => this.settle(), SETTLE_MS);
  }

  private described(active: string): void {
    const { port } = this;
    if (active) port.setAttribute('aria-activedescendant', active);
    else port.removeAttribute('aria-activedescendant');
    port.setAttribute('aria-rowcount', String(this.shownStore?.total === null ? -1 : this.size.rows + 1));
    port.setAttribute('aria-colcount', String(this.size.columns + 1));
  }

  private numberText(store: Store, row: number): string {
    const number = store.number(row) ?? (this.wishes.none ? row + 1 : undefined);
    return number === undefined ? '' : this.signs.count(number);
  }

  /** Ask for what is on the screen and not there; of a wide table for some columns beside it, too. */
  private load([first, end]: [number, number]): void {
    if (!this.store || this.former) return;
    this.store.want(this.scroll.first, this.scroll.end, this.places([first, end]));
  }

  private places(visible = this.columns.visible(this.left, this.movingRoom)): number[] {
    const { shown, pins } = this.columns;
    if (shown.length <= NARROW) return shown.map((column) => column.place);
    const from = Math.max(Math.floor(visible[0] / AROUND - 1) * AROUND, pins);
    const to = (Math.ceil(visible[1] / AROUND) + 1) * AROUND;
    return [...shown.slice(0, pins), ...shown.slice(from, to)].map((column) => column.place);
  }

  /** Once nothing moves: bring elements into reading order, and look at how the shown columns spread. */
  private settle(): void {
    this.rowsPart.settle();
    this.heads?.settle();
    this.remember();
    if (this.hidden || this.store?.busy) return;
    const [first, end] = this.columns.visible(this.left, this.movingRoom);
    const { shown, pins } = this.columns;
    void this.spreads?.want([...shown.slice(0, pins), ...shown.slice(first, end)]);
  }

  // ---- scrolling ---------------------------------------------------------------------------------------------

  private get movingRoom(): number {
    return Math.max(this.scroller.clientWidth - this.numberWidth - this.columns.pinnedWidth, 0);
  }

  get numberWidth(): number {
    return Math.round(NUMBER_PX + String(Math.max(this.size.rows, 99)).length * DIGIT_PX);
  }

  get headHeight(): number {
    return this.can.has('profile') ? HEAD_PX : PLAIN_HEAD_PX;
  }

  /** Take the size of the window and of the table over into the scroll bars. */
  sized(): void {
    // Before the first answer nobody knows how many rows there are, and where a person was must not be forgotten.
    if (this.hidden || this.shownStore?.total === undefined) return;
    const { scroll, scroller, host } = this;
    scroll.rows = this.size.rows;
    host.style.setProperty('--number', `${this.numberWidth}px`);
    const width = this.numberWidth + this.columns.pinnedWidth + this.columns.movingWidth;
    scroll.height = Math.max(scroller.clientHeight - this.headHeight, ROW_PX);
    this.sizer.style.width = `${width}px`;
    this.sizer.style.height = `${scroll.bar + this.headHeight}px`;
    this.port.style.width = `${scroller.clientWidth}px`;
    this.port.style.height = `${scroller.clientHeight}px`;
    scroll.height = Math.max(scroller.clientHeight - this.headHeight, ROW_PX); // a scroll bar may have come
    this.left = Math.min(this.left, Math.max(width - scroller.clientWidth, 0));
    scroll.to(scroll.top);
    this.toBars();
    this.draw();
  }

  private resized(): void {
    if (this.hidden) {
      this.chosen.say('');
      return;
    }
    if (this.selection.cells > 1) this.chosen.changed();
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
    this.draw();
  }

  /** Where the scroll bar stands for a part only, the wheel moves by rows nevertheless. */
  private wheeled(event: WheelEvent): void {
    if (this.scroll.exact || event.ctrlKey || event.shiftKey || event.deltaY === 0) return;
    event.preventDefault();
    const unit = [1, ROW_PX, this.scroll.height][event.deltaMode] ?? 1;
    this.scroll.by(event.deltaY * unit);
    this.left = Math.max(this.left + event.deltaX, 0);
    this.toBars();
    this.draw();
  }

  /** Bring the active cell onto the screen. */
  reveal(): void {
    const { row, column } = this.selection.active;
    if (row >= 0) this.scroll.reveal(row);
    if (column >= this.columns.pins) {
      const x = this.columns.x(column);
      const width = this.columns.shown[column]?.width ?? 0;
      const room = this.movingRoom;
      if (x < this.left || width > room) this.left = x;
      else if (x + width > this.left + room) this.left = x + width - room;
    }
    this.toBars();
    this.draw();
  }

  goTo(row: number): void {
    this.selection.to({ row: Math.min(Math.max(row, 0), this.size.rows - 1), column: this.selection.active.column });
    this.scroll.to(this.selection.active.row * ROW_PX - Math.floor(this.scroll.height / 3));
    this.reveal();
    this.selected();
    this.port.focus({ preventScroll: true });
  }

  // ---- sort, filter, search ----------------------------------------------------------------------------------

  sort(column: Column, more: boolean): void {
    if (this.can.has('sort')) this.wishes.toggleSort(column.name, more);
  }

  private changed(): void {
    this.panel.hide();
    this.reload();
    this.remember();
    this.tell('view', { view: this.view });
  }

  focusSearch(): boolean {
    if (this.hidden || !this.data.tools || !this.can.has('search')) return false;
    this.tools?.search.focus();
    this.tools?.search.select();
    return true;
  }

  // ---- selection ---------------------------------------------------------------------------------------------

  /** The selection has changed: draw it, add it up a moment later. */
  selected(): void {
    this.version += 1;
    this.draw();
    this.chosen.changed();
  }

  // ---- what is kept and told ---------------------------------------------------------------------------------

  get view(): View {
    return { ...this.wishes.view, ...this.columns.kept() };
  }

  /** Arrange the columns in another way; the active cell stays in its column, wherever that goes. */
  arrange(change: () => void): void {
    const { active } = this.selection;
    const column = this.columns.shown[active.column];
    change();
    const index = column ? this.columns.shown.indexOf(column) : -1;
    if (index >= 0 && index !== active.column) this.selection.to({ row: active.row, column: index });
    this.arranged();
  }

  /** A column was moved, hidden, pinned or made wider. */
  arranged(): void {
    this.selection.clamp(this.size);
    this.version += 1;
    this.sized();
    this.remember();
    this.tell('view', { view: this.view });
  }

  tell(kind: string, more: object): void {
    if (this.data.events.includes(kind)) this.outlet.trigger('event', { kind, ...more });
  }

  private restore(view: Partial<View>): void {
    this.mark = this.data.mark;
    this.apply(view);
    this.version += 1;
    this.reload();
    this.sized();
  }

  private apply(view: Partial<View>): void {
    this.columns.restore(view);
    this.wishes.restore(view, this.columns, this.can);
  }

  /** Keep what a person arranged and where they were, for when this place is drawn anew. */
  remember(): void {
    if (!this.heads || !this.store) return;
    const { active } = this.selection;
    const spot: Spot = { top: this.scroll.top, left: this.left, row: active.row, column: active.column };
    keep(this.data.key, this.data.source, { view: this.view, spot, mark: this.mark });
  }

  private recall(): boolean {
    this.wishes.restore({}, this.columns, this.can);
    this.left = 0;
    this.scroll.top = 0;
    this.selection.to({ row: 0, column: 0 });
    const kept = recall(this.data.key, this.data.source);
    if (!kept) return false;
    this.mark = kept.mark ?? '';
    this.apply(kept.view);
    this.scroll.top = kept.spot.top;
    this.left = kept.spot.left;
    this.selection.to({ row: kept.spot.row, column: Math.min(kept.spot.column, this.columns.shown.length - 1) });
    return true;
  }

  // ---- when something fails ----------------------------------------------------------------------------------

  private failed(error: unknown): void {
    this.host.classList.remove('old');
    this.host.removeAttribute('aria-busy');
    const told = error instanceof Unanswered ? error : new Unanswered(0, 'away', this.data.words['away'] ?? '', this.data.words['away_hint'] ?? '');
    const ways: [string, () => void][] = [];
    if (isGone(error)) {
      if (this.data.events.includes('leave')) ways.push([this.data.words['leave'] ?? '', () => this.tell('leave', {})]);
    } else if (told.status === 400 && !this.wishes.none) {
      ways.push([this.data.words['clear'] ?? '', () => this.wishes.clear(true)]);
    }
    ways.push([this.data.words['again'] ?? '', () => void this.retry()]);
    this.panel.problem(told.message, told.hint, ways, isGone(error));
  }

  private async retry(): Promise<void> {
    this.panel.hide();
    if (!this.store || !this.heads) return this.open();
    this.store.retry();
    this.draw();
  }

  headOf(column: Column): HTMLElement | undefined {
    return this.heads?.element_of(column);
  }

  cellAt(row: number, column: Column): string | null | undefined {
    return this.shownStore?.text(row, column.place);
  }

  numberAt(row: number): number | undefined {
    return this.shownStore?.number(row) ?? (this.wishes.none ? row + 1 : undefined);
  }

  rectOf(row: number, index: number): DOMRect {
    const port = this.port.getBoundingClientRect();
    const pinned = index < this.columns.pins;
    const x = this.numberWidth + this.columns.x(index) + (pinned ? 0 : this.columns.pinnedWidth - this.left);
    const y = row < 0 ? 0 : this.headHeight + row * ROW_PX - this.scroll.top;
    const height = row < 0 ? PLAIN_HEAD_PX : ROW_PX;
    return new DOMRect(port.left + x, port.top + y, this.columns.shown[index]?.width ?? 0, height);
  }
}

