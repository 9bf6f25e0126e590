// What is typed in a shadow root is not seen from the document: whoever owns such a text hands it over, at each change.

import type { Bestand } from '../journal/frontend/index';

/** Keep the value of a field; its Python face finds it by `stored_input(key)`. */
export function journal(key: string, value: unknown): void {
  (globalThis as { bestand?: Bestand }).bestand?.journal(key, value);
}
