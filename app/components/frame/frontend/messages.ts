// Messages at the bottom right: five seconds, longer while the pointer or the focus is on them, with Undo where what
// they tell can be undone.

import { h, icon } from '../../frontend/dom';
import type { Root } from '../../frontend/component';

export interface Message {
  id: string;
  text: string;
  undo: boolean;
}

export const SHOWN_MS = 5_000;

export function messages(root: Root, onUndo: (id: string) => void) {
  const list = h('div', { class: 'messages', role: 'status', 'aria-live': 'polite' });
  root.appendChild(list);
  const seen = new Set<string>();

  const add = (message: Message, texts: { undo: string; dismiss: string }): void => {
    seen.add(message.id);
    let timer = 0;
    const gone = (): void => line.remove();
    const wait = (): void => {
      timer = window.setTimeout(gone, SHOWN_MS);
    };
    const hold = (): void => window.clearTimeout(timer);
    const undo = message.undo && h('button', { type: 'button', onclick: () => (onUndo(message.id), gone()) }, texts.undo);
    const close = h('button', { type: 'button', class: 'close', 'aria-label': texts.dismiss, title: texts.dismiss, onclick: gone }, icon('close'));
    const line = h('div', { class: 'message', onmouseenter: hold, onmouseleave: wait, onfocusin: hold, onfocusout: wait }, h('span', {}, message.text), undo, close);
    list.appendChild(line);
    wait();
  };
  return {
    show(all: Message[], texts: { undo: string; dismiss: string }): void {
      for (const message of all) if (!seen.has(message.id)) add(message, texts);
    },
  };
}
