// The grid: puts its parts together. The viewport knows which part of the table is on the screen, the loader gets its
// rows, the painter draws them; here is what a person has arranged, what Python hears of it, and what fails.

import type { Outlet, Root } from '../../frontend/component';
import { Unanswered, ask, isAborted } from './ask';
import { Chosen } from './chosen';
import { Columns, type Column } from './columns';
import { Drafts, type Draft } from './drafts';
import { signsOf, type Signs } from './format';
import { Half } from './half';
import { Keyboard } from './keyboard';
import { Loader } from './loader';
import { Memory } from './memory';
import { Menus } from './menus';
import { Mouse } from './mouse';
import { Painter } from './painter';
import { Panel } from './panel';
import { Popups } from './popup';
import { div } from './rows';
import { ROW_PX } from './scroll';
import { Selection, type Size } from './selection';
import { isGone } from './store';
import { Foot, Tools } from './tools';
import type { Can, Data, Opened, Spot, View } from './types';
import { Viewport } from './viewport';
import { Wishes } from './wishes';

export class Grid {
  readonly selection = new Selection();
  readonly signs: Signs;
  readonly host = div('grid');
  readonly viewport: Viewport;
  readonly loader: Loader;
  readonly painter: Painter;
  readonly popups: Popups;
  readonly panel: Panel;
  readonly chosen: Chosen;
  readonly drafts: Drafts;
  readonly half: Half;
  readonly wishes = new Wishes(() => this.changed());
  columns = new Columns([]);
  can: ReadonlySet<Can> = new Set();
  notes: [string, string][] = [];
  tools: Tools | undefined;
  private readonly menus: Menus;
  private readonly keyboard: Keyboard;
  private readonly mouse: Mouse;
  private readonly memory = new Memory(() => this.data);
  private readonly seen = new AbortController();
  private mark = '';
  private complete = true;

  constructor(
    root: Root,
    private readonly outlet: Outlet,
    public data: Data,
  ) {
    this.signs = signsOf(data.locale);
    const foot = new Foot(data.words, this.signs);
    this.popups = new Popups(this.host);
    this.chosen = new Chosen(this, foot);
    this.painter = new Painter(this, foot);
    this.loader = new Loader(this);
    this.panel = new Panel(this.host, data.words);
    this.viewport = new Viewport(this);
    const { port, scroller } = this.viewport;
    port.setAttribute('aria-label', data.label);
    port.setAttribute('aria-multiselectable', 'true');
    port.setAttribute('aria-readonly', String(!data.editable));
    this.menus = new Menus(this);
    this.drafts = new Drafts(data.typed);
    this.drafts.hear(data.drafts, data.done);
    const ready = (): boolean => this.columns.shown.length > 0;
    this.half = new Half(this.drafts, data.words, () => this.menus.typing, ready, (draft) => this.typeOn(draft));
    this.host.append(this.half.element, scroller, foot.element);
    root.append(this.host);
    this.keyboard = new Keyboard(this, this.menus);
    this.mouse = new Mouse(this, this.menus);
    void this.open();
  }

  // ---- life --------------------------------------------------------------------------------------------------

  update(data: Data): void {
    const other = data.source !== this.data.source;
    if (other) this.remember();
    this.data = data;
    this.viewport.port.setAttribute('aria-label', data.label);
    this.drafts.hear(data.drafts, data.done);
    this.half.draw();
    if (other) void this.open(this.view);
    else if (data.mark !== this.mark && data.view) this.restore(data.view);
    this.draw();
  }

  destroy(): void {
    this.remember();
    this.memory.write();
    this.seen.abort();
    this.viewport.destroy();
    this.keyboard.destroy();
    this.mouse.destroy();
    this.tools?.destroy();
    this.chosen.destroy();
    this.popups.close(false);
    this.loader.destroy();
    this.painter.destroy();
  }

  /** Look at the source: what columns it has and what can be done with it; then show it, arranged as `before`. */
  async open(before?: View): Promise<void> {
    try {
      const { source } = this.data;
      const opened = await ask<Opened>('open', { source }, this.seen.signal);
      if (source !== this.data.source) return;
      this.panel.hide();
      this.can = new Set(opened.can);
      this.complete = opened.complete;
      this.notes = opened.notes;
      this.columns = new Columns(opened.columns);
      this.build();
      this.half.draw();
      if (!this.recall() && before) this.apply(before);
      if (this.data.view && this.data.mark !== this.mark) this.apply(this.data.view);
      this.mark = this.data.mark;
      this.loader.reload();
    } catch (error) {
      if (!isAborted(error)) this.failed(error);
    }
  }

  /** All rows are there: what can be done with them may have waited for that. */
  async completed(): Promise<void> {
    if (this.complete) return;
    this.complete = true;
    try {
      const { source } = this.data;
      const opened = await ask<Opened>('open', { source }, this.seen.signal);
      if (source !== this.data.source) return;
      this.complete = opened.complete;
      this.can = new Set(opened.can);
      this.tools?.allow(this.can);
      this.painter.allow();
    } catch (error) {
      if (!isAborted(error)) this.failed(error);
    }
  }

  private build(): void {
    this.painter.build();
    this.tools?.element.remove();
    this.tools = new Tools(this.can, !this.complete, this.data.words, new Map(this.data.operators), {
      search: (text) => this.wishes.find(text),
      unfilter: (index) => this.wishes.filter(this.wishes.filters.toSpliced(index, 1)),
      clear: () => this.wishes.clear(),
      columns: (at) => this.menus.columns(at),
      goTo: (row) => this.goTo(row - 1),
      stopOrder: () => void this.loader.order.stop(),
      goOn: () => this.loader.order.goOn(this.size.rows - 1),
      fileOrder: () => this.wishes.sortBy([]),
    });
    if (this.data.tools) this.host.prepend(this.tools.element);
  }

  // ---- what is shown -----------------------------------------------------------------------------------------

  get size(): Size {
    const rows = this.loader.shown?.rows ?? 0;
    return { rows, columns: this.columns.shown.length, page: this.viewport.scroll.page };
  }

  /** What a request has to say of the order; columns by place. */
  get orderBody(): object {
    return { source: this.data.source, ...this.wishes.body(this.columns) };
  }

  draw(): void {
    this.painter.draw();
  }

  headOf(column: Column): HTMLElement | undefined {
    return this.painter.headOf(column);
  }

  cellAt(row: number, column: Column): string | null | undefined {
    return this.loader.shown?.text(row, column.place);
  }

  numberAt(row: number): number | undefined {
    return this.loader.shown?.number(row) ?? (this.wishes.none ? row + 1 : undefined);
  }

  /** The selection has changed: draw it, add it up a moment later. */
  selected(): void {
    this.painter.again();
    this.chosen.changed();
  }

  goTo(row: number): void {
    const { scroll, port } = this.viewport;
    this.selection.to({ row: Math.min(Math.max(row, 0), this.size.rows - 1), column: this.selection.active.column });
    scroll.to(this.selection.active.row * ROW_PX - Math.floor(scroll.height / 3));
    this.viewport.reveal();
    this.selected();
    port.focus({ preventScroll: true });
  }

  // ---- sort, filter, search ----------------------------------------------------------------------------------

  sort(column: Column, more: boolean): void {
    if (this.can.has('sort')) this.wishes.toggleSort(column.name, more);
  }

  private changed(): void {
    this.panel.hide();
    this.loader.reload();
    this.remember();
    this.tell('view', { view: this.view });
  }

  focusSearch(): boolean {
    if (this.viewport.hidden || !this.data.tools || !this.can.has('search')) return false;
    this.tools?.search.focus();
    this.tools?.search.select();
    return true;
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
    this.viewport.sized();
    this.painter.again();
    this.remember();
    this.tell('view', { view: this.view });
  }

  tell(kind: string, more: object): void {
    if (this.data.events.includes(kind)) this.outlet.trigger('event', { kind, ...more });
  }

  private restore(view: Partial<View>): void {
    this.mark = this.data.mark;
    this.apply(view);
    this.loader.reload();
    this.viewport.sized();
    this.painter.again();
  }

  private apply(view: Partial<View>): void {
    this.columns.restore(view);
    this.wishes.restore(view, this.columns, this.can);
  }

  /** Keep what a person arranged and where they were, for when this place is drawn anew. */
  remember(): void {
    if (!this.painter.built || !this.loader.begun) return;
    const { active, anchor } = this.selection;
    const spot: Spot = { top: this.viewport.scroll.top, left: this.viewport.left, row: active.row, column: active.column, anchor };
    this.memory.keep({ view: this.view, spot, mark: this.mark });
  }

  private recall(): boolean {
    this.wishes.restore({}, this.columns, this.can);
    this.viewport.left = 0;
    this.viewport.scroll.top = 0;
    this.selection.to({ row: 0, column: 0 });
    const kept = this.memory.recall();
    if (!kept?.view) return false;
    this.mark = kept.mark ?? '';
    this.apply(kept.view);
    if (kept.spot) this.back(kept.spot);
    return true;
  }

  /** Choose what was chosen, and show the part that was shown. */
  private back({ top, left, row, column, anchor }: Spot): void {
    const last = this.columns.shown.length - 1;
    this.viewport.scroll.top = top;
    this.viewport.left = left;
    this.selection.to({ row: anchor?.row ?? row, column: Math.min(anchor?.column ?? column, last) });
    this.selection.to({ row, column: Math.min(column, last) }, true);
  }

  /** Go on with what was half-typed into a cell. */
  private typeOn(draft: Draft): void {
    const index = this.columns.shown.findIndex((one) => one.name === draft.column);
    this.selection.to({ row: Math.min(draft.row, this.size.rows - 1), column: Math.max(index, 0) });
    this.viewport.reveal();
    this.selected();
    this.menus.edit(draft.row, Math.max(index, 0), draft);
  }

  // ---- when something fails ----------------------------------------------------------------------------------

  /** The rows, or what is needed for them, did not come. */
  failed(error: unknown): void {
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
    if (!this.loader.begun || !this.painter.built) return this.open();
    this.loader.retry();
    this.draw();
  }
}
