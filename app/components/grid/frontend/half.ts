// A line above the rows for each text that was half-typed into a cell when something ended: it is typed on, or given up.

import type { Draft, Drafts } from './drafts';
import { filled } from './format';
import { button } from './popup';
import { div } from './rows';
import type { Words } from './types';

const MOST = 5;

export class Half {
  readonly element = div('half');

  constructor(
    private readonly drafts: Drafts,
    private readonly words: Words,
    private readonly typing: () => string | undefined,
    private readonly ready: () => boolean,
    private readonly goOn: (draft: Draft) => void,
  ) {
    this.element.setAttribute('role', 'status');
    this.draw();
  }

  draw(): void {
    const shown = this.ready() ? this.drafts.others(this.typing()).slice(-MOST) : []; // else there is no cell to type into
    this.element.hidden = shown.length === 0;
    this.element.replaceChildren(...shown.map((one) => this.line(one)));
  }

  private line(draft: Draft): HTMLElement {
    const told = document.createElement('span');
    const { column, number, text } = draft;
    told.textContent = filled(this.words['half_typed'] ?? '', { column, row: String(number), text });
    const line = div('line');
    const forget = (): void => {
      this.drafts.drop(draft.id);
      this.draw();
    };
    line.append(
      told,
      button(this.words['type_on'] ?? '', () => this.goOn(draft)),
      button(this.words['forget'] ?? '', forget, 'plain'),
    );
    return line;
  }
}
