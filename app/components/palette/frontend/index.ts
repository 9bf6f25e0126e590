// The command palette and the list of shortcuts. Pages and actions come from Python; datasets, columns and earlier
// questions are asked for when it is opened, so that they cost nothing while it is closed.

import { define, style } from '../../frontend/component';
import { focused, h, icon } from '../../frontend/dom';
import { doHere } from '../../frontend/here';
import { heard, signal } from '../../frontend/signals';
import { find, type Entry, type Found } from './search';
import { shown } from './keys';
import css from './style.css?inline';

interface Data {
  entries: Entry[];
  recent: string[];
  /** Groups of the list of shortcuts: heading, then keys and what they do. */
  shortcuts: [string, [string, string][]][];
  texts: { search: string; nothing: string; shortcuts: string; close: string; palette: string };
}

const SOURCE = '/palette';

export default define<Data>((root, outlet) => {
  style(root, css);
  let data: Data | undefined;
  let stored: Entry[] = [];
  let found: Found[] = [];
  let at = 0;
  let before: Element | null = null;

  const input = h('input', { type: 'text', role: 'combobox', 'aria-expanded': 'true', 'aria-controls': 'found', 'aria-autocomplete': 'list', autocomplete: 'off', spellcheck: 'false' });
  const list = h('ul', { id: 'found', role: 'listbox' });
  const palette = h('dialog', { class: 'palette' }, h('div', { class: 'ask' }, icon('search'), input), list);
  const shortcuts = h('dialog', { class: 'shortcuts' });
  root.append(palette, shortcuts);

  const entries = (): Entry[] => [...(data?.entries ?? []), ...stored];
  const search = (): void => {
    if (!data) return;
    found = find(input.value, entries(), data.recent);
    at = 0;
    draw();
  };
  const draw = (): void => {
    const lines = found.map((one, index) => line(one, index === at, index));
    list.replaceChildren(...(lines.length > 0 ? lines : [h('li', { class: 'nothing', role: 'presentation' }, data?.texts.nothing ?? '')]));
    input.setAttribute('aria-activedescendant', found.length > 0 ? `found-${at}` : '');
    list.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  };
  const line = (one: Found, chosen: boolean, index: number): HTMLElement =>
    h(
      'li',
      { id: `found-${index}`, role: 'option', 'aria-selected': String(chosen), onclick: () => choose(index), onmousemove: () => at !== index && ((at = index), draw()) },
      icon(one.entry.icon),
      marked(one),
      one.entry.note !== undefined && h('small', {}, one.entry.note),
      one.entry.keys !== undefined && h('kbd', {}, shown(one.entry.keys)),
    );
  const choose = (index: number): void => {
    const entry = found[index]?.entry;
    if (!entry) return;
    palette.close();
    if (entry.place) signal('bestand:go', entry.place);
    const done = doHere(entry.id);
    outlet.trigger('chosen', { id: entry.id, action: entry.place === undefined && !done });
  };

  const open = (dialog: HTMLDialogElement): void => {
    if (palette.open) palette.close();
    if (shortcuts.open) shortcuts.close();
    before = focused();
    dialog.showModal();
  };
  const openPalette = (): void => {
    if (palette.open) {
      palette.close();
      return;
    }
    open(palette);
    input.value = '';
    search();
    fetch(SOURCE)
      .then((answer) => answer.json() as Promise<Entry[]>)
      .then((now) => {
        stored = now;
        if (palette.open) search();
      })
      .catch(() => undefined); // pages and actions are found without it
  };
  const openShortcuts = (): void => {
    if (!data) return;
    const close = h('button', { type: 'button', class: 'close', 'aria-label': data.texts.close, title: data.texts.close, onclick: () => shortcuts.close() }, icon('close'));
    shortcuts.replaceChildren(
      h('header', {}, h('h2', {}, data.texts.shortcuts), close),
      h('div', { class: 'groups', tabindex: 0 }, ...data.shortcuts.map(([title, keys]) => group(title, keys))),
    );
    open(shortcuts);
  };

  for (const dialog of [palette, shortcuts]) {
    dialog.addEventListener('close', () => before instanceof HTMLElement && before.focus({ preventScroll: true }));
    dialog.addEventListener('mousedown', (event) => event.target === dialog && dialog.close());
  }
  input.addEventListener('input', search);
  input.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step !== undefined && found.length > 0) {
      event.preventDefault();
      const next = at + step;
      at = Math.abs(step) === 1 ? (next + found.length) % found.length : Math.min(Math.max(next, 0), found.length - 1);
      draw();
    } else if (event.key === 'Enter') {
      event.preventDefault();
      choose(at);
    }
  });

  const leave = heard('bestand:open', (what) => (what === 'palette' ? openPalette() : openShortcuts()));
  return {
    update: (now) => {
      data = now;
      input.placeholder = now.texts.search;
      input.setAttribute('aria-label', now.texts.search);
      list.setAttribute('aria-label', now.texts.palette);
      palette.setAttribute('aria-label', now.texts.palette);
      shortcuts.setAttribute('aria-label', now.texts.shortcuts);
    },
    destroy: leave,
  };
});

/** The label with the letters that were found in bold. */
function marked({ entry, at }: Found): HTMLElement {
  const hit = new Set(at);
  return h('span', {}, ...[...entry.label].map((letter, index) => (hit.has(index) ? h('b', {}, letter) : letter)));
}

function group(title: string, keys: [string, string][]): HTMLElement {
  const lines = keys.flatMap(([key, label]) => [h('dt', {}, label), h('dd', {}, h('kbd', {}, shown(key)))]);
  return h('section', {}, h('h3', {}, title), h('dl', {}, ...lines));
}
