// Which window this is. The name outlives a reload: it is put down when the page goes and taken up when the next one of
// this window comes. While a page lives it is nowhere, so that a tab that is copied gets a name of its own.

const NAME = 'bestand.window';

export interface Identity {
  name: string;
  /** When the window's last document went, in microseconds since 1970; what came later it has not shown. */
  left: number;
}

export function identity(now: () => number): Identity {
  const found = taken() ?? { name: crypto.randomUUID(), left: 0 };
  window.addEventListener('pagehide', () => putDown({ ...found, left: Math.floor(now()) }));
  return found;
}

function taken(): Identity | undefined {
  try {
    const [name = '', left] = (sessionStorage.getItem(NAME) ?? '').split(' ');
    sessionStorage.removeItem(NAME);
    return /^[0-9a-z][0-9a-z_-]{0,63}$/.test(name) ? { name, left: Number(left) || 0 } : undefined;
  } catch {
    return undefined;
  }
}

function putDown({ name, left }: Identity): void {
  try {
    sessionStorage.setItem(NAME, `${name} ${left}`);
  } catch {
    // a browser that keeps nothing: the next page is another window, which finds the same drafts
  }
}
