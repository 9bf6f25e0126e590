// The small forms of the grid: a filter on one column, which columns are shown, one whole cell.

import type { Column, Columns } from './columns';
import { filled, type Signs } from './format';
import { button, field } from './popup';
import { div } from './rows';
import type { Filter, Words } from './types';

const WITHOUT_VALUE = new Set(['is_null', 'not_null']);
const MOST_LISTED = 200;

/** A form that makes a filter on a column. */
export function filterForm(
  column: Column,
  operators: [string, string][],
  words: Words,
  done: (filter: Filter) => void,
): HTMLElement {
  const form = document.createElement('form');
  form.className = 'form';
  form.setAttribute('role', 'dialog');
  form.setAttribute('aria-label', filled(words['filter_of'] ?? '', { column: column.name }));
  const title = document.createElement('strong');
  title.textContent = column.name;
  const how = field('select', words['how'] ?? '');
  for (const [op, label] of operators) how.append(new Option(label, op));
  how.value = column.kind === 'text' || column.kind === 'other' ? 'contains' : '=';
  const value = field('input', words['value'] ?? '');
  value.placeholder = words['value'] ?? '';
  value.autofocus = true;
  how.addEventListener('change', () => {
    value.disabled = WITHOUT_VALUE.has(how.value);
  });
  const add = button(words['add_filter'] ?? '', () => undefined, 'primary');
  add.type = 'submit';
  form.append(title, how, value, add);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    done({ column: column.name, op: how.value, value: WITHOUT_VALUE.has(how.value) ? null : value.value });
  });
  return form;
}

/** Which columns are shown; of many, those whose name contains what is typed. */
export function chooser(columns: Columns, words: Words, signs: Signs, changed: () => void): HTMLElement {
  const box = div('form chooser', 'dialog');
  box.setAttribute('aria-label', words['columns'] ?? '');
  const find = field('input', words['find_column'] ?? '');
  find.type = 'search';
  find.placeholder = words['find_column'] ?? '';
  const list = div('choices', 'group');
  list.setAttribute('aria-label', words['columns'] ?? '');
  const more = div('more');
  const draw = (): void => {
    const wanted = find.value.toLowerCase();
    const fitting = columns.all.filter((column) => column.name.toLowerCase().includes(wanted));
    list.replaceChildren(...fitting.slice(0, MOST_LISTED).map((column) => choice(column, columns, changed)));
    const left = fitting.length - MOST_LISTED;
    more.textContent = left > 0 ? filled(words['more_columns'] ?? '', { count: signs.count(left) }) : '';
  };
  find.addEventListener('input', draw);
  const all = button(words['show_all'] ?? '', () => {
    columns.showAll();
    changed();
    draw();
  });
  draw();
  box.append(find, list, more, all);
  return box;
}

function choice(column: Column, columns: Columns, changed: () => void): HTMLElement {
  const label = document.createElement('label');
  const box = document.createElement('input');
  box.type = 'checkbox';
  box.checked = !columns.isHidden(column);
  box.addEventListener('change', () => {
    columns.hide(column, !box.checked);
    box.checked = !columns.isHidden(column);
    changed();
  });
  const name = document.createElement('span');
  name.textContent = column.name;
  label.append(box, name);
  return label;
}

/** One cell in full; the text comes later. */
export function viewer(
  column: Column,
  row: string,
  words: Words,
  copy: (text: string) => void,
): { element: HTMLElement; show: (text: string | null, length: string) => void; fail: (message: string) => void } {
  const box = div('form viewer', 'dialog');
  box.setAttribute('aria-label', filled(words['cell_of'] ?? '', { column: column.name, row }));
  const title = document.createElement('strong');
  title.textContent = column.name;
  const about = div('more');
  about.textContent = `${column.type} · ${filled(words['row'] ?? '', { row })}`;
  const text = field('textarea', filled(words['cell_of'] ?? '', { column: column.name, row }));
  text.readOnly = true;
  text.rows = 10;
  text.spellcheck = false;
  text.autofocus = true;
  const whole = button(words['copy'] ?? '', () => copy(text.value));
  whole.disabled = true;
  box.append(title, about, text, whole);
  return {
    element: box,
    show(value, length) {
      text.value = value ?? '';
      text.placeholder = value === null ? (words['missing'] ?? '') : '';
      about.textContent += ` · ${length}`;
      whole.disabled = value === null;
    },
    fail(message) {
      text.placeholder = message;
    },
  };
}
