// A short table whose lines can be chosen by a click anywhere in them, or by the keys: arrows go from line to line,
// Enter chooses. Where a line can be looked at as well as gone to, its name and a double click go, the rest of it and
// the space bar look. The line is that where the pointer went down, wherever it went up; drawing anew keeps the focus.

import { define, style } from '../../frontend/component';
import { h } from '../../frontend/dom';
import { address, signal, type Place } from '../../frontend/signals';
import css from './style.css?inline';

type Kind = 'text' | 'number' | 'bar';

interface Row {
  cells: (string | number | null)[];
  place: Place | null;
}

interface Data {
  label: string;
  heads: [string, Kind][];
  rows: Row[];
  chosen: number | null;
  /** Lines are heard when they are chosen, also those that lead somewhere. */
  picks: boolean;
  height: number | null;
}

const MISSING = '∅';

export default define<Data>((root, outlet) => {
  style(root, css);
  const head = h('thead');
  const body = h('tbody');
  const table = h('table', {}, head, body);
  const box = h('div', { class: 'box' }, table);
  root.append(box);
  let data: Data | undefined;
  let drawn = '';
  let pressed = -1;
  let onName = false;

  const lineOf = (target: EventTarget | null): number => {
    const line = (target as Element | null)?.closest?.('tr[data-line]');
    return line ? Number(line.getAttribute('data-line')) : -1;
  };
  const choose = (line: number, goes: boolean): void => {
    const row = data?.rows[line];
    if (!row) return;
    mark(line);
    if (row.place && (goes || !data?.picks)) signal('bestand:go', row.place);
    else outlet.trigger('chosen', line);
  };
  const mark = (line: number | null): void => {
    for (const one of body.children) one.toggleAttribute('data-chosen', Number(one.getAttribute('data-line')) === line);
    for (const one of body.querySelectorAll('.choose')) {
      if (lineOf(one) === line) one.setAttribute('aria-current', 'true');
      else one.removeAttribute('aria-current');
    }
  };

  body.addEventListener('pointerdown', (event) => {
    pressed = event.button === 0 ? lineOf(event.target) : -1;
    onName = Boolean((event.target as Element | null)?.closest?.('th'));
  });
  body.addEventListener('dragstart', (event) => event.preventDefault()); // a shaking hand drags no link away
  body.addEventListener('click', (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // a link opens as links do
    const line = event.detail === 0 ? lineOf(event.target) : pressed;
    pressed = -1;
    if (line < 0) return;
    event.preventDefault();
    choose(line, event.detail === 0 || event.detail > 1 || onName);
  });
  body.addEventListener('keydown', (event) => {
    const buttons = [...body.querySelectorAll<HTMLElement>('.choose')];
    const at = lineOf(event.target);
    if (event.key === ' ' && data?.rows[at]?.place) {
      event.preventDefault();
      choose(at, false);
      return;
    }
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    buttons[Math.min(Math.max(to, 0), buttons.length - 1)]?.focus();
  });

  const row = (one: Row, line: number, heads: Data['heads']): HTMLElement => {
    const [name, ...rest] = one.cells;
    const first = h(
      one.place ? 'a' : 'button',
      { class: 'choose', ...(one.place ? { href: address(one.place) } : { type: 'button' }) },
      String(name ?? MISSING),
    );
    return h('tr', { 'data-line': line }, h('th', { scope: 'row', title: String(name ?? '') }, first), ...rest.map((value, index) => cell(value, heads[index + 1]?.[1] ?? 'text')));
  };

  return {
    update: (now) => {
      data = now;
      table.ariaLabel = now.label;
      box.style.maxHeight = now.height ? `${now.height}px` : '';
      const next = JSON.stringify([now.heads, now.rows]);
      if (next !== drawn) {
        const focus = lineOf((root as ShadowRoot).activeElement);
        drawn = next;
        head.replaceChildren(h('tr', {}, ...now.heads.map(([name, kind]) => h('th', { scope: 'col', class: kind }, name))));
        body.replaceChildren(...now.rows.map((one, line) => row(one, line, now.heads)));
        if (focus >= 0) body.querySelector<HTMLElement>(`tr[data-line="${focus}"] .choose`)?.focus();
      }
      mark(now.chosen);
    },
    destroy: () => undefined,
  };
});

function cell(value: string | number | null, kind: Kind): HTMLElement {
  if (value === null) return h('td', { class: `${kind} missing` }, MISSING);
  if (kind !== 'bar') return h('td', { class: kind, title: String(value) }, String(value));
  const share = Math.round(Math.min(Math.max(Number(value), 0), 1) * 100);
  return h('td', { class: kind }, h('span', { class: 'track', 'aria-hidden': 'true' }, h('i', { style: `width:${share}%` })), h('span', {}, `${share} %`));
}
