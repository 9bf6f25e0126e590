// What is selected: a rectangle between two cells, the second of which is the active one. Row -1 is the header.

export interface Spot {
  row: number;
  column: number;
}

export interface Range {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

export interface Size {
  rows: number;
  columns: number;
  page: number;
}

export const HEADER = -1;

export class Selection {
  anchor: Spot = { row: 0, column: 0 };
  active: Spot = { row: 0, column: 0 };

  get range(): Range {
    return {
      top: Math.max(Math.min(this.anchor.row, this.active.row), 0),
      bottom: Math.max(this.anchor.row, this.active.row),
      left: Math.min(this.anchor.column, this.active.column),
      right: Math.max(this.anchor.column, this.active.column),
    };
  }

  get cells(): number {
    const { top, bottom, left, right } = this.range;
    return bottom < 0 ? 0 : (bottom - top + 1) * (right - left + 1);
  }

  /** Make a cell the active one; extending keeps the other corner. */
  to(spot: Spot, extend = false): void {
    this.active = spot;
    if (!extend) this.anchor = spot;
  }

  rows(from: number, to: number, columns: number): void {
    this.anchor = { row: from, column: Math.max(columns - 1, 0) };
    this.active = { row: to, column: 0 };
  }

  column(from: number, to: number, rows: number): void {
    this.anchor = { row: Math.max(rows - 1, 0), column: from };
    this.active = { row: 0, column: to };
  }

  all(size: Size): void {
    this.anchor = { row: Math.max(size.rows - 1, 0), column: Math.max(size.columns - 1, 0) };
    this.active = { row: 0, column: 0 };
  }

  has(row: number, column: number): boolean {
    const { top, bottom, left, right } = this.range;
    return row >= top && row <= bottom && column >= left && column <= right;
  }

  /** Stay inside after rows or columns have gone. */
  clamp(size: Size): void {
    this.active = clamped(this.active, size);
    this.anchor = clamped(this.anchor, size);
  }
}

interface Keys {
  key: string;
  main: boolean;
}

/** Where a key leads from a cell; undefined if it is no key that leads anywhere. */
export function target(from: Spot, { key, main }: Keys, size: Size): Spot | undefined {
  const last = { row: size.rows - 1, column: size.columns - 1 };
  const to = moves[key]?.(from, last, size.page, main);
  return to && clamped(to, size);
}

type Move = (from: Spot, last: Spot, page: number, main: boolean) => Spot;

const moves: Record<string, Move> = {
  ArrowUp: ({ row, column }, _last, _page, main) => ({ row: main ? Math.min(row, 0) : row - 1, column }),
  ArrowDown: ({ row, column }, last, _page, main) => ({ row: main ? last.row : row + 1, column }),
  ArrowLeft: ({ row, column }, _last, _page, main) => ({ row, column: main ? 0 : column - 1 }),
  ArrowRight: ({ row, column }, last, _page, main) => ({ row, column: main ? last.column : column + 1 }),
  PageUp: ({ row, column }, _last, page) => ({ row: row < 0 ? row : Math.max(row - page, 0), column }),
  PageDown: ({ row, column }, _last, page) => ({ row: Math.max(row, 0) + page, column }),
  Home: ({ row }, _last, _page, main) => ({ row: main ? 0 : row, column: 0 }),
  End: ({ row }, last, _page, main) => ({ row: main ? last.row : row, column: last.column }),
};

function clamped(spot: Spot, size: Size): Spot {
  return {
    row: Math.min(Math.max(spot.row, HEADER), size.rows - 1),
    column: Math.min(Math.max(spot.column, 0), Math.max(size.columns - 1, 0)),
  };
}
