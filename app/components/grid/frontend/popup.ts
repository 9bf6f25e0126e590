// What opens above the grid: menus and small forms. One at a time; Escape, a click elsewhere or Tab out closes it and
// gives the focus back.

import { div } from './rows';

const GAP_PX = 4;

export class Popups {
  private open: HTMLElement | undefined;
  private back: (() => void) | undefined;
  private gone: (() => void) | undefined;
  private readonly outside = (event: Event): void => {
    if (this.open && !event.composedPath().includes(this.open)) this.leave();
  };

  constructor(private readonly host: HTMLElement) {}

  get isOpen(): boolean {
    return this.open !== undefined;
  }

  /** Show content below a place (or a point), as far as the window allows. `gone` hears when a person went elsewhere. */
  show(content: HTMLElement, at: DOMRect, back: () => void, gone?: () => void): void {
    this.leave();
    const box = div('popup');
    box.append(content);
    this.host.append(box);
    if ('showPopover' in box) {
      box.popover = 'manual';
      box.showPopover();
    }
    const { width, height } = box.getBoundingClientRect();
    const left = Math.max(Math.min(at.left, innerWidth - width - GAP_PX), GAP_PX);
    const below = at.bottom + GAP_PX;
    const top = below + height > innerHeight - GAP_PX ? Math.max(at.top - height - GAP_PX, GAP_PX) : below;
    box.style.left = `${left}px`;
    box.style.top = `${top}px`;
    this.open = box;
    this.back = back;
    this.gone = gone;
    box.addEventListener('keydown', (event) => {
      event.stopPropagation();
      if (event.key !== 'Escape') return;
      event.preventDefault();
      this.close();
    });
    box.addEventListener('focusout', (event) => {
      const to = event.relatedTarget;
      if (to instanceof Node && !box.contains(to) && this.open === box) this.leave();
    });
    document.addEventListener('pointerdown', this.outside, { capture: true });
    box.querySelector<HTMLElement>('[autofocus], [role=menuitem], input, select, button')?.focus();
  }

  /** Close it because a person went elsewhere. */
  private leave(): void {
    const { gone } = this;
    this.gone = undefined;
    gone?.();
    this.close(false);
  }

  close(giveBack = true): void {
    const { open, back } = this;
    this.open = undefined;
    this.back = undefined;
    this.gone = undefined;
    document.removeEventListener('pointerdown', this.outside, { capture: true });
    open?.remove();
    if (open && giveBack) back?.();
  }
}

export interface Item {
  label: string;
  keys?: string;
  checked?: boolean;
  act: () => void;
}

/** A menu whose items the arrow keys walk through; `null` draws a line. */
export function menu(label: string, items: (Item | null)[], close: () => void): HTMLElement {
  const list = div('menulist', 'menu');
  list.setAttribute('aria-label', label);
  for (const item of items) list.append(item ? entry(item, close) : div('rule', 'separator'));
  list.addEventListener('keydown', (event) => {
    const entries = [...list.querySelectorAll<HTMLElement>('[role^=menuitem]')];
    const at = entries.indexOf(event.target as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: entries.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    entries[(to + entries.length) % entries.length]?.focus();
  });
  return list;
}

function entry(item: Item, close: () => void): HTMLElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.tabIndex = -1;
  button.setAttribute('role', item.checked === undefined ? 'menuitem' : 'menuitemcheckbox');
  if (item.checked !== undefined) button.setAttribute('aria-checked', String(item.checked));
  const label = document.createElement('span');
  label.textContent = item.label;
  button.append(label);
  if (item.keys) {
    const keys = document.createElement('kbd');
    keys.textContent = item.keys;
    button.append(keys);
  }
  button.addEventListener('click', () => {
    close();
    item.act();
  });
  return button;
}

export function button(label: string, act: () => void, className = ''): HTMLButtonElement {
  const made = document.createElement('button');
  made.type = 'button';
  made.textContent = label;
  made.className = className;
  made.addEventListener('click', act);
  return made;
}

export function field<Name extends 'input' | 'select' | 'textarea'>(name: Name, label: string): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  made.setAttribute('aria-label', label);
  return made;
}
