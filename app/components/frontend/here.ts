// Actions that the page does by itself, without asking the engine: chosen by their keys or in the palette, done by the
// component that can. Their ids are those of `Page.actions` in Python.

/** Said when such an action is wanted; its detail is the action's id. */
export const DO = 'bestand:do';
const HERE = new Set(['sql.run', 'sql.layout']);

/** Have an action done in the page; false if it is not one of these. */
export function doHere(action: string): boolean {
  if (!HERE.has(action)) return false;
  document.dispatchEvent(new CustomEvent(DO, { detail: action }));
  return true;
}
