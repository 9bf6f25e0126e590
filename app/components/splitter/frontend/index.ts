// A line between two parts that can be dragged. It sets one CSS variable on the document, which the style sheet uses
// as a width or a height; the browser remembers it. Arrows move it too, Enter folds it, a double click takes it back.

import { define, style } from '../../frontend/component';
import { h, remembered } from '../../frontend/dom';
import { clamp, step } from './sizes';
import css from './style.css?inline';

export interface Data {
  /** The CSS variable, without its two dashes; also the name it is remembered by. */
  name: string;
  /** What the variable is: the width of the part on the right or left, the height of the one above or below. */
  sizes: 'right' | 'left' | 'above' | 'below';
  initial: number;
  min: number;
  /** Pixels left to the other part at least. */
  rest: number;
  label: string;
  foldable: boolean;
}

export default define<Data>((root) => {
  style(root, css);
  const bar = h('div', { role: 'separator', tabindex: 0 });
  root.appendChild(bar);
  let data: Data | undefined;
  let size = 0;

  const space = (): number => (isWide() ? window.innerWidth : window.innerHeight);
  const isWide = (): boolean => data?.sizes === 'right' || data?.sizes === 'left';
  const put = (wanted: number, keep = true): void => {
    if (!data) return;
    size = clamp(wanted, data, space());
    document.documentElement.style.setProperty(`--${data.name}`, `${size}px`);
    document.documentElement.toggleAttribute(`data-folded-${data.name}`, size === 0);
    bar.setAttribute('aria-valuenow', String(size));
    if (keep) remembered.set(data.name, String(size));
  };
  const reset = (): void => {
    if (!data) return;
    put(data.initial, false);
    remembered.set(data.name, null);
  };

  bar.addEventListener('dblclick', reset);
  bar.addEventListener('pointerdown', (down) => {
    if (!data || down.button !== 0) return;
    down.preventDefault();
    bar.setPointerCapture(down.pointerId);
    const { sizes } = data;
    const from = isWide() ? down.clientX : down.clientY;
    const begun = size;
    const toward = sizes === 'right' || sizes === 'below' ? -1 : 1;
    const move = (event: PointerEvent): void => put(begun + toward * ((isWide() ? event.clientX : event.clientY) - from), false);
    const up = (): void => {
      bar.removeEventListener('pointermove', move);
      if (size !== begun) put(size);
    };
    bar.addEventListener('pointermove', move);
    bar.addEventListener('lostpointercapture', up, { once: true });
  });
  bar.addEventListener('keydown', (event) => {
    if (!data) return;
    const next = step(event.key, size, data, space());
    if (next === undefined) return;
    event.preventDefault();
    put(next);
  });

  return {
    update: (now) => {
      const first = data === undefined;
      data = now;
      bar.className = isWide() ? 'wide' : 'high';
      bar.setAttribute('aria-orientation', isWide() ? 'vertical' : 'horizontal');
      bar.setAttribute('aria-label', now.label);
      bar.setAttribute('aria-valuemin', String(now.foldable ? 0 : now.min));
      bar.setAttribute('aria-valuemax', String(space() - now.rest));
      if (first) put(Number(remembered.get(now.name) ?? now.initial), false);
    },
    destroy: () => undefined,
  };
});
