// Which rows are on the screen. A browser draws no element higher than some ten million pixels, so beyond a height
// the scroll bar stands for a part only: then it jumps, and the wheel and the keys move row by row.

export const ROW_PX = 26;
export const MOST_PX = 8_000_000;

export class Scroll {
  /** Rows in all. */
  rows = 0;
  /** Height of the place where rows are drawn. */
  height = 0;
  /** How far the first pixel shown is below the first row, as if all rows were drawn below each other. */
  top = 0;

  get whole(): number {
    return this.rows * ROW_PX;
  }

  /** Height of what the scroll bar stands for. */
  get bar(): number {
    return Math.min(this.whole, MOST_PX);
  }

  /** Whether the scroll bar stands for every pixel. */
  get exact(): boolean {
    return this.whole <= MOST_PX;
  }

  get most(): number {
    return Math.max(this.whole - this.height, 0);
  }

  get first(): number {
    return Math.floor(this.top / ROW_PX);
  }

  /** The row behind the last one on the screen. */
  get end(): number {
    return Math.min(Math.ceil((this.top + this.height) / ROW_PX), this.rows);
  }

  /** Rows a page key moves by. */
  get page(): number {
    return Math.max(Math.floor(this.height / ROW_PX) - 1, 1);
  }

  /** Take over where the scroll bar stands. */
  fromBar(position: number): void {
    const room = Math.max(this.bar - this.height, 0);
    this.to(this.exact || room === 0 ? position : (position / room) * this.most);
  }

  /** Where the scroll bar has to stand. */
  toBar(): number {
    const room = Math.max(this.bar - this.height, 0);
    return this.exact || this.most === 0 ? this.top : (this.top / this.most) * room;
  }

  to(top: number): void {
    this.top = Math.min(Math.max(top, 0), this.most);
  }

  by(pixels: number): void {
    this.to(this.top + pixels);
  }

  /** Move as little as possible so that a row is on the screen whole. */
  reveal(row: number): void {
    const y = row * ROW_PX;
    if (y < this.top) this.to(y);
    else if (y + ROW_PX > this.top + this.height) this.to(y + ROW_PX - this.height);
  }
}
