// What stands above the rows: search, the filters that hold, which columns are shown, a way to a row, and how far a
// sort is. And what stands below: which rows are shown and what the selection adds up to.

import { filled, grouped, type Signs } from './format';
import { button, field } from './popup';
import { div } from './rows';
import type { Can, Filter, OrderState, SumsAnswer, Words } from './types';

const SEARCH_PAUSE_MS = 250;
const ROUND_BELOW = 12; // digits of a sum that are shown after the point at most: the rest says nothing

export interface ToolsDo {
  search: (text: string) => void;
  unfilter: (index: number) => void;
  clear: () => void;
  columns: (at: HTMLElement) => void;
  goTo: (row: number) => void;
  stopOrder: () => void;
  goOn: () => void;
  fileOrder: () => void;
}

export class Tools {
  readonly element = div('tools');
  readonly search: HTMLInputElement;
  private readonly chips = div('chips');
  private readonly order = div('order', 'status');
  private readonly fill = div('fill');
  private readonly orderText = document.createElement('span');
  private readonly orderButtons = document.createElement('span');
  private timer = 0;
  private orderKey = '';

  constructor(
    can: ReadonlySet<Can>,
    coming: boolean,
    private readonly words: Words,
    private readonly operators: ReadonlyMap<string, string>,
    private readonly act: ToolsDo,
  ) {
    this.search = field('input', words['search'] ?? '');
    this.search.type = 'search';
    this.search.placeholder = words['search'] ?? '';
    this.search.className = 'search';
    this.search.addEventListener('input', () => this.later());
    this.search.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') this.now();
    });
    this.chips.setAttribute('role', 'group');
    this.chips.setAttribute('aria-label', words['filters'] ?? '');
    const columns = button(words['columns'] ?? '', () => act.columns(columns), 'tool');
    columns.setAttribute('aria-haspopup', 'dialog');
    const bar = div('bar');
    bar.setAttribute('aria-hidden', 'true');
    bar.append(this.fill);
    this.order.append(bar, this.orderText, this.orderButtons);
    this.order.hidden = true;
    if (can.has('search') || coming) this.element.append(this.search);
    this.allow(can);
    this.element.append(columns, this.goTo(), this.chips, div('space'), this.order);
  }

  /** Let people use what can be done by now. */
  allow(can: ReadonlySet<Can>): void {
    this.search.disabled = !can.has('search');
  }

  /** Show what holds. */
  show(search: string, filters: readonly Filter[]): void {
    if (this.search.value !== search && !this.timer) this.search.value = search;
    const chips = filters.map((filter, index) => this.chip(filter, index));
    if (filters.length > 0 || search) chips.push(button(this.words['clear'] ?? '', this.act.clear, 'plain'));
    this.chips.replaceChildren(...chips);
  }

  /** Show how far a sort is; with `stopped`, that it was stopped. */
  ordering(order: OrderState | null, stopped: boolean): void {
    const key = stopped ? 'stopped' : order ? 'running' : '';
    if (order) {
      this.fill.style.width = `${Math.round(order.fraction * 100)}%`;
      this.orderText.textContent = filled(this.words['sorting'] ?? '', { share: `${Math.round(order.fraction * 100)} %` });
    }
    if (key === this.orderKey) return;
    this.orderKey = key;
    this.order.hidden = !key;
    this.order.classList.toggle('stopped', stopped);
    if (stopped) this.orderText.textContent = this.words['sort_stopped'] ?? '';
    this.orderButtons.replaceChildren(
      ...(stopped
        ? [
            button(this.words['go_on'] ?? '', this.act.goOn, 'plain'),
            button(this.words['file_order'] ?? '', this.act.fileOrder, 'plain'),
          ]
        : [button(this.words['stop'] ?? '', this.act.stopOrder, 'plain')]),
    );
  }

  destroy(): void {
    clearTimeout(this.timer);
  }

  private chip(filter: Filter, index: number): HTMLElement {
    const how = this.operators.get(filter.op) ?? filter.op;
    const value = Array.isArray(filter.value) ? filter.value.join(', ') : filter.value;
    const text = `${filter.column} ${how}${value === null ? '' : ` ${value}`}`;
    const chip = button(`${text} `, () => this.act.unfilter(index), 'chip');
    const cross = document.createElement('span');
    cross.textContent = '✕';
    cross.setAttribute('aria-hidden', 'true');
    chip.append(cross);
    chip.setAttribute('aria-label', filled(this.words['remove_filter'] ?? '', { filter: text }));
    return chip;
  }

  private goTo(): HTMLElement {
    const to = field('input', this.words['go_to'] ?? '');
    to.placeholder = this.words['go_to'] ?? '';
    to.className = 'goto';
    to.inputMode = 'numeric';
    to.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter') return;
      const digits = to.value.replace(/\D/g, '');
      if (digits) this.act.goTo(Number(digits));
      to.value = '';
    });
    return to;
  }

  private later(): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.now(), SEARCH_PAUSE_MS);
  }

  private now(): void {
    clearTimeout(this.timer);
    this.timer = 0;
    this.act.search(this.search.value);
  }
}

/** Keeps the line's height before the first rows are there. */
const NOTHING_YET = '\u00a0';

export class Foot {
  readonly element = div('foot');
  private readonly count = document.createElement('span');
  private readonly sums = document.createElement('span');

  constructor(
    private readonly words: Words,
    private readonly signs: Signs,
  ) {
    this.sums.className = 'sums';
    this.sums.setAttribute('role', 'status');
    this.element.append(this.count, this.sums);
  }

  /** Say which rows are on the screen; `total` is null while they are counted. */
  rows(first: number, last: number, total: number | null): void {
    const { words, signs } = this;
    const of =
      total === null
        ? (words['counting'] ?? '')
        : filled(words[`rows_${signs.plural(total)}`] ?? words['rows_other'] ?? '', { count: signs.count(total) });
    const ends = { first: signs.count(first), last: signs.count(last), total: of };
    const range = (): string => filled(words[total === null ? 'range_counting' : 'range'] ?? '', ends);
    const text = total === null && last === 0 ? NOTHING_YET : total === 0 ? of : range();
    if (this.count.textContent !== text) this.count.textContent = text;
  }

  selection(text: string): void {
    if (this.sums.textContent !== text) this.sums.textContent = text;
  }

  /** What a selection adds up to, in words. */
  told(sums: SumsAnswer): string {
    const { words, signs } = this;
    const value = (text: string): string => grouped(rounded(text), signs);
    const parts = [filled(words['cells'] ?? '', { count: signs.count(sums.cells) })];
    if (sums.values !== sums.cells) parts.push(filled(words['values'] ?? '', { count: signs.count(sums.values) }));
    for (const name of ['sum', 'mean', 'min', 'max'] as const) {
      const text = sums[name];
      if (text !== null) parts.push(`${words[name] ?? name} ${value(text)}`);
    }
    return parts.join(' · ');
  }
}

/** A sum without digits that only come from the number's own inexactness. */
export function rounded(text: string): string {
  const point = text.indexOf('.');
  if (point < 0 || text.includes('e') || text.length - point - 1 <= ROUND_BELOW) return text;
  return text.slice(0, point + 1 + ROUND_BELOW).replace(/\.?0+$/, '');
}
