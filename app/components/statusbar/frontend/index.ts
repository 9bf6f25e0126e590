// The line at the bottom: always the truth about saving, and what runs. The engine pushes what is common to all
// windows; Python says what belongs to the view; the view itself what is selected. It never asks and never spins.

import { define, style } from '../../frontend/component';
import { h, icon } from '../../frontend/dom';
import { address, heard, signal } from '../../frontend/signals';
import css from './style.css?inline';

interface Item {
  id: string;
  text: string;
  icon?: string;
  /** Where a click leads. */
  page?: string;
  params?: Record<string, string>;
  hint?: string;
  /** 0..1 where something is on its way. */
  fraction?: number;
  tone?: 'warn';
  end?: boolean;
}

interface Data {
  items: Item[];
  facts: string[];
  label: string;
  /** What is said about saving while that is not simply done, by its state. */
  saving: Record<string, { text: string; icon: string; hint: string; tone?: 'warn' }>;
}

/** How it stands with what was typed; told by the journal. */
interface Standing {
  state: string;
  connected: boolean;
}

const FACTS_AFTER = 'saved';
/** What who hears the page is told of; that somebody types and that it is being saved they know. */
const TROUBLE: ReadonlySet<string> = new Set(['conflict', 'offline', 'full', 'refused']);

export default define<Data>((root) => {
  style(root, css);
  const line = h('footer', {});
  const voice = h('p', { class: 'voice', role: 'status' });
  root.append(line, voice);
  let items: Item[] = [];
  let facts: string[] = [];
  let selection = '';
  let at = '';
  let saving: Data['saving'] = {};
  let standing: Standing | undefined = globalThis.bestand && { ...globalThis.bestand.standing };
  let typed = false;
  let drawnLast: Data | undefined;

  /** The truth about saving goes before what Python knew when it drew the line. */
  const present = (item: Item): Item => {
    if (item.id !== FACTS_AFTER || !standing) return item;
    if (standing.state === 'saved' && !typed) return item;
    const said = saving[standing.state];
    return said ? { ...item, ...said } : item;
  };
  /** Say trouble once, and once that it is over. */
  const speak = (): void => {
    const state = standing?.state ?? '';
    if (!TROUBLE.has(state) && (state !== 'saved' || !voice.textContent)) return;
    const text = saving[state]?.text ?? '';
    if (voice.textContent !== text) voice.textContent = text;
  };
  const redraw = (): void => {
    const focus = (root as ShadowRoot).activeElement?.id;
    const drawn: Node[] = [];
    for (const item of items) {
      if (item.end && !drawn.some((one) => (one as Element).className === 'gap')) drawn.push(h('span', { class: 'gap' }));
      drawn.push(drawItem(present(item)));
      if (item.id === FACTS_AFTER) drawn.push(...facts.map((fact) => h('span', { class: 'fact' }, fact)));
      if (item.id === FACTS_AFTER && selection) drawn.push(h('span', { class: 'fact selection' }, selection));
    }
    line.replaceChildren(...drawn);
    if (focus) (root as ShadowRoot).getElementById(focus)?.focus();
  };
  const leave = [
    heard('bestand:status', (status) => {
      items = status.items as Item[];
      typed &&= standing?.state !== 'saved';
      redraw();
    }),
    heard('bestand:at', (now) => {
      const to = address(now.place);
      if (to === at && facts.join() === now.facts.join()) return;
      if (to !== at) selection = ''; // it belongs to the view that was left
      at = to;
      facts = now.facts;
      redraw();
    }),
    heard('bestand:journal', (now) => {
      typed ||= now.state !== 'saved';
      if (now.state !== standing?.state) {
        standing = { ...now };
        speak();
        redraw();
      }
    }),
    heard('bestand:selection', (words) => {
      selection = words;
      redraw();
    }),
  ];
  return {
    update: (data) => {
      saving = data.saving;
      // Drawn again with what was drawn before, as when the colours change: what was told since then is newer.
      if (JSON.stringify(data.items) !== JSON.stringify(drawnLast?.items)) items = data.items;
      if (JSON.stringify(data.facts) !== JSON.stringify(drawnLast?.facts)) facts = data.facts;
      drawnLast = data;
      line.setAttribute('aria-label', data.label);
      speak();
      selection = '';
      redraw();
    },
    destroy: () => leave.forEach((end) => end()),
  };
});

function drawItem(item: Item): HTMLElement {
  const { page } = item;
  const content = [item.icon && icon(item.icon), h('span', {}, item.text), item.fraction !== undefined && bar(item.fraction)];
  const props = { id: item.id, class: `item ${item.tone ?? ''}`, title: item.hint };
  if (!page) return h('span', props, ...content.map((one) => one || undefined));
  const go = (): void => signal('bestand:go', { page, params: item.params ?? {} });
  return h('button', { ...props, type: 'button', onclick: go }, ...content.map((one) => one || undefined));
}

function bar(fraction: number): HTMLElement {
  const share = Math.round(Math.min(Math.max(fraction, 0), 1) * 100);
  return h('span', { class: 'bar', 'aria-hidden': 'true' }, h('i', { style: `width:${share}%` }));
}
