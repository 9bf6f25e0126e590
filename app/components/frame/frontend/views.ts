// Which view is on the screen. All live ones lie on one another in the page; one rule hides all but one, so that
// going from one to another moves nothing. A view that Python has yet to draw is shown when it is complete: until
// then the old one stays, and after a second a quiet skeleton takes its place.

import { MADE } from '../../frontend/component';
import { address, type Place } from '../../frontend/signals';

export type Shown = Record<string, Record<string, string>>;

export const SKELETON_AFTER_MS = 1_000;
const COMPLETE_WITHIN_MS = 1_500;
const PRELOAD_AFTER_MS = 500;

const SCROLLED_WITHIN_MS = 2_000;

export function showViews() {
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  const root = document.documentElement;
  const placed = new Set<string>();
  let fresh: Shown = {};
  let slow = 0;
  let turn = 0;

  const put = (page: string): void => {
    window.clearTimeout(slow);
    root.removeAttribute('data-waiting');
    if (root.dataset.view === page) return;
    root.dataset.view = page;
    sheet.replaceSync(hidingAllBut(page));
  };

  return {
    /** A person goes there; Python does not know yet. */
    expect(to: Place): void {
      turn += 1;
      const shown = fresh[to.page];
      if (shown && address({ page: to.page, params: shown }) === address(to)) {
        put(to.page);
        return;
      }
      window.clearTimeout(slow);
      slow = window.setTimeout(() => root.setAttribute('data-waiting', ''), SKELETON_AFTER_MS);
    },
    /** Python has drawn it. */
    show(place: Place, now: Shown, files: readonly string[], scroll: Readonly<Record<string, number>>): void {
      fresh = now;
      const mine = ++turn;
      void complete(place.page).then(() => {
        if (mine !== turn) return;
        put(place.page);
        if (!placed.has(place.page)) void scrollTo(place.page, scroll[place.page] ?? 0);
        placed.add(place.page);
        void ready(files);
      });
    },
    end(): void {
      window.clearTimeout(slow);
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet);
    },
  };
}

/** The rule that hides every other view; they keep their size, so nothing in them is laid out anew. */
export function hidingAllBut(page: string): string {
  return `[class*="st-key-slot_"]:not(.st-key-slot_${page}) { visibility: hidden; opacity: 0; pointer-events: none; }`;
}

/** Wait until a view has something in it and none of it is still a stand-in of Streamlit's. */
async function complete(page: string): Promise<void> {
  const end = performance.now() + COMPLETE_WITHIN_MS;
  while (performance.now() < end) {
    const slot = document.querySelector(`.st-key-slot_${page}`);
    if (slot?.firstElementChild && !slot.querySelector('[data-testid="stSkeleton"]') && isMade(slot)) return;
    await frame();
  }
}

/** Scroll a view to where it was when it was closed, as soon as it is long enough. */
async function scrollTo(page: string, px: number): Promise<void> {
  const body = document.querySelector<HTMLElement>(`.st-key-body_${page}`);
  if (!body || px <= 0) return;
  const end = performance.now() + SCROLLED_WITHIN_MS;
  body.dataset.placing = '';
  while (performance.now() < end && body.isConnected && body.scrollTop < px) {
    body.scrollTop = px;
    await frame();
  }
  delete body.dataset.placing;
}

/** Whether every component in there has loaded. */
function isMade(slot: Element): boolean {
  const places = [...slot.querySelectorAll('[data-testid="stBidiComponentIsolated"], [data-testid="stBidiComponentRegular"]')];
  return places.every((place) => place.hasAttribute(MADE) || place.querySelector(`[${MADE}]`) !== null);
}

/** Have the parts of other views loaded before they are needed. */
export function preload(files: readonly string[]): void {
  for (const file of files) {
    const link = document.createElement('link');
    link.rel = 'modulepreload';
    link.href = file;
    document.head.appendChild(link);
  }
}

/** Say that the page is complete, once: the cover lifts. */
async function ready(files: readonly string[]): Promise<void> {
  if (document.documentElement.dataset.bestand === 'ready') return;
  await Promise.race([document.fonts.load('18px "Material Symbols Rounded"', 'home'), new Promise((done) => setTimeout(done, 2_000))]);
  await frame();
  await frame();
  document.documentElement.dataset.bestand = 'ready';
  window.setTimeout(preload, PRELOAD_AFTER_MS, files);
}

function frame(): Promise<unknown> {
  return new Promise((done) => requestAnimationFrame(done));
}
