// What the rail lists: datasets and, below those that are open, their columns.

import type { Dataset } from '../../frontend/catalogue';

export interface Row {
  kind: 'dataset' | 'column';
  name: string;
  detail: string;
  open: boolean;
}

/** Return the datasets whose name contains the words, or those of whose columns does, then with these columns only. */
export function found(datasets: readonly Dataset[], words: string): readonly Dataset[] {
  const wanted = words.trim().toLowerCase();
  if (!wanted) return datasets;
  return datasets.flatMap((dataset) => {
    if (dataset.name.toLowerCase().includes(wanted)) return [dataset];
    const columns = dataset.columns.filter(([name]) => name.toLowerCase().includes(wanted));
    return columns.length ? [{ ...dataset, columns }] : [];
  });
}

/** Return the rows; while something is searched, what was found is open unless it is the dataset itself. */
export function rowsOf(datasets: readonly Dataset[], open: ReadonlySet<string>, searching: boolean): Row[] {
  return datasets.flatMap((dataset): Row[] => {
    const shown = open.has(dataset.name) || (searching && datasets.length <= 20);
    const head: Row = { kind: 'dataset', name: dataset.name, detail: '', open: shown };
    if (!shown) return [head];
    return [head, ...dataset.columns.map(([name, type]): Row => ({ kind: 'column', name, detail: short(type), open: false }))];
  });
}

/** Return a type as it fits beside a name. */
export function short(type: string): string {
  const plain = type.replace(/^TIMESTAMP WITH TIME ZONE$/, 'TIMESTAMPTZ').toLowerCase();
  return plain.length > 16 ? `${plain.slice(0, 15)}…` : plain;
}
