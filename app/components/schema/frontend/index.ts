// The rail beside the editor: datasets, their columns when opened, a filter. A click or Enter puts the name into the
// editor; the tree is walked with the arrows.

import { fetched, INSERT, type Dataset } from '../../frontend/catalogue';
import { define, style } from '../../frontend/component';
import { found, type Row, rowsOf } from './rows';
import css from './style.css?inline';

interface Data {
  route: string;
  mark: string;
  labels: { tree: string; filter: string; empty: string; none: string; more: string };
}

const SHOWN = 400;

export default define<Data>((root) => {
  style(root, css);
  const whole = document.createElement('div');
  whole.className = 'rail';
  const filter = document.createElement('input');
  filter.type = 'search';
  filter.spellcheck = false;
  const tree = document.createElement('div');
  tree.role = 'tree';
  const said = document.createElement('p');
  whole.append(filter, tree, said);
  root.appendChild(whole);

  let data: Data | undefined;
  let datasets: readonly Dataset[] = [];
  let rows: Row[] = [];
  let present = 0;
  const open = new Set<string>();

  const draw = (): void => {
    if (!data) return;
    const all = rowsOf(found(datasets, filter.value), open, filter.value !== '');
    rows = all.slice(0, SHOWN);
    present = Math.min(present, Math.max(rows.length - 1, 0));
    tree.replaceChildren(...rows.map(element));
    const { labels } = data;
    said.textContent = !datasets.length ? labels.empty : !rows.length ? labels.none : all.length > SHOWN ? labels.more : '';
  };

  const element = (row: Row, index: number): HTMLElement => {
    const made = document.createElement('div');
    made.role = 'treeitem';
    made.className = row.kind;
    made.ariaLevel = row.kind === 'dataset' ? '1' : '2';
    made.tabIndex = index === present ? 0 : -1;
    made.title = row.detail ? `${row.name} · ${row.detail}` : row.name;
    if (row.kind === 'dataset') {
      made.ariaExpanded = String(row.open);
      const sign = document.createElement('span');
      sign.className = 'fold';
      sign.ariaHidden = 'true';
      sign.textContent = row.open ? '▾' : '▸';
      made.append(sign);
    }
    const name = document.createElement('span');
    name.className = 'name';
    name.textContent = row.name;
    const detail = document.createElement('span');
    detail.className = 'detail';
    detail.textContent = row.detail;
    made.append(name, detail);
    return made;
  };

  const indexOf = (event: Event): number => {
    const target = event.composedPath().find((one) => one instanceof HTMLElement && one.role === 'treeitem');
    return target instanceof HTMLElement ? [...tree.children].indexOf(target) : -1;
  };

  const fold = (row: Row, wanted = !row.open): void => {
    if (wanted) open.add(row.name);
    else open.delete(row.name);
    draw();
    focus(present);
  };

  const focus = (index: number): void => {
    const children = tree.children as HTMLCollectionOf<HTMLElement>;
    if (!children.length) return;
    const old = children[present];
    if (old) old.tabIndex = -1;
    present = Math.min(Math.max(index, 0), children.length - 1);
    const next = children[present] as HTMLElement;
    next.tabIndex = 0;
    next.focus();
  };

  const insert = (row: Row): void => {
    document.dispatchEvent(new CustomEvent(INSERT, { detail: { name: row.name } }));
  };

  filter.addEventListener('input', draw);
  filter.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown') {
      event.preventDefault();
      focus(0);
    }
  });
  tree.addEventListener('click', (event) => {
    const index = indexOf(event);
    const row = rows[index];
    if (!row) return;
    present = index;
    const onSign = event.composedPath().some((one) => one instanceof HTMLElement && one.className === 'fold');
    if (onSign) fold(row);
    else insert(row);
  });
  tree.addEventListener('keydown', (event) => {
    const row = rows[present];
    if (!row) return;
    const act: Record<string, () => void> = {
      ArrowDown: () => focus(present + 1),
      ArrowUp: () => (present === 0 ? filter.focus() : focus(present - 1)),
      Home: () => focus(0),
      End: () => focus(rows.length - 1),
      ArrowRight: () => (row.kind === 'dataset' && !row.open ? fold(row, true) : focus(present + 1)),
      ArrowLeft: () => (row.kind === 'dataset' ? fold(row, false) : focus(rows.findLastIndex((one, at) => at < present && one.kind === 'dataset'))),
      Enter: () => insert(row),
    };
    const chosen = act[event.key];
    if (!chosen) return;
    event.preventDefault();
    chosen();
  });

  return {
    update: (now) => {
      const before = data;
      data = now;
      tree.ariaLabel = now.labels.tree;
      filter.placeholder = now.labels.filter;
      filter.ariaLabel = now.labels.filter;
      if (before?.mark === now.mark) return;
      fetched<{ datasets: Dataset[] }>(now.route, now.mark).then(
        (answer) => {
          datasets = answer.datasets;
          if (!open.size && datasets.length && datasets.length <= 3) open.add((datasets[0] as Dataset).name);
          draw();
        },
        () => {
          if (data) data = { ...data, mark: '' }; // asked again at the next drawing
        },
      );
    },
    destroy: () => undefined,
  };
});
