// What stands in the place of the rows when there are none: nothing matches, or why they cannot be shown.

import { button } from './popup';
import { div } from './rows';
import type { Words } from './types';

export class Panel {
  private readonly element = div('panel');

  constructor(
    host: HTMLElement,
    private readonly words: Words,
  ) {
    this.element.hidden = true;
    this.element.setAttribute('role', 'status');
    host.append(this.element);
  }

  hide(): void {
    this.element.hidden = true;
    this.element.parentElement?.classList.remove('gone');
  }

  /** There is no row; if filters are why, a way to clear them. */
  empty(filtered: boolean, clear: () => void): void {
    this.show(this.words[filtered ? 'no_match' : 'no_rows'] ?? '', '', filtered ? [[this.words['clear'] ?? '', clear]] : []);
  }

  /** The rows cannot be shown; `whole` hides what is still there, because it is no longer true. */
  problem(message: string, hint: string, ways: [string, () => void][], whole: boolean): void {
    this.show(message, hint, ways);
    this.element.parentElement?.classList.toggle('gone', whole);
  }

  private show(message: string, hint: string, ways: [string, () => void][]): void {
    const line = document.createElement('p');
    line.textContent = message;
    const more = document.createElement('p');
    more.className = 'hint';
    more.textContent = hint;
    const row = div('ways');
    row.append(...ways.map(([label, act], index) => button(label, act, index === 0 ? 'primary' : '')));
    this.element.replaceChildren(line, ...(hint ? [more] : []), row);
    this.element.hidden = false;
  }
}
