// What travels between the grid, its routes and Python. The routes are app/components/grid/route.py.

import type { Lasting } from './memory';

/** A `figure` is a number that is shown as it stands. */
export type Kind = 'number' | 'figure' | 'bool' | 'time' | 'text' | 'other';
export type Can = 'sort' | 'filter' | 'search' | 'sum' | 'profile';

export interface Words {
  [name: string]: string;
}

export interface Filter {
  column: string;
  op: string;
  value: string | string[] | null;
}

/** What a person has arranged; columns by name, so that it still fits the next version of a dataset. */
export interface View {
  sort: [string, boolean][];
  filters: Filter[];
  search: string;
  widths: Record<string, number>;
  order: string[];
  pinned: string[];
  hidden: string[];
}

/** Where a person was, and what they had chosen: from the anchor to the active cell. */
export interface Spot {
  top: number;
  left: number;
  row: number;
  column: number;
  anchor?: { row: number; column: number };
}

export interface Data {
  key: string;
  source: string;
  label: string;
  tools: boolean;
  events: string[];
  editable: boolean;
  locale: string;
  words: Words;
  /** The operators a filter may have, as people say them, the likeliest first. */
  operators: [string, string][];
  /** A view Python wants shown; applied once for each `mark`. */
  view: Partial<View> | null;
  mark: string;
  /** The journal's key of how it is arranged and what is chosen, which the next window shows; empty if it is not to. */
  lasting: string;
  /** What the journal had of that when the window was opened. */
  kept: Lasting | null;
  /** The journal's key of what is half-typed in cells. */
  typed: string;
  /** What that was when the window was opened, if anything. */
  drafts: unknown;
  /** Half-typed texts that are edits by now. */
  done: string[];
}

export interface OrderState {
  fraction: number;
  rows: number;
}

export interface BlockAnswer {
  offset: number;
  order: OrderState | null;
  pending?: boolean;
  total?: number | null;
  so_far?: number;
  numbers?: { from: number; count: number } | { list: number[] };
  cells?: Record<string, (string | null)[]>;
  cut?: Record<string, number[]>;
  /** Rows of the block whose cell is marked, by column. */
  marked?: Record<string, number[]>;
}

export interface Spread {
  nulls: number;
  distinct: number;
  about: boolean;
  kind: 'histogram' | 'values';
  bars: number[];
  ends: string[];
}

export interface SumsAnswer {
  cells: number;
  values: number;
  numbers: number;
  sum: string | null;
  mean: string | null;
  min: string | null;
  max: string | null;
}

export interface Opened {
  columns: [string, string, Kind][];
  can: Can[];
  /** Whether all rows are there; until then there may be more that can be done later. */
  complete: boolean;
  /** What stands below the name of each column, and how it is said aloud; empty where nothing does. */
  notes: [string, string][];
}
