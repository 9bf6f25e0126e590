// Steps a person took that the engine has not answered yet. The browser's history has their entries already; what the
// engine says of them later must neither write them twice nor overwrite what was clicked since.

export type Change = 'push' | 'replace' | 'none';

export class Steps {
  private last = 0;
  private answeredUpTo = 0;

  /** A step is on its way to the engine; returns its number. */
  begin(): number {
    this.last += 1;
    return this.last;
  }

  /**
   * The engine has heard of all steps up to `heard` and wants `how` done with the address. Returns what is to be done:
   * its answer to the last click corrects that entry, an older answer changes nothing, and where no click was answered
   * the engine went there by itself.
   */
  answered(heard: number, how: Change): Change {
    const isAnswer = heard > this.answeredUpTo;
    this.answeredUpTo = Math.max(this.answeredUpTo, heard);
    if (!isAnswer) return how;
    return this.answeredUpTo < this.last ? 'none' : 'replace';
  }
}
