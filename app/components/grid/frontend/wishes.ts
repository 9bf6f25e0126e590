// Which rows a person wants and in which order: the sort, the filters, the search. Says when they have changed.

import type { Columns } from './columns';
import type { Can, Filter, View } from './types';

export class Wishes {
  sort: [string, boolean][] = [];
  filters: Filter[] = [];
  search = '';

  constructor(private readonly changed: () => void) {}

  /** Whether all rows are wanted in the order of the file. */
  get none(): boolean {
    return this.sort.length === 0 && !this.narrowed;
  }

  /** Whether some rows may be left out. */
  get narrowed(): boolean {
    return this.filters.length > 0 || this.search !== '';
  }

  get view(): Pick<View, 'sort' | 'filters' | 'search'> {
    return { sort: this.sort, filters: this.filters, search: this.search };
  }

  /** What a request says of them; columns by place. */
  body(columns: Columns): object {
    const place = (name: string): number => columns.get(name)?.place ?? 0;
    return {
      sort: this.sort.map(([name, falling]) => [place(name), falling]),
      filters: this.filters.map(({ column, op, value }) => ({ column: place(column), op, value })),
      search: this.search || null,
    };
  }

  /** Take over wishes of earlier, as far as the columns are still there. */
  restore(view: Partial<View>, columns: Columns, can: ReadonlySet<Can>): void {
    const known = (name: string): boolean => columns.get(name) !== undefined;
    this.sort = can.has('sort') ? (view.sort ?? []).filter(([name]) => known(name)) : [];
    this.filters = can.has('filter') ? (view.filters ?? []).filter(({ column }) => known(column)) : [];
    this.search = can.has('search') ? (view.search ?? '') : '';
  }

  sortBy(sort: [string, boolean][]): void {
    this.sort = sort;
    this.changed();
  }

  /** Sort by a column: up, then down, then not; with `more`, within what it is sorted by already. */
  toggleSort(name: string, more: boolean): void {
    const now = this.sort.find((one) => one[0] === name);
    const next: [string, boolean][] = now ? (now[1] ? [] : [[name, true]]) : [[name, false]];
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

  /** Want all rows again; `all` also in the order of the file. */
  clear(all = false): void {
    this.filters = [];
    this.search = '';
    if (all) this.sort = [];
    this.changed();
  }
}
