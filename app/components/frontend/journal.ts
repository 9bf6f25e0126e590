// What is typed in a shadow root is not seen from the document: whoever owns such a text hands it over, at each change.

import type { Bestand } from '../journal/frontend/index';

const page = (): Bestand | undefined => (globalThis as { bestand?: Bestand }).bestand;

/** Keep the value of a field; its Python face finds it by `stored_input(key)`. */
export function journal(key: string, value: unknown): void {
  page()?.journal(key, value);
}

/** Python says whether another window has something else in a field. */
export function differs(key: string, so: boolean): void {
  page()?.differs(key, so);
}
