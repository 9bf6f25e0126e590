// The navigation on the left: pages with their signs and badges, the datasets below theirs, and the width of it all.
// A click tells the frame; what is current is marked at once and corrected when Python answers.

import { define } from '../../frontend/component';
import { remembered } from '../../frontend/dom';
import { heard } from '../../frontend/signals';
import { style } from '../../frontend/component';
import { draw, mark, moveFocus, type Data } from './list';
import css from './style.css?inline';

const NARROW = '48px';
/** A window as narrow as this, or one looked at in a large size, keeps its room for the view. */
const SMALL = matchMedia('(max-width: 900px)');

export default define<Data>((root) => {
  style(root, css);
  let drawn = '';
  let data: Data | undefined;
  let place = document.createElement('nav');
  root.appendChild(place);
  let search = '';

  const fold = (narrow: boolean, keep = true): void => {
    document.documentElement.style.setProperty('--bestand-nav', narrow ? NARROW : '');
    document.documentElement.toggleAttribute('data-narrow', narrow);
    if (keep) remembered.set('nav', narrow ? 'narrow' : null);
    place.classList.toggle('narrow', narrow);
    if (data) redraw(data);
  };
  const isNarrow = (): boolean => document.documentElement.hasAttribute('data-narrow');

  function redraw(now: Data): void {
    const focus = (root as ShadowRoot).activeElement?.getAttribute('data-at');
    const fresh = draw(now, {
      narrow: isNarrow(),
      search,
      onFold: () => fold(!isNarrow()),
      onSearch: (text) => {
        search = text;
        redraw(now);
      },
    });
    place.replaceWith(fresh);
    place = fresh;
    if (focus) place.querySelector<HTMLElement>(`[data-at="${CSS.escape(focus)}"]`)?.focus();
  }

  const leave = [
    heard('bestand:go', (to) => mark(place, to)),
    heard('bestand:at', (now) => {
      if (data) data.active = now.place;
      mark(place, now.place);
    }),
    heard('bestand:status', ({ badges }) => {
      if (!data) return;
      for (const page of data.pages) page.badge = badges[page.slug] ?? 0;
      refresh(data);
    }),
  ];
  root.addEventListener('keydown', (event) => moveFocus(place, event as KeyboardEvent));
  const fit = (): void => fold(SMALL.matches || remembered.get('nav') === 'narrow', false);
  SMALL.addEventListener('change', fit);
  leave.push(() => SMALL.removeEventListener('change', fit));
  fit();

  function refresh(now: Data): void {
    const { active: _, ...lasting } = now;
    const shape = JSON.stringify(lasting);
    if (shape !== drawn) {
      drawn = shape;
      redraw(now);
    }
    mark(place, now.active);
  }

  return {
    update: (now) => {
      data = structuredClone(now);
      refresh(data);
    },
    destroy: () => leave.forEach((end) => end()),
  };
});
