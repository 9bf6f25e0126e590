// The head of a view: the way here, what this is, and a few facts. Where a name may be changed it is changed in place:
// click, Enter or F2 begins, Enter or leaving the field ends, Escape takes it back.

import { define, style } from '../../frontend/component';
import { h, icon } from '../../frontend/dom';
import { address, signal, type Place } from '../../frontend/signals';
import css from './style.css?inline';

interface Data {
  crumbs: { title: string; place: Place }[];
  title: string;
  about: string;
  editable: boolean;
  texts: { rename: string; way: string };
}

export default define<Data>((root, outlet) => {
  style(root, css);
  let line = h('div', {});
  root.appendChild(line);
  let data: Data | undefined;

  // Drawn anew as a whole: what is new has not moved.
  const draw = (title: HTMLElement): void => {
    if (!data) return;
    const way = data.crumbs.length > 0 && h('nav', { 'aria-label': data.texts.way }, ...data.crumbs.flatMap((one) => [crumb(one), icon('chevron_right')]));
    const fresh = h('div', { class: 'line' }, way, title, data.about !== '' && h('small', { title: data.about }, ...facts(data.about)));
    line.replaceWith(fresh);
    line = fresh;
  };
  const shown = (): HTMLElement => {
    if (!data?.editable) return h('h2', { title: data?.title }, data?.title ?? '');
    const button = h('button', { type: 'button', title: data.texts.rename, onclick: edit, onkeydown: (event: KeyboardEvent) => event.key === 'F2' && edit() }, data.title);
    return h('h2', {}, button);
  };
  const edit = (): void => {
    if (!data) return;
    const { title, texts } = data;
    const input = h('input', { type: 'text', value: title, 'aria-label': texts.rename, spellcheck: 'false', size: Math.max(title.length, 12) });
    let done = false;
    const end = (keep: boolean): void => {
      if (done) return;
      done = true;
      const name = input.value.trim();
      draw(shown());
      line.querySelector('button')?.focus({ preventScroll: true });
      if (keep && name && name !== title) outlet.trigger('renamed', name);
    };
    input.addEventListener('keydown', (event) => {
      if (event.isComposing) return;
      if (event.key !== 'Enter' && event.key !== 'Escape') return;
      event.preventDefault(); // the button that gets the focus is not pressed by the same key
      event.stopPropagation();
      end(event.key === 'Enter');
    });
    input.addEventListener('blur', () => end(true));
    draw(input);
    input.focus();
    input.select();
  };
  return {
    update: (now) => {
      data = now;
      if (!line.querySelector('input')) draw(shown());
    },
    destroy: () => undefined,
  };
});

/** A few facts, each whole: where there is no room for all, the last ones are left out. */
function facts(about: string): (HTMLElement | string)[] {
  const [first = '', ...more] = about.split(' · ');
  return [h('span', {}, first), ...more.flatMap((one) => [' ', h('span', {}, `· ${one}`)])];
}

function crumb({ title, place }: Data['crumbs'][number]): HTMLElement {
  const onclick = (event: MouseEvent): void => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    signal('bestand:go', place);
  };
  return h('a', { href: address(place), onclick }, title);
}
