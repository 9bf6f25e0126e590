// What became of every line of a file: a strip in parts, and the sum that adds up. A part can be pressed to see only
// its lines.

import { define, style } from '../../frontend/component';
import { h } from '../../frontend/dom';
import css from './style.css?inline';

interface Part {
  name: string;
  value: number;
  /** "2 repaired", and its parts. */
  number: string;
  word: string;
}

interface Data {
  label: string;
  total: string;
  parts: Part[];
  /** The part whose lines are shown; null for all. */
  active: string | null;
  /** The parts that can be pressed. */
  choosable: string[];
  /** Said after the sum, such as how far the count is. */
  note: string;
}

export default define<Data>((root, outlet) => {
  style(root, css);
  const place = h('div', { class: 'place' });
  root.appendChild(place);
  let active: string | null = null;
  let shown = '';

  function part(one: Part, choosable: readonly string[]): HTMLElement {
    const inner = [h('i', { 'aria-hidden': 'true' }), h('b', {}, one.number), ` ${one.word}`];
    if (!choosable.includes(one.name) || one.value === 0) return h('span', { class: `part ${one.name}` }, ...inner);
    const press = (): void => outlet.trigger('part', { name: active === one.name ? null : one.name });
    return h('button', { type: 'button', class: `part ${one.name}`, 'aria-pressed': String(active === one.name), onclick: press }, ...inner);
  }

  return {
    update: (data) => {
      active = data.active;
      const now = JSON.stringify(data);
      if (now === shown) return;
      shown = now;
      const focus = (root as ShadowRoot).activeElement?.className;
      const strip = h('div', { class: 'strip', role: 'img', 'aria-label': data.label });
      for (const one of data.parts) {
        if (one.value === 0) continue;
        const bar = h('i', { class: one.name });
        bar.style.flex = String(one.value);
        strip.append(bar);
      }
      const sum = h('div', { class: 'sum', 'data-testid': 'ledger-sum' }, h('b', {}, data.total), ' = ');
      data.parts.forEach((one, index) => sum.append(...(index ? [' + '] : []), part(one, data.choosable)));
      if (data.note) sum.append(h('span', { class: 'note' }, data.note));
      place.replaceChildren(strip, sum);
      if (focus) [...place.querySelectorAll('button')].find((one) => one.className === focus)?.focus();
    },
    destroy: () => undefined,
  };
});
