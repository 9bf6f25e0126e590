// Which window this is. The name outlives a reload: it is put down when the page goes and taken up when the next one of
// this window comes. While a page lives it is nowhere, so that a tab that is copied gets a name of its own.

const NAME = 'bestand.window';

export function windowName(): string {
  const name = taken() ?? crypto.randomUUID();
  window.addEventListener('pagehide', () => putDown(name));
  return name;
}

function taken(): string | undefined {
  try {
    const found = sessionStorage.getItem(NAME);
    sessionStorage.removeItem(NAME);
    return found !== null && /^[0-9a-z][0-9a-z_-]{0,63}$/.test(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

function putDown(name: string): void {
  try {
    sessionStorage.setItem(NAME, name);
  } catch {
    // a browser that keeps nothing: the next page is another window, which finds the same drafts
  }
}
