// The raw file on the screen: a scroll bar for all lines, elements only for those in sight.

import type { Outlet, Root } from '../../frontend/component';
import { h, remembered } from '../../frontend/dom';
import { Unanswered } from '../../grid/frontend/ask';
import { filled, signsOf, type Signs } from '../../grid/frontend/format';
import { ROW_PX, Scroll } from '../../grid/frontend/scroll';
import { pieces } from './pieces';
import { Store, type Line } from './store';

export interface Data {
  source: string;
  only: string | null;
  label: string;
  locale: string;
  words: Record<string, string>;
  /** What was done to a line, as people say it. */
  actions: Record<string, string>;
  choosable: boolean;
}

const LETTER_PX = 7.9;
const COLOURS = 8;
const MARKS: Record<string, string> = { repaired: '✎', rejected: '✕', header: 'H', preamble: '↑', comment: '#', blank: '∅', footer: '↓' };

export class RawView {
  private readonly scroll = new Scroll();
  private readonly signs: Signs;
  private readonly host = h('div', { class: 'raw' });
  private readonly scroller = h('div', { class: 'scroller' });
  private readonly sizer = h('div', { class: 'sizer' });
  private readonly port = h('div', { class: 'port', tabindex: '0', role: 'list' });
  private readonly lane = h('div', { class: 'lane', role: 'presentation' });
  private readonly foot = h('span', { class: 'count', role: 'status' });
  private readonly panel = h('div', { class: 'panel', hidden: true });
  private readonly box = h('input', { type: 'checkbox' });
  private readonly goTo = h('input', { class: 'goto', type: 'text', inputmode: 'numeric', size: '8' });
  private readonly watch = new ResizeObserver(() => this.sized());
  private store: Store;
  private chosen = -1;
  private left = 0;
  private longest = 0;
  private ignore = -1;
  private frame = 0;

  constructor(
    root: Root,
    private readonly outlet: Outlet,
    private data: Data,
  ) {
    this.signs = signsOf(data.locale);
    this.store = this.made();
    this.build();
    root.append(this.host);
    this.watch.observe(this.scroller);
    this.store.want(0, 1);
  }

  update(data: Data): void {
    const other = data.source !== this.data.source || data.only !== this.data.only;
    const narrowed = data.only !== this.data.only;
    this.data = data;
    this.port.setAttribute('aria-label', data.label);
    if (!other) return;
    this.store.close();
    this.store = this.made();
    if (narrowed) {
      this.scroll.top = 0;
      this.chosen = -1;
    }
    this.panel.hidden = true;
    this.store.want(this.scroll.first, Math.max(this.scroll.end, this.scroll.first + 1));
  }

  destroy(): void {
    this.watch.disconnect();
    this.store.close();
    cancelAnimationFrame(this.frame);
  }

  private made(): Store {
    const store: Store = new Store(
      { source: this.data.source, only: this.data.only },
      () => store === this.store && this.loaded(),
      (error) => store === this.store && this.failed(error),
    );
    return store;
  }

  private build(): void {
    const { words } = this.data;
    this.port.setAttribute('aria-label', this.data.label);
    this.box.checked = remembered.get('raw.invisible') === 'yes';
    this.box.addEventListener('change', () => {
      remembered.set('raw.invisible', this.box.checked ? 'yes' : null);
      this.draw();
    });
    this.goTo.setAttribute('aria-label', words['go_to'] ?? '');
    this.goTo.placeholder = words['go_to'] ?? '';
    this.goTo.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') this.toLine(Number(this.goTo.value.replace(/\D/g, '')));
    });
    const label = h('label', {}, this.box, ` ${words['invisible'] ?? ''}`);
    this.port.append(this.lane);
    this.sizer.append(this.port);
    this.scroller.append(this.sizer);
    this.host.append(this.scroller, this.panel, h('div', { class: 'foot' }, label, this.goTo, this.foot));
    this.scroller.addEventListener('scroll', () => this.scrolled(), { passive: true });
    this.scroller.addEventListener('wheel', (event) => this.wheeled(event), { passive: false });
    this.port.addEventListener('keydown', (event) => this.pressed(event));
    this.port.addEventListener('click', (event) => this.clicked(event));
  }

  // ---- what came ---------------------------------------------------------------------------------------------

  private loaded(): void {
    this.panel.hidden = true;
    if (this.store.total === 0) this.say(this.data.words['none'] ?? '', '');
    this.sized();
  }

  private failed(error: unknown): void {
    const { words } = this.data;
    const told = error instanceof Unanswered ? error : new Unanswered(0, '', words['away'] ?? '', words['away_hint'] ?? '');
    const again = h('button', { type: 'button', onclick: () => this.store.want(this.scroll.first, this.scroll.end) }, words['again'] ?? '');
    this.say(told.message || (words['away'] ?? ''), told.hint, again);
  }

  private say(line: string, hint: string, ...more: Node[]): void {
    this.panel.replaceChildren(h('p', {}, line), h('p', { class: 'hint' }, hint), ...more);
    this.panel.hidden = false;
  }

  // ---- where -------------------------------------------------------------------------------------------------

  private sized(): void {
    const { scroll, scroller } = this;
    if (scroller.clientHeight === 0) return;
    if (this.store.total === undefined) return;
    scroll.rows = this.store.rows;
    scroll.height = Math.max(scroller.clientHeight, ROW_PX);
    this.host.style.setProperty('--number', `${34 + String(Math.max(this.lastNumber(), 999)).length * 8}px`);
    this.sizer.style.height = `${scroll.bar}px`;
    this.sizer.style.width = `${this.width}px`;
    this.port.style.width = `${scroller.clientWidth}px`;
    this.port.style.height = `${scroller.clientHeight}px`;
    scroll.to(scroll.top);
    this.toBar();
    this.draw();
  }

  private lastNumber(): number {
    return this.data.only === null ? this.store.rows : (this.store.line(this.store.rows - 1)?.n ?? this.store.rows);
  }

  private get width(): number {
    return Math.max(this.scroller.clientWidth, 120 + this.longest * LETTER_PX);
  }

  private toBar(): void {
    const top = this.scroll.toBar();
    if (Math.abs(this.scroller.scrollTop - top) < 1) return;
    this.scroller.scrollTop = top;
    this.ignore = this.scroller.scrollTop;
  }

  private scrolled(): void {
    if (this.scroller.scrollTop !== this.ignore) {
      this.scroll.fromBar(this.scroller.scrollTop);
      this.ignore = -1;
    }
    this.left = this.scroller.scrollLeft;
    this.draw();
  }

  private wheeled(event: WheelEvent): void {
    if (this.scroll.exact || event.ctrlKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) return;
    event.preventDefault(); // the bar stands for more lines than pixels: the wheel moves line by line
    this.scroll.by(event.deltaMode === 1 ? event.deltaY * ROW_PX : event.deltaY);
    this.toBar();
    this.draw();
  }

  private toLine(number: number): void {
    if (!Number.isFinite(number) || number < 1) return;
    const row = Math.min(number, this.store.rows) - 1;
    if (this.data.only === null) this.choose(row, false);
    this.scroll.to(row * ROW_PX - Math.floor(this.scroll.height / 3));
    this.toBar();
    this.draw();
  }

  // ---- keys and clicks ---------------------------------------------------------------------------------------

  private pressed(event: KeyboardEvent): void {
    if (event.ctrlKey && event.key.length === 1) return;
    const { page } = this.scroll;
    const at = this.chosen < 0 ? this.scroll.first : this.chosen;
    const last = this.store.rows - 1;
    const to: Record<string, number> = {
      ArrowDown: at + (this.chosen < 0 ? 0 : 1),
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: last,
    };
    const row = to[event.key];
    if (row !== undefined) this.choose(Math.min(Math.max(row, 0), last), false);
    else if (event.key === 'Enter' || event.key === ' ') this.choose(at, true);
    else if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') this.scroller.scrollLeft += event.key === 'ArrowLeft' ? -60 : 60;
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private clicked(event: MouseEvent): void {
    if (window.getSelection()?.isCollapsed === false) return;
    const row = Math.floor((event.clientY - this.port.getBoundingClientRect().top + this.scroll.top) / ROW_PX);
    if (row < this.store.rows) this.choose(row, true);
  }

  private choose(row: number, tell: boolean): void {
    this.chosen = row;
    this.scroll.reveal(row);
    this.toBar();
    this.draw();
    const line = this.store.line(row);
    if (tell && line && this.data.choosable) this.outlet.trigger('line', { number: line.n });
  }

  // ---- drawing -----------------------------------------------------------------------------------------------

  private draw(): void {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.drawNow();
    });
  }

  private drawNow(): void {
    const { scroll, store } = this;
    const { first, end } = scroll;
    const rows: HTMLElement[] = [];
    let active = '';
    for (let row = first; row < end; row += 1) {
      const line = store.line(row);
      const element = this.row(row, line);
      element.style.transform = `translateY(${row * ROW_PX - scroll.top}px)`;
      if (row === this.chosen) active = element.id;
      if (line && line.t.length > this.longest) this.longest = Math.min(line.t.length, 2_400);
      rows.push(element);
    }
    this.lane.replaceChildren(...rows);
    this.lane.style.setProperty('--left', `${-this.left}px`);
    if (active) this.port.setAttribute('aria-activedescendant', active);
    else this.port.removeAttribute('aria-activedescendant');
    this.foot.textContent = this.countText();
    if (this.sizer.style.width !== `${this.width}px`) this.sizer.style.width = `${this.width}px`;
    store.want(first, end);
  }

  private countText(): string {
    const { store, signs } = this;
    const { words } = this.data;
    if (store.total === undefined) return '';
    const told = filled(words[`lines_${signs.plural(store.rows)}`] ?? words['lines_other'] ?? '', { count: signs.count(store.rows) });
    return store.total === null ? `${told}, ${words['counting'] ?? ''}` : told;
  }

  private row(row: number, line: Line | undefined): HTMLElement {
    const action = line?.a ?? '';
    const why = action ? `${this.data.actions[action] ?? action}: ${line?.r ?? ''}` : '';
    const number = line ? this.signs.count(line.n) : '';
    const margin = h('span', { class: 'number' }, h('i', { 'aria-hidden': 'true' }, MARKS[action] ?? ''), number);
    const text = h('span', { class: 'text' });
    if (line) {
      text.append(...pieces(line.t, line.e, line.s, this.box.checked).map((one) => this.piece(one.text, one.column, one.sign)));
      if (line.c) text.append(h('span', { class: 'more', title: this.data.words['cut'] ?? '' }, '…'));
    }
    const element = h(
      'div',
      {
        class: `row ${action}${row === this.chosen ? ' chosen' : ''}`,
        role: 'listitem',
        id: `raw-${row}`,
        'aria-setsize': String(this.store.total ?? -1),
        'aria-posinset': String(row + 1),
        title: why || undefined,
      },
      margin,
      text,
    );
    if (why) element.setAttribute('aria-label', `${filled(this.data.words['line'] ?? '', { line: number })}, ${why}, ${line?.t ?? ''}`);
    return element;
  }

  private piece(text: string, column: number, sign: boolean): HTMLElement | string {
    if (column < 0 && !sign) return text;
    const names = [column >= 0 ? `cell c${column % COLOURS}` : '', sign ? 'sign' : ''];
    return h('span', { class: names.join(' ').trim() }, text);
  }
}
