// The engine does not answer: said calmly over the page. A new engine that does not know this browser never will: then
// the words say what to do, and stand in the place of Streamlit's own dialog, which speaks of a status.

const ALIVE = '/healthz';
const ASK_MS = 500;
const SHUT_OUT = 401;

/** Returns what shows whether the page is connected. */
export function lostNote(): (connected: boolean) => void {
  const note = document.getElementById('bestand-lost');
  const waiting = note?.textContent ?? '';
  let asking = 0;

  const say = (shutOut: boolean): void => {
    document.documentElement.toggleAttribute('data-shut-out', shutOut);
    const text = shutOut ? (note?.dataset.shutOut ?? waiting) : waiting;
    if (note && note.textContent !== text) note.textContent = text;
  };
  const ask = async (): Promise<void> => {
    const mine = asking;
    const status = await fetch(ALIVE, { cache: 'no-store' }).then((answer) => answer.status, () => 0);
    if (mine !== asking) return; // connected meanwhile
    say(status === SHUT_OUT);
    asking = window.setTimeout(() => void ask(), ASK_MS);
  };
  return (connected) => {
    note?.toggleAttribute('hidden', connected);
    if (!connected && !asking) {
      asking = -1;
      void ask();
    } else if (connected && asking) {
      window.clearTimeout(asking);
      asking = 0;
      say(false);
    }
  };
}
