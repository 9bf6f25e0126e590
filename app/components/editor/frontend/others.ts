// What other windows of the same person have in the editor, a line for each under the text: what, since when, and a button
// that takes it and one that stays with what is here. Taking it is an edit like any other, so undo brings the own text back.

import { h } from '../../frontend/dom';

export interface Other {
  /** Which of its texts it is. */
  seq: number;
  text: string;
  parameters: Record<string, string>;
  /** Whose it is and since when, in words. */
  told: string;
}

export interface Words {
  others: string;
  take: string;
  stay: string;
}

export interface Choices {
  take(other: Other): void;
  stay(seq: number): void;
}

const SHOWN_CHARS = 400;

export class Others {
  readonly element = h('div', { class: 'others', role: 'status' });
  private all: readonly Other[] = [];
  private words: Words | undefined;
  private settled = 0;
  private shown = '';

  constructor(private readonly choices: Choices) {}

  know(all: readonly Other[], words: Words): void {
    this.all = all;
    this.words = words;
    this.element.setAttribute('aria-label', words.others);
  }

  /** Show those that differ from what is here; whether there are any. */
  compare(text: string, parameters: Readonly<Record<string, string>>): boolean {
    const some = this.all.filter((one) => one.seq > this.settled && differ(one, text, parameters));
    const key = JSON.stringify(some.map(({ seq, told }) => [seq, told]));
    if (key !== this.shown) {
      this.shown = key;
      this.element.replaceChildren(...some.map((one) => this.line(one)));
    }
    return some.length > 0;
  }

  private line(one: Other): HTMLElement {
    const plain = one.text.trim().replace(/\s+/g, ' ');
    const text = plain.length > SHOWN_CHARS ? `${plain.slice(0, SHOWN_CHARS)}…` : plain;
    const stay = (): void => {
      this.settled = Math.max(this.settled, ...this.all.map(({ seq }) => seq));
      this.choices.stay(this.settled);
    };
    return h(
      'p', {},
      h('span', { class: 'told' }, one.told),
      h('code', { title: one.text.slice(0, 4 * SHOWN_CHARS) }, text),
      h('button', { type: 'button', class: 'plain', onclick: () => this.choices.take(one) }, this.words?.take),
      h('button', { type: 'button', class: 'plain', onclick: stay }, this.words?.stay),
    );
  }
}

function differ(one: Other, text: string, parameters: Readonly<Record<string, string>>): boolean {
  return one.text !== text || filled(one.parameters) !== filled(parameters);
}

/** Values that were typed, in one order; an empty one is as good as none. */
function filled(parameters: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(parameters).filter(([, value]) => value !== '').sort());
}
