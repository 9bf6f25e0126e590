// The grid: puts scroll, columns, rows and selection together and draws what is on the screen. It draws once per
// frame at most, asks the engine for what is missing, and tells Python only what Python wants to hear.

import type { Outlet, Root } from '../../frontend/component';
import { signal } from '../../frontend/signals';
import { Unanswered, ask, isAborted } from './ask';
import { Columns, type Column } from './columns';
import { copyOut, loadedText } from './copy';
import { filled, shownAs, signsOf, type Signs } from './format';
import { Heads } from './heads';
import { Keyboard } from './keyboard';
import { Menus } from './menus';
import { Mouse } from './mouse';
import { Panel } from './panel';
import { Popups } from './popup';
import { Rows, div, type CellLook } from './rows';
import { ROW_PX, Scroll } from './scroll';
import { HEADER, Selection, type Size } from './selection';
import { Store, isGone } from './store';
import { Foot, Tools } from './tools';
import type { BlockAnswer, Can, Data, Filter, Opened, OrderState, Spot, Spread, SumsAnswer, View } from './types';

export const HEAD_PX = 68;
const PLAIN_HEAD_PX = 30;
const NARROW = 24; // a table of so few columns comes whole, of others only what is seen and a little more
const AROUND = 8;
const SUMS_PAUSE_MS = 90;
const SETTLE_MS = 160;
const ORDER_MS = 400;
const GROWING_MS = 500;
const SPREADS_AT_ONCE = 16;
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
  sort: [string, boolean][] = [];
  filters: Filter[] = [];
  search = '';
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
  private heads: Heads | undefined;
  private tools: Tools | undefined;
  private store: Store | undefined;
  private former: Store | undefined; // what was shown until the first rows of a new order come
  private frame = 0;
  private version = 0;
  private settling = 0;
  private saving = 0;
  private polling = 0;
  private growing = 0;
  private adding = 0;
  private added: AbortController | undefined;
  private asked = new Set<number>();
  private stopped = false;
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
      void this.open();
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
    this.popups.close(false);
    this.store?.close();
    this.former?.close();
    this.added?.abort();
    cancelAnimationFrame(this.frame);
    for (const timer of [this.settling, this.saving, this.polling, this.growing, this.adding]) clearTimeout(timer);
    signal('bestand:selection', '');
  }

  /** Look at the source: what columns it has and what can be done with it; then show it. */
  async open(): Promise<void> {
    try {
      const { source } = this.data;
      const opened = await ask<Opened>('open', { source }, this.seen.signal);
      if (source !== this.data.source) return;
      this.panel.hide();
      this.can = new Set(opened.can);
      this.columns = new Columns(opened.columns);
      this.asked.clear();
      this.build();
      this.recall();
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
    this.host.style.setProperty('--head', `${this.can.has('profile') ? HEAD_PX : PLAIN_HEAD_PX}px`);
    this.port.replaceChildren(this.heads.element, this.rowsPart.element);
    this.tools = new Tools(this.can, this.data.words, new Map(this.data.operators), {
      search: (text) => this.find(text),
      unfilter: (index) => this.filter(this.filters.filter((_one, at) => at !== index)),
      clear: () => this.clear(),
      columns: (at) => this.menus.columns(at),
      goTo: (row) => this.goTo(row - 1),
      stopOrder: () => void this.stopOrder(),
      goOn: () => this.goOn(),
      fileOrder: () => this.sortBy([]),
    });
    if (this.data.tools) this.host.prepend(this.tools.element);
  }

  // ---- what is shown -----------------------------------------------------------------------------------------

  get size(): Size {
    return { rows: this.shownStore?.rows ?? 0, columns: this.columns.shown.length, page: this.scroll.page };
  }

  /** What a request has to say of the order; columns by place. */
  get orderBody(): object {
    const place = (name: string): number => this.columns.get(name)?.place ?? 0;
    return {
      source: this.data.source,
      sort: this.sort.map(([name, falling]) => [place(name), falling]),
      filters: this.filters.map(({ column, op, value }) => ({ column: place(column), op, value })),
      search: this.search || null,
    };
  }

  private get shownStore(): Store | undefined {
    return this.store?.total === undefined ? (this.former ?? this.store) : this.store;
  }

  /** Show rows in another order or fewer of them, from the top; until they come, the former ones stay. */
  private reload(): void {
    this.former?.close();
    this.former = this.shownStore;
    if (this.store !== this.former) this.store?.close();
    this.stopped = false;
    clearTimeout(this.polling);
    clearTimeout(this.growing);
    this.tools?.ordering(null, false);
    this.tools?.show(this.search, this.filters);
    const body = this.orderBody;
    const store = new Store(
      (offset, limit, columns, signal) =>
        ask<BlockAnswer>('rows', { ...body, offset, limit, columns, begin: !this.stopped }, signal),
      {
        loaded: () => this.loaded(store),
        ordering: (order, pending) => this.ordering(store, order, pending),
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
    if (store.total === 0) this.panel.empty(this.filters.length > 0 || this.search !== '', () => this.clear());
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
      sort: this.sort,
      filtered: new Set(this.filters.map((filter) => filter.column)),
      isColumnSelected: (index) => this.isColumnSelected(index),
      active: active.row === HEADER ? active.column : -1,
    });
    const atCell = this.rowsPart.draw({
      ...look,
      first: scroll.first,
      end: scroll.end,
      top: scroll.top,
      cell: (row, index) => this.cell(store, row, index),
      number: (row) => this.numberText(store, row),
      isRowSelected: (row) => this.isRowSelected(row),
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

  private cell(store: Store, row: number, index: number): CellLook {
    const column = this.columns.shown[index] as Column;
    const text = store.text(row, column.place);
    const selected = this.selection.has(row, index) && this.selection.cells > 0;
    const pinned = index < this.columns.pins ? ' pinned' : '';
    if (text === undefined) return { text: '', look: `${column.kind} coming${pinned}`, selected, aloud: '' };
    if (text === null) {
      return { text: '∅', look: `${column.kind} null${pinned}`, selected, aloud: this.data.words['missing'] ?? '' };
    }
    const cut = store.isCut(row, column.place) ? '…' : '';
    return { text: shownAs(text, column.kind, this.signs) + cut, look: column.kind + pinned, selected, aloud: '' };
  }

  private numberText(store: Store, row: number): string {
    const number = store.number(row) ?? (this.isFileOrder ? row + 1 : undefined);
    return number === undefined ? '' : this.signs.count(number);
  }

  get isFileOrder(): boolean {
    return this.sort.length === 0 && this.filters.length === 0 && !this.search;
  }

  private isColumnSelected(index: number): boolean {
    const { top, bottom, left, right } = this.selection.range;
    return this.size.rows > 1 && top === 0 && bottom === this.size.rows - 1 && index >= left && index <= right;
  }

  private isRowSelected(row: number): boolean {
    const { top, bottom, left, right } = this.selection.range;
    return row >= top && row <= bottom && left === 0 && right === this.size.columns - 1 && this.size.columns > 1;
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
    void this.lookAtSpreads();
  }

  private async lookAtSpreads(): Promise<void> {
    const { heads } = this;
    if (!heads || !this.can.has('profile') || this.hidden || this.store?.busy) return;
    const [first, end] = this.columns.visible(this.left, this.movingRoom);
    const shown = [...this.columns.shown.slice(0, this.columns.pins), ...this.columns.shown.slice(first, end)];
    const places = heads.unknown(shown).filter((place) => !this.asked.has(place));
    if (places.length === 0) return;
    const batch = this.columns.all.length > NARROW ? places.slice(0, SPREADS_AT_ONCE) : this.columns.all.map((one) => one.place);
    for (const place of batch) this.asked.add(place);
    try {
      const { columns } = await ask<{ columns: Record<string, Spread> }>(
        'spread',
        { source: this.data.source, columns: batch },
        this.seen.signal,
      );
      if (heads !== this.heads) return;
      for (const [place, spread] of Object.entries(columns)) heads.show(Number(place), spread);
      void this.lookAtSpreads();
    } catch {
      // The heads stay without a picture; the rows matter.
    }
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
    if (this.hidden) return;
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
      signal('bestand:selection', '');
      return;
    }
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

  sortBy(sort: [string, boolean][]): void {
    this.sort = sort;
    this.changed();
  }

  /** Sort by a column: up, then down, then not; with `more`, within what it is sorted by already. */
  toggleSort(column: Column, more: boolean): void {
    if (!this.can.has('sort')) return;
    const now = this.sort.find(([name]) => name === column.name);
    const next: [string, boolean][] = now ? (now[1] ? [] : [[column.name, true]]) : [[column.name, false]];
    if (!more) this.sortBy(next);
    else if (now) this.sortBy(this.sort.flatMap((one) => (one === now ? next : [one])));
    else this.sortBy([...this.sort, ...next]);
  }

  filter(filters: Filter[]): void {
    this.filters = filters;
    this.changed();
  }

  find(text: string): void {
    if (text === this.search) return;
    this.search = text;
    this.changed();
  }

  clear(): void {
    this.filters = [];
    this.search = '';
    this.changed();
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

  // ---- the order behind --------------------------------------------------------------------------------------

  private ordering(store: Store, order: OrderState | null, pending: boolean): void {
    if (store !== this.store) return;
    if (this.stopped) {
      this.tools?.ordering(null, true);
      return;
    }
    this.tools?.ordering(order, false);
    if (order) this.pollOrder(store);
    else if (pending) window.setTimeout(() => store.retry(), ORDER_MS);
  }

  private pollOrder(store: Store): void {
    clearTimeout(this.polling);
    this.polling = window.setTimeout(async () => {
      try {
        const { order } = await ask<{ order: OrderState | null }>('order', this.orderBody, this.seen.signal);
        if (store !== this.store || this.stopped) return;
        this.tools?.ordering(order, false);
        store.retry();
        if (order) this.pollOrder(store);
      } catch (error) {
        if (!isAborted(error) && store === this.store) this.failed(error);
      }
    }, ORDER_MS);
  }

  private async stopOrder(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.polling);
    this.tools?.ordering(null, true);
    await ask('stop', this.orderBody).catch(() => undefined);
  }

  private goOn(): void {
    this.stopped = false;
    this.tools?.ordering({ fraction: 0, rows: 0 }, false);
    const body = this.orderBody;
    // Asking for a far block begins the order again.
    void ask('rows', { ...body, offset: Math.max(this.size.rows - 1, 0), limit: 1, columns: [], begin: true }).catch(() => undefined);
    if (this.store) this.pollOrder(this.store);
  }

  // ---- selection ---------------------------------------------------------------------------------------------

  /** The selection has changed: draw it, add it up a moment later. */
  selected(): void {
    this.version += 1;
    this.draw();
    clearTimeout(this.adding);
    this.added?.abort();
    const many = this.selection.cells > 1;
    if (!many) this.say('');
    if (many && this.can.has('sum')) this.adding = window.setTimeout(() => void this.addUp(), SUMS_PAUSE_MS);
    else if (many) this.say(filled(this.data.words['cells'] ?? '', { count: this.signs.count(this.selection.cells) }));
  }

  private async addUp(): Promise<void> {
    const { top, bottom, left, right } = this.selection.range;
    const columns = this.columns.shown.slice(left, right + 1).map((column) => column.place);
    this.added = new AbortController();
    try {
      const body = { ...this.orderBody, offset: top, limit: bottom - top + 1, columns };
      this.say(this.foot.told(await ask<SumsAnswer>('sums', body, this.added.signal)));
    } catch (error) {
      if (!isAborted(error)) this.say(error instanceof Error ? error.message : '');
    }
  }

  say(text: string): void {
    this.foot.selection(text);
    signal('bestand:selection', text);
  }

  async copy(event?: ClipboardEvent, header = true): Promise<void> {
    const { range } = this.selection;
    const columns = this.columns.shown.slice(range.left, range.right + 1);
    const store = this.shownStore;
    const one = this.selection.cells === 1;
    const here = store && loadedText(store, range, columns, header && !one);
    if (here !== undefined && event?.clipboardData) {
      event.clipboardData.setData('text/plain', here);
      event.preventDefault();
      this.copied();
      return;
    }
    event?.preventDefault();
    const places = columns.map((column) => column.place);
    const body = { ...this.orderBody, offset: range.top, limit: range.bottom - range.top + 1, columns: places, header: header && !one };
    try {
      await copyOut(here !== undefined ? Promise.resolve(here) : ask<{ text: string }>('copy', body).then(({ text }) => text));
      this.copied();
    } catch (error) {
      this.say(error instanceof Unanswered ? `${error.message} ${error.hint}` : (this.data.words['not_copied'] ?? ''));
    }
  }

  private copied(): void {
    this.say(filled(this.data.words['copied'] ?? '', { count: this.signs.count(this.selection.cells) }));
  }

  // ---- what is kept and told ---------------------------------------------------------------------------------

  get view(): View {
    return { sort: this.sort, filters: this.filters, search: this.search, ...this.columns.kept() };
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
    const known = (name: string): boolean => this.columns.get(name) !== undefined;
    this.columns.restore(view);
    this.sort = this.can.has('sort') ? (view.sort ?? []).filter(([name]) => known(name)) : [];
    this.filters = this.can.has('filter') ? (view.filters ?? []).filter(({ column }) => known(column)) : [];
    this.search = this.can.has('search') ? (view.search ?? '') : '';
  }

  private get keptUnder(): string {
    return `bestand.grid.${this.data.key}.${this.data.source}`;
  }

  /** Keep what a person arranged and where they were, for when this place is drawn anew. */
  remember(): void {
    if (!this.heads || !this.store) return;
    const { active } = this.selection;
    const spot: Spot = { top: this.scroll.top, left: this.left, row: active.row, column: active.column };
    try {
      sessionStorage.setItem(this.keptUnder, JSON.stringify({ view: this.view, spot, mark: this.mark }));
    } catch {
      // A full or forbidden store only means that a reload begins at the top.
    }
  }

  private recall(): void {
    this.sort = [];
    this.filters = [];
    this.search = '';
    this.left = 0;
    this.scroll.top = 0;
    this.selection.to({ row: 0, column: 0 });
    let kept: { view: Partial<View>; spot: Spot; mark: string } | null = null;
    try {
      kept = JSON.parse(sessionStorage.getItem(this.keptUnder) ?? 'null');
    } catch {
      return;
    }
    if (!kept?.view || !kept.spot) return;
    this.mark = kept.mark ?? '';
    this.apply(kept.view);
    this.scroll.top = kept.spot.top;
    this.left = kept.spot.left;
    this.selection.to({ row: kept.spot.row, column: Math.min(kept.spot.column, this.columns.shown.length - 1) });
  }

  // ---- when something fails ----------------------------------------------------------------------------------

  private failed(error: unknown): void {
    this.host.classList.remove('old');
    this.host.removeAttribute('aria-busy');
    const told = error instanceof Unanswered ? error : new Unanswered(0, 'away', this.data.words['away'] ?? '', this.data.words['away_hint'] ?? '');
    const ways: [string, () => void][] = [];
    if (isGone(error)) {
      if (this.data.events.includes('leave')) ways.push([this.data.words['leave'] ?? '', () => this.tell('leave', {})]);
    } else if (told.status === 400 && !this.isFileOrder) {
      ways.push([this.data.words['clear'] ?? '', () => (this.sort = [], this.clear())]);
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
    return this.shownStore?.number(row) ?? (this.isFileOrder ? row + 1 : undefined);
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

