// The heads of the columns: the name, how it is sorted, a menu, and below it how the values spread. A head is drawn
// when it comes onto the screen; what stands below the name comes later and moves nothing.

import type { Column } from './columns';
import { filled, grouped, type Signs } from './format';
import { div } from './rows';
import type { Spread, Words } from './types';

const SVG = 'http://www.w3.org/2000/svg';
const FUNNEL = 'M1 2h10L7.2 6.8v3.7L4.8 9.2V6.8z'; // drawn, since not every font has a sign for it
const KEPT = 300; // heads that stay drawn after they have left the screen

export interface HeadsShown {
  columns: readonly Column[];
  pins: number;
  visible: [number, number];
  x: (index: number) => number;
  left: number;
  pinnedWidth: number;
  sort: readonly [string, boolean][];
  filtered: ReadonlySet<string>;
  isColumnSelected: (index: number) => boolean;
  /** Index of the head that has the focus, or -1. */
  active: number;
}

export class Heads {
  readonly element = div('heads', 'rowgroup');
  readonly corner = div('corner', 'columnheader');
  private readonly row = div('headrow', 'row');
  private readonly lane = div('lane', 'presentation');
  private readonly heads = new Map<Column, Head>();
  private readonly spreads = new Map<number, Spread>();

  constructor(
    private readonly id: string,
    private readonly words: Words,
    private readonly signs: Signs,
    private sortable: boolean,
    private readonly notes: readonly [string, string][] = [],
  ) {
    this.row.setAttribute('aria-rowindex', '1');
    this.corner.setAttribute('aria-colindex', '1');
    this.corner.setAttribute('aria-label', words['number'] ?? '');
    this.corner.textContent = '#';
    this.row.append(this.corner, this.lane);
    this.element.append(this.row);
  }

  /** Draw what is on the screen; return the id of the head that has the focus. */
  draw(shown: HeadsShown): string {
    this.lane.style.left = `calc(var(--number) + ${shown.pinnedWidth}px)`;
    this.lane.style.transform = `translateX(${-shown.left}px)`;
    const wanted = new Set<Column>();
    let active = '';
    const put = (index: number, into: HTMLElement): void => {
      const column = shown.columns[index];
      if (!column) return;
      wanted.add(column);
      const head = this.head(column);
      if (head.element.parentElement !== into) into.appendChild(head.element);
      head.place(index, index < shown.pins, shown);
      if (index === shown.active) active = head.element.id;
    };
    for (let index = 0; index < shown.pins; index += 1) put(index, this.row);
    for (let index = shown.visible[0]; index < shown.visible[1]; index += 1) put(index, this.lane);
    for (const [column, head] of this.heads) {
      if (wanted.has(column)) continue;
      head.element.remove();
      if (this.heads.size > KEPT) this.heads.delete(column);
    }
    return active;
  }

  /** Which of these columns nothing is known of yet. */
  unknown(columns: readonly Column[]): number[] {
    return columns.filter((column) => !this.spreads.has(column.place)).map((column) => column.place);
  }

  show(place: number, spread: Spread): void {
    this.spreads.set(place, spread);
    for (const [column, head] of this.heads) if (column.place === place) head.spread(spread);
  }

  /** Whether a click on a head sorts. */
  allow(sortable: boolean): void {
    this.sortable = sortable;
    for (const head of this.heads.values()) head.allow(sortable);
  }

  element_of(column: Column): HTMLElement | undefined {
    return this.heads.get(column)?.element;
  }

  settle(): void {
    for (const into of [this.row, this.lane]) {
      const heads = [...into.children].filter((one) => one.classList.contains('head'));
      const ordered = heads.toSorted((a, b) => index_of(a) - index_of(b));
      if (ordered.some((one, index) => one !== heads[index])) {
        if (into === this.row) this.corner.after(...ordered);
        else into.replaceChildren(...ordered);
      }
    }
  }

  private head(column: Column): Head {
    const known = this.heads.get(column);
    if (known) return known;
    const head = new Head(`${this.id}-h${column.place}`, column, this.words, this.signs, this.sortable);
    const spread = this.spreads.get(column.place);
    if (spread) head.spread(spread);
    const note = this.notes[column.place];
    if (note) head.note(...note);
    this.heads.set(column, head);
    return head;
  }
}

function index_of(head: Element): number {
  return Number(head.getAttribute('aria-colindex'));
}

class Head {
  readonly element = div('head', 'columnheader');
  private readonly sign = document.createElement('span');
  private readonly below = div('below');
  private key = '';

  constructor(
    id: string,
    private readonly column: Column,
    private readonly words: Words,
    private readonly signs: Signs,
    sortable: boolean,
  ) {
    this.element.id = id;
    this.element.dataset['place'] = String(column.place);
    this.element.title = `${column.name}\n${column.type}`;
    const line = div('line');
    const name = document.createElement('span');
    name.className = 'name';
    name.textContent = column.name;
    this.sign.className = 'sign';
    this.sign.setAttribute('aria-hidden', 'true');
    const menu = document.createElement('button');
    menu.type = 'button';
    menu.className = 'menu';
    menu.tabIndex = -1;
    menu.textContent = '⋮';
    menu.setAttribute('aria-label', filled(words['menu_of'] ?? '', { column: column.name }));
    line.append(name, this.sign, menu);
    this.element.append(line, this.below, div('edge'));
    this.allow(sortable);
    if (column.kind === 'number' || column.kind === 'figure') this.element.classList.add('number');
  }

  allow(sortable: boolean): void {
    this.element.classList.toggle('sortable', sortable);
  }

  place(index: number, pinned: boolean, shown: HeadsShown): void {
    const sorted = shown.sort.findIndex(([name]) => name === this.column.name);
    const falling = shown.sort[sorted]?.[1] ?? false;
    const filtered = shown.filtered.has(this.column.name);
    const selected = shown.isColumnSelected(index);
    const x = shown.x(index);
    const active = shown.active === index;
    const key = [index, pinned, sorted, falling, filtered, selected, x, this.column.width, active, shown.sort.length].join();
    if (key === this.key) return;
    this.key = key;
    const { element } = this;
    element.setAttribute('aria-colindex', String(index + 2));
    element.style.left = pinned ? `calc(var(--number) + ${x}px)` : `${x}px`;
    element.style.width = `${this.column.width}px`;
    element.classList.toggle('pinned', pinned);
    element.classList.toggle('selected', selected);
    element.classList.toggle('active', active);
    element.setAttribute('aria-sort', sorted < 0 ? 'none' : falling ? 'descending' : 'ascending');
    const rank = shown.sort.length > 1 && sorted >= 0 ? String(sorted + 1) : '';
    this.sign.replaceChildren(...(filtered ? [funnel()] : []), `${sorted < 0 ? '' : falling ? '↓' : '↑'}${rank}`);
  }

  note(text: string, aloud: string): void {
    const line = div('note');
    line.textContent = text;
    line.setAttribute('aria-label', aloud);
    line.setAttribute('role', 'img');
    this.below.replaceChildren(line);
    this.element.title = `${this.column.name}\n${aloud}`;
  }

  spread(spread: Spread): void {
    this.below.replaceChildren(bars(spread), this.line(spread));
    this.below.setAttribute('role', 'img');
    this.below.setAttribute('aria-label', this.aloud(spread));
    this.element.title = `${this.column.name}\n${this.column.type}\n${this.aloud(spread)}`;
  }

  private line(spread: Spread): HTMLElement {
    const line = div('share');
    line.setAttribute('aria-hidden', 'true');
    const nulls = document.createElement('span');
    nulls.textContent = spread.nulls > 0 ? `∅ ${share(spread.nulls)}` : '';
    nulls.className = 'nulls';
    const distinct = document.createElement('span');
    distinct.textContent = `${spread.about ? '≈' : ''}${this.signs.short(spread.distinct)} ${this.words['distinct_short'] ?? ''}`;
    line.append(distinct, nulls);
    return line;
  }

  private aloud(spread: Spread): string {
    const parts = [
      filled(this.words['distinct_aloud'] ?? '', { count: grouped(String(spread.distinct), this.signs) }),
      filled(this.words['nulls_aloud'] ?? '', { share: share(spread.nulls) }),
    ];
    const [low, high] = spread.ends;
    if (low !== undefined && high !== undefined) parts.push(filled(this.words['ends_aloud'] ?? '', { low, high }));
    else if (low !== undefined) parts.push(filled(this.words['most_aloud'] ?? '', { value: low }));
    return parts.join(', ');
  }
}

function funnel(): SVGSVGElement {
  const picture = document.createElementNS(SVG, 'svg');
  picture.setAttribute('class', 'funnel');
  picture.setAttribute('viewBox', '0 0 12 12');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', FUNNEL);
  picture.append(path);
  return picture;
}

/** A share as people say it; a few of many are not none. */
export function share(part: number): string {
  if (part === 0) return '0 %';
  if (part < 0.01) return '<1 %';
  return part < 1 && part > 0.99 ? '>99 %' : `${Math.round(part * 100)} %`;
}

function bars(spread: Spread): SVGSVGElement {
  const picture = document.createElementNS(SVG, 'svg');
  const most = Math.max(...spread.bars, 1);
  picture.setAttribute('class', spread.kind);
  picture.setAttribute('viewBox', `0 0 ${Math.max(spread.bars.length, 1)} 1`);
  picture.setAttribute('preserveAspectRatio', 'none');
  picture.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute(
    'd',
    spread.bars.map((count, index) => (count ? `M${index + 0.06} 1V${1 - Math.max(count / most, 0.04)}h.88V1z` : '')).join(''),
  );
  picture.append(path);
  return picture;
}
