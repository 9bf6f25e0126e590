// The frequent values of a column: a list of buttons, each with a bar that is as long as the value is frequent.

import { define, style } from '../../frontend/component';
import { h } from '../../frontend/dom';
import css from './style.css?inline';

/** The text, how often it occurs, and the length of its bar. */
type Value = [string, string, number];

interface Data {
  label: string;
  values: Value[];
}

export default define<Data>((root, outlet) => {
  style(root, css);
  const list = h('ul');
  root.append(list);
  let shown = '';

  const line = ([text, count, share]: Value, place: number): HTMLElement => {
    const button = h(
      'button',
      { type: 'button', title: text, onclick: () => outlet.trigger('chosen', place) },
      h('span', { class: 'value' }, text),
      ' ',
      h('span', { class: 'count' }, count),
    );
    button.style.setProperty('--share', `${share * 100}%`);
    return h('li', {}, button);
  };

  return {
    update: ({ label, values }) => {
      list.ariaLabel = label;
      const next = JSON.stringify(values);
      if (next === shown) return; // the focus stays where it is
      shown = next;
      list.replaceChildren(...values.map(line));
    },
    destroy: () => undefined,
  };
});
