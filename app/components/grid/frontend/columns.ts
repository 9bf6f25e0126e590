// Which columns there are, in which order, how wide, and which of them are on the screen.

import type { Kind, View } from './types';

export const NARROWEST_PX = 48;
export const WIDEST_PX = 1200;
const START_WIDEST_PX = 320;
const LETTER_PX = 7.2; // of the page's font at 13 px, on average
const PADDING_PX = 17;
const HEAD_SIGNS_PX = 40; // the sort sign and the menu

export interface Column {
  /** Place in the source; the name the routes know it by. */
  place: number;
  name: string;
  type: string;
  kind: Kind;
  width: number;
  /** Whether a number of it is so long that all are written in groups. */
  groups: boolean;
}

export class Columns {
  readonly all: Column[];
  /** What is shown, from left to right, the pinned ones first. */
  shown: Column[] = [];
  pins = 0;
  pinnedWidth = 0;
  /** Left edge of each shown column: of pinned ones within the pinned part, of others within the moving part. */
  private left: number[] = [];
  private names = new Map<string, Column>();
  private order: Column[];
  private pinned = new Set<Column>();
  private hidden = new Set<Column>();
  private fixed = new Set<Column>(); // whose width a person has chosen

  constructor(described: [string, string, Kind][]) {
    this.all = described.map(([name, type, kind], place) => ({ place, name, type, kind, width: startWidth(name, kind), groups: false }));
    for (const column of this.all) this.names.set(column.name, column);
    this.order = [...this.all];
    this.arrange();
  }

  get(name: string): Column | undefined {
    return this.names.get(name);
  }

  /** Take over what a person arranged before; columns that are gone are left out, new ones come last. */
  restore(view: Partial<View>): void {
    const known = (names: string[] = []): Column[] =>
      names.map((name) => this.names.get(name)).filter((column) => column !== undefined);
    const ordered = new Set(known(view.order));
    this.order = [...ordered, ...this.all.filter((column) => !ordered.has(column))];
    this.pinned = new Set(known(view.pinned));
    this.hidden = new Set(known(view.hidden));
    for (const [name, width] of Object.entries(view.widths ?? {})) {
      const column = this.names.get(name);
      if (column) this.resize(column, width);
    }
    this.arrange();
  }

  /** What `restore` needs; nothing for what is as at the start. */
  kept(): Pick<View, 'widths' | 'order' | 'pinned' | 'hidden'> {
    const moved = this.order.some((column, index) => column.place !== index);
    return {
      widths: Object.fromEntries([...this.fixed].map((column) => [column.name, column.width])),
      order: moved ? this.order.map((column) => column.name) : [],
      pinned: this.order.filter((column) => this.pinned.has(column)).map((column) => column.name),
      hidden: this.order.filter((column) => this.hidden.has(column)).map((column) => column.name),
    };
  }

  isPinned(column: Column): boolean {
    return this.pinned.has(column);
  }

  isHidden(column: Column): boolean {
    return this.hidden.has(column);
  }

  pin(column: Column, pinned: boolean): void {
    if (pinned) this.pinned.add(column);
    else this.pinned.delete(column);
    this.arrange();
  }

  /** Hide or show; the last one shown stays. */
  hide(column: Column, hidden: boolean): void {
    if (hidden && this.shown.length > 1) this.hidden.add(column);
    else if (!hidden) this.hidden.delete(column);
    this.arrange();
  }

  showAll(): void {
    this.hidden.clear();
    this.arrange();
  }

  /** Put a column where another is shown; it becomes pinned or not, as that one is. */
  move(column: Column, index: number): void {
    const target = this.shown[Math.min(Math.max(index, 0), this.shown.length - 1)];
    if (!target || target === column) return;
    const after = this.shown.indexOf(column) < this.shown.indexOf(target);
    if (this.pinned.has(target)) this.pinned.add(column);
    else this.pinned.delete(column);
    this.order.splice(this.order.indexOf(column), 1);
    this.order.splice(this.order.indexOf(target) + (after ? 1 : 0), 0, column);
    this.arrange();
  }

  resize(column: Column, width: number): void {
    column.width = Math.round(Math.min(Math.max(width, NARROWEST_PX), WIDEST_PX));
    this.fixed.add(column);
    this.arrange();
  }

  /** Let a column be as wide as these texts, unless a person has chosen its width. */
  fit(column: Column, texts: string[], most = START_WIDEST_PX): void {
    if (this.fixed.has(column)) return;
    const longest = texts.reduce((length, text) => Math.max(length, text.length), 0);
    const wanted = Math.max(longest * LETTER_PX + PADDING_PX, headWidth(column.name));
    column.width = Math.round(Math.min(Math.max(wanted, NARROWEST_PX), most));
  }

  /** Forget the width a person has chosen. */
  release(column: Column): void {
    this.fixed.delete(column);
  }

  arrange(): void {
    const visible = this.order.filter((column) => !this.hidden.has(column));
    const pinned = visible.filter((column) => this.pinned.has(column));
    this.shown = [...pinned, ...visible.filter((column) => !this.pinned.has(column))];
    this.pins = pinned.length;
    this.left = [];
    let x = 0;
    for (let index = 0; index < this.shown.length; index += 1) {
      if (index === this.pins) {
        this.pinnedWidth = x;
        x = 0;
      }
      this.left.push(x);
      x += this.shown[index]?.width ?? 0;
    }
    if (this.pins === this.shown.length) {
      this.pinnedWidth = x;
      x = 0;
    }
    this.movingWidth = x;
  }

  /** Width of all columns that move. */
  movingWidth = 0;

  x(index: number): number {
    return this.left[index] ?? 0;
  }

  /** The moving columns that are on the screen: the first, and the one behind the last. */
  visible(left: number, width: number): [number, number] {
    const first = Math.max(this.at(left), this.pins);
    let end = first;
    while (end < this.shown.length && this.x(end) < left + width) end += 1;
    return [first, end];
  }

  /** The moving column at this distance from the left edge of the moving part. */
  at(x: number): number {
    let low = this.pins;
    let high = this.shown.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.x(middle) <= x) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The pinned column at this distance from the left edge of the pinned part. */
  pinnedAt(x: number): number {
    let index = 0;
    while (index < this.pins - 1 && this.x(index + 1) <= x) index += 1;
    return index;
  }
}

function headWidth(name: string): number {
  return Math.min(name.length, 30) * LETTER_PX + PADDING_PX + HEAD_SIGNS_PX;
}

function startWidth(name: string, kind: Kind): number {
  const least = { number: 96, figure: 96, bool: 80, time: 160, text: 150, other: 180 }[kind];
  return Math.round(Math.min(Math.max(least, headWidth(name)), START_WIDEST_PX));
}
