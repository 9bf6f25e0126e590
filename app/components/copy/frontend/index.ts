// A button that copies a text. A web view that forbids the clipboard to scripts gets the old way, by a selection.

import { define, style } from '../../frontend/component';
import { h } from '../../frontend/dom';
import css from './style.css?inline';

interface Data {
  text: string;
  label: string;
  copied: string;
}

const SAID_MS = 2_000;

export default define<Data>((root) => {
  style(root, css);
  let data: Data | undefined;
  const button = h('button', { type: 'button' });
  const said = h('span', { role: 'status', class: 'said' });
  root.append(button, said);
  button.addEventListener('click', () => {
    if (!data) return;
    const { text, copied } = data;
    void copy(text).then(() => {
      said.textContent = copied;
      window.setTimeout(() => (said.textContent = ''), SAID_MS);
    });
  });
  return {
    update: (now) => {
      data = now;
      button.textContent = now.label;
    },
    destroy: () => undefined,
  };
});

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = h('textarea', { 'aria-hidden': 'true', style: 'position:fixed;opacity:0' });
    area.value = text;
    document.body.appendChild(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
}
