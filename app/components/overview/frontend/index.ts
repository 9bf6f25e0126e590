// Lists of places one can go to: what was used last, what runs, what failed. Each line is a link.

import { define, style } from '../../frontend/component';
import { h, icon } from '../../frontend/dom';
import { address, signal, type Place } from '../../frontend/signals';
import css from './style.css?inline';

interface Item {
  icon: string;
  title: string;
  /** Beside the title, such as the number of rows. */
  note: string;
  /** At the end of the line, such as its age. */
  meta: string;
  tone?: 'warn';
  code?: boolean;
  /** A word of warning, such as that an answer is out of date, and the sentence it stands for. */
  mark?: string;
  hint?: string;
  place: Place;
}

interface Data {
  sections: { title: string; wide: boolean; items: Item[] }[];
}

export default define<Data>((root) => {
  style(root, css);
  const all = h('div', { class: 'sections' });
  root.appendChild(all);
  return {
    update: (data) => all.replaceChildren(...data.sections.map(section)),
    destroy: () => undefined,
  };
});

function section({ title, wide, items }: Data['sections'][number]): HTMLElement {
  return h('section', { class: wide ? 'wide' : '', 'aria-label': title }, h('h3', {}, title), h('ul', {}, ...items.map((item) => h('li', {}, line(item)))));
}

function line(item: Item): HTMLElement {
  const onclick = (event: MouseEvent): void => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    signal('bestand:go', item.place);
  };
  return h(
    'a',
    { href: address(item.place), class: item.tone ?? '', onclick },
    icon(item.icon),
    h('span', { class: item.code ? 'code' : 'title', title: item.title }, item.title),
    h('small', {}, item.note),
    item.mark ? h('small', { class: 'mark', title: item.hint }, icon('history'), item.mark) : undefined,
    h('small', { class: 'meta' }, item.meta),
  );
}
