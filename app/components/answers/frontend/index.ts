// The tabs above an answer: choose, pin, rename, close. Arrows walk along them, F2 or a double click renames, Delete
// closes, P pins.

import { define, style, type Outlet } from '../../frontend/component';
import css from './style.css?inline';

interface Tab {
  id: number;
  name: string;
  about: string;
  state: string;
  sign: string;
  pinned: boolean;
}

interface Data {
  tabs: Tab[];
  chosen: number;
  labels: { list: string; pin: string; unpin: string; close: string; rename: string };
}

const PIN = '<svg viewBox="0 0 16 16" aria-hidden="true"><path d="M6 2h4l-.6 4.5L12 9H4l2.6-2.5zM8 9v5"/></svg>';

export default define<Data>((root, outlet) => {
  style(root, css);
  const strip = document.createElement('div');
  strip.className = 'strip';
  strip.role = 'group';
  root.appendChild(strip);
  let data: Data | undefined;
  let renaming: number | undefined;
  let shown = '';

  const draw = (): void => {
    if (!data) return;
    const key = JSON.stringify([data, renaming]);
    if (key === shown) return;
    shown = key;
    const focused = (root instanceof ShadowRoot ? root.activeElement : null)?.getAttribute('data-key');
    strip.ariaLabel = data.labels.list;
    strip.replaceChildren(...data.tabs.map(element));
    if (focused) strip.querySelector<HTMLElement>(`[data-key="${focused}"]`)?.focus();
  };

  const element = (tab: Tab): HTMLElement => {
    const made = document.createElement('div');
    const chosen = tab.id === data?.chosen;
    made.className = `tab ${tab.state}${chosen ? ' chosen' : ''}`;
    made.append(...(tab.id === renaming ? [field(tab)] : [choice(tab, chosen), pin(tab), close(tab)]));
    return made;
  };

  const choice = (tab: Tab, chosen: boolean): HTMLElement => {
    const made = document.createElement('button');
    made.className = 'choose';
    made.type = 'button';
    made.ariaCurrent = String(chosen);
    made.tabIndex = chosen ? 0 : -1;
    made.dataset.key = `choose-${tab.id}`;
    made.title = data?.labels.rename ?? '';
    made.append(span('state', tab.sign, true), span('name', tab.name), span('about', tab.about));
    made.addEventListener('click', () => {
      if (tab.id !== data?.chosen) tell(outlet, 'choose', tab.id);
    });
    made.addEventListener('dblclick', () => rename(tab.id));
    made.addEventListener('keydown', (event) => walk(event, tab));
    return made;
  };

  const pin = (tab: Tab): HTMLElement => {
    const made = tool(tab, 'pin', (tab.pinned ? data?.labels.unpin : data?.labels.pin) ?? '');
    made.ariaPressed = String(tab.pinned);
    made.innerHTML = PIN;
    return made;
  };

  const close = (tab: Tab): HTMLElement => {
    const made = tool(tab, 'close', data?.labels.close ?? '');
    made.textContent = '×';
    return made;
  };

  const tool = (tab: Tab, act: string, label: string): HTMLButtonElement => {
    const made = document.createElement('button');
    made.className = 'tool';
    made.type = 'button';
    made.ariaLabel = label.replace('{name}', tab.name);
    made.title = made.ariaLabel;
    made.tabIndex = tab.id === data?.chosen ? 0 : -1;
    made.dataset.key = `${act}-${tab.id}`;
    made.addEventListener('click', () => tell(outlet, act, tab.id));
    return made;
  };

  const field = (tab: Tab): HTMLElement => {
    const input = document.createElement('input');
    input.value = tab.name;
    input.ariaLabel = data?.labels.rename ?? '';
    const end = (keep: boolean): void => {
      if (renaming === undefined) return;
      renaming = undefined;
      const name = input.value.trim();
      if (keep && name && name !== tab.name) tell(outlet, 'rename', tab.id, name);
      draw();
      strip.querySelector<HTMLElement>(`[data-key="choose-${tab.id}"]`)?.focus();
    };
    input.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && !event.isComposing) end(true);
      else if (event.key === 'Escape') end(false);
      event.stopPropagation();
    });
    input.addEventListener('blur', () => end(true));
    queueMicrotask(() => {
      input.focus();
      input.select();
    });
    return input;
  };

  const rename = (id: number): void => {
    renaming = id;
    draw();
  };

  const walk = (event: KeyboardEvent, tab: Tab): void => {
    const tabs = data?.tabs ?? [];
    const at = tabs.findIndex((one) => one.id === tab.id);
    const to: Record<string, number> = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: tabs.length - 1 };
    const next = event.key in to ? tabs[Math.min(Math.max(to[event.key] as number, 0), tabs.length - 1)] : undefined;
    if (next) {
      strip.querySelector<HTMLElement>(`[data-key="choose-${next.id}"]`)?.focus();
      if (next.id !== data?.chosen) tell(outlet, 'choose', next.id);
    } else if (event.key === 'F2') rename(tab.id);
    else if (event.key === 'Delete') tell(outlet, 'close', tab.id);
    else if (event.key === 'p' && !event.ctrlKey && !event.metaKey && !event.altKey) tell(outlet, 'pin', tab.id);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return {
    update: (now) => {
      data = now;
      draw();
    },
    destroy: () => undefined,
  };
});

function tell(outlet: Outlet, act: string, id: number, name = ''): void {
  outlet.trigger('act', { act, id, name });
}

function span(kind: string, text: string, decorative = false): HTMLElement {
  const made = document.createElement('span');
  made.className = kind;
  made.textContent = text;
  if (decorative) made.ariaHidden = 'true';
  return made;
}
