// What the components of one page tell each other without asking the engine.

/** A place: the page's name and the parameters of its address. */
export interface Place {
  page: string;
  params: Record<string, string>;
}

export interface Signals {
  /** A person goes somewhere; the frame tells Python. */
  'bestand:go': Place;
  /** The window is at a place, of which the status bar says something; the engine told. */
  'bestand:at': { place: Place; facts: string[] };
  /** The palette, or the list of shortcuts, is to be shown. */
  'bestand:open': 'palette' | 'shortcuts';
  /** The engine told what the status bar and the badges show. */
  'bestand:status': { items: unknown[]; badges: Record<string, number> };
  /** What is selected in the view, in words; empty when nothing is. */
  'bestand:selection': string;
  /** Another window has put something else into this field. */
  'bestand:clash': string;
  /** How it stands with what was typed: saved, typing, saving, offline, full, refused; and with the connection. */
  'bestand:journal': { state: string; message: string; connected: boolean };
}

export function signal<Name extends keyof Signals>(name: Name, detail: Signals[Name]): void {
  document.dispatchEvent(new CustomEvent(name, { detail }));
}

/** Listen; what is returned ends it. */
export function heard<Name extends keyof Signals>(name: Name, then: (detail: Signals[Name]) => void): () => void {
  const listen = (event: Event): void => then((event as CustomEvent<Signals[Name]>).detail);
  document.addEventListener(name, listen);
  return () => document.removeEventListener(name, listen);
}

/** The address of a place, as a link. */
export function address(place: Place): string {
  return `?${new URLSearchParams({ view: place.page, ...place.params })}`;
}

export function samePlace(one: Place, other: Place): boolean {
  return address(one) === address(other);
}
