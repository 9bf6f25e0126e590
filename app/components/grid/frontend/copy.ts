// Cells on their way to the clipboard. What is already here goes with the browser's own copy event, which needs no
// permission anywhere; the rest is fetched and then written.

import type { Column } from './columns';
import { quoted } from './format';
import type { Range } from './selection';
import type { Store } from './store';

const MOST_HERE = 20_000;

/** The selection as text if all of it is here and whole, otherwise undefined. */
export function loadedText(store: Store, range: Range, columns: readonly Column[], header: boolean): string | undefined {
  if ((range.bottom - range.top + 1) * columns.length > MOST_HERE) return undefined;
  const lines = header ? [columns.map((column) => quoted(column.name)).join('\t')] : [];
  for (let row = range.top; row <= range.bottom; row += 1) {
    const cells: string[] = [];
    for (const { place } of columns) {
      const text = store.text(row, place);
      if (text === undefined || store.isCut(row, place)) return undefined;
      cells.push(quoted(text ?? ''));
    }
    lines.push(cells.join('\t'));
  }
  // One cell goes as it is: whoever pastes it into a text wants no quotes.
  if (!header && lines.length === 1 && columns.length === 1) return store.text(range.top, columns[0]?.place ?? 0) ?? '';
  return lines.join('\n');
}

/** Write a text that is still coming; some browsers allow it only when asked at the time of the key. */
export async function copyOut(coming: Promise<string>): Promise<void> {
  const { clipboard } = navigator;
  if (typeof ClipboardItem === 'function' && clipboard?.write) {
    const blob = coming.then((text) => new Blob([text], { type: 'text/plain' }));
    try {
      await clipboard.write([new ClipboardItem({ 'text/plain': blob })]);
      return;
    } catch (error) {
      await coming; // its own failure says more
      if (!clipboard.writeText) throw error;
    }
  }
  await clipboard.writeText(await coming);
}
