// Small helpers to build what a component shows.

type Props = Record<string, string | number | boolean | undefined | ((event: never) => void)>;
type Child = Node | string | undefined | false;

/** Make an element. A function is a listener ("onclick"), true an empty attribute, undefined and false none. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value as EventListener);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child): child is Node | string => child !== undefined && child !== false));
  return element;
}

/** A sign of the icon font the page brings; decoration only. */
export function icon(name: string): HTMLElement {
  return h('i', { class: 'icon', 'aria-hidden': 'true' }, name);
}

/** The element that has the focus, also inside shadow roots. */
export function focused(): Element | null {
  let found = document.activeElement;
  while (found?.shadowRoot?.activeElement) found = found.shadowRoot.activeElement;
  return found;
}

/** Whether a person is typing there. */
export function isTyping(target: EventTarget | null | undefined): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !/^(button|checkbox|radio|range|submit|reset|file|color)$/.test(target.type);
}

/** What the window remembers by itself, such as how wide a pane is; a browser that forbids it remembers nothing. */
export const remembered = {
  get(name: string): string | null {
    try {
      return localStorage.getItem(`bestand.${name}`);
    } catch {
      return null;
    }
  },
  set(name: string, value: string | null): void {
    try {
      if (value === null) localStorage.removeItem(`bestand.${name}`);
      else localStorage.setItem(`bestand.${name}`, value);
    } catch {
      // not remembered
    }
  },
};
