// What the navigation shows, and how the keyboard moves in it.

import { h, icon } from '../../frontend/dom';
import { address, signal, type Place } from '../../frontend/signals';

/** So many datasets always have their place; more of them scroll. */
const FEW = 3;

export interface Data {
  label: string;
  pages: { slug: string; title: string; icon: string; badge: number }[];
  /** The page below which the datasets stand. */
  below: string;
  datasets: string[];
  /** Datasets there are beyond those listed. */
  more: number;
  active: Place;
  texts: { fold: string; unfold: string; search: string; more: string; none: string; badge: string };
}

export interface Setting {
  narrow: boolean;
  search: string;
  onFold: () => void;
  onSearch: (text: string) => void;
}

/** With more datasets than this one searches them. */
export const SEARCHED_ABOVE = 10;

export function draw(data: Data, setting: Setting): HTMLElement {
  const { narrow } = setting;
  const fold = narrow ? data.texts.unfold : data.texts.fold;
  return h(
    'nav',
    { 'aria-label': data.label, class: narrow ? 'narrow' : '' },
    h(
      'header',
      {},
      !narrow && h('b', {}, 'Bestand'),
      h(
        'button',
        { type: 'button', class: 'fold', title: fold, 'aria-label': fold, 'aria-expanded': String(!narrow), 'data-at': 'fold', onclick: setting.onFold },
        icon(narrow ? 'left_panel_open' : 'left_panel_close'),
      ),
    ),
    h('ul', { class: 'pages' }, ...data.pages.map((page) => pageItem(data, page, setting))),
  );
}

function pageItem(data: Data, page: Data['pages'][number], setting: Setting): HTMLElement {
  const place = { page: page.slug, params: {} };
  const badge = page.badge > 0 && h('em', { 'aria-label': data.texts.badge.replace('{count}', String(page.badge)) }, String(page.badge));
  const below = page.slug === data.below && !setting.narrow && data.datasets.length > 0;
  return h('li', { class: below && data.datasets.length > FEW ? 'grows' : '' }, link(place, page.title, setting.narrow, icon(page.icon), badge), below && datasetList(data, setting));
}

function datasetList(data: Data, setting: Setting): HTMLElement {
  const sought = setting.search.toLocaleLowerCase();
  const shown = data.datasets.filter((name) => name.toLocaleLowerCase().includes(sought));
  const searched = data.datasets.length > SEARCHED_ABOVE;
  return h(
    'div',
    { class: 'datasets' },
    searched &&
      h('input', {
        type: 'search',
        placeholder: data.texts.search,
        'aria-label': data.texts.search,
        value: setting.search,
        'data-at': 'search',
        oninput: (event: InputEvent) => setting.onSearch((event.target as HTMLInputElement).value),
      }),
    h('ul', {}, ...shown.map((name) => h('li', {}, link({ page: data.below, params: { dataset: name } }, name, false)))),
    shown.length === 0 && h('p', {}, data.texts.none),
    data.more > 0 && h('p', {}, data.texts.more),
  );
}

function link(place: Place, title: string, narrow: boolean, sign?: HTMLElement, badge?: HTMLElement | false): HTMLElement {
  const to = address(place);
  const onclick = (event: MouseEvent): void => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    signal('bestand:go', place);
  };
  return h('a', { href: to, 'data-at': to, title, 'aria-label': narrow ? title : undefined, onclick }, sign, h('span', {}, title), badge);
}

/** Mark where a person is: the very place, or else its page. */
export function mark(nav: HTMLElement, active: Place): void {
  const links = [...nav.querySelectorAll<HTMLAnchorElement>('a')];
  const to = address(active);
  const current = links.find((one) => one.dataset.at === to) ?? links.find((one) => one.dataset.at === address({ page: active.page, params: {} }));
  for (const one of links) {
    if (one === current) one.setAttribute('aria-current', 'page');
    else one.removeAttribute('aria-current');
  }
}

/** Arrows go from line to line, Home and End to the ends. */
export function moveFocus(nav: HTMLElement, event: KeyboardEvent): void {
  const lines = [...nav.querySelectorAll<HTMLElement>('a, input')];
  const at = lines.findIndex((one) => one === (one.getRootNode() as ShadowRoot).activeElement);
  const next = nextLine(event.key, at, lines.length);
  if (at < 0 || next === undefined) return;
  if (lines[at] instanceof HTMLInputElement && (event.key === 'Home' || event.key === 'End')) return;
  event.preventDefault();
  lines[next]?.focus();
}

export function nextLine(key: string, at: number, count: number): number | undefined {
  switch (key) {
    case 'ArrowDown':
      return Math.min(at + 1, count - 1);
    case 'ArrowUp':
      return Math.max(at - 1, 0);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}

