// The part of the frame that is not seen: the address bar and its history, which view is shown, what the engine
// pushes, files that are dropped anywhere, messages. One per window, drawn last, so that it also knows when the page
// is complete.

import { define, style } from '../../frontend/component';
import { heard, signal } from '../../frontend/signals';
import { dropTarget } from './drop';
import { pushed } from './events';
import { keepHistory } from './history';
import { messages, type Message } from './messages';
import { showViews, type Shown } from './views';
import css from './style.css?inline';

interface Data {
  /** Where the window is. */
  page: string;
  params: Record<string, string>;
  /** Counts the places; with a new one the address follows as `address` says. */
  seq: number;
  address: 'push' | 'replace' | 'none';
  /** The last step of this page the engine has heard of. */
  heard: number;
  title: string;
  /** The language of the texts. */
  language: string;
  /** What the status bar says of the view. */
  facts: string[];
  /** Live views that show what they are asked for, by page: going there needs no waiting. */
  fresh: Shown;
  /** Tags whose change must be told. */
  watch: string[];
  messages: Message[];
  /** How far views were scrolled when the window was closed, in pixels. */
  scroll: Record<string, number>;
  /** The scripts of all components. */
  files: string[];
  texts: { drop: string; undo: string; dismiss: string; failed: string };
}

export default define<Data>((root, outlet) => {
  style(root, css);
  const told = (kind: string, facts: Record<string, unknown> = {}): void => outlet.trigger('told', { kind, ...facts });
  const views = showViews();
  const history = keepHistory((query, step) => told('address', { query, step }));
  const toasts = messages(root, (id) => told('undo', { id }));
  const drops = dropTarget(root, (files) => told('files', { files }));
  let watched = new Set<string>();
  const events = pushed(
    () => watched,
    (tags) => told('changed', { tags }),
  );
  const leave = heard('bestand:go', (to) => {
    views.expect(to);
    told('go', { page: to.page, params: to.params, step: history.ahead(to) });
  });
  const calm = heard('bestand:clash', (key) => told('clash', { key }));

  return {
    update: (data) => {
      watched = new Set(data.watch);
      views.show(data, data.fresh, data.files, data.scroll);
      history.follow(data, data.seq, data.address, data.heard);
      toasts.show(data.messages, data.texts);
      drops.say(data.texts);
      document.title = data.title;
      document.documentElement.lang = data.language;
      signal('bestand:at', { place: { page: data.page, params: data.params }, facts: data.facts });
    },
    destroy: () => [leave, calm, views.end, history.end, events, drops.end].forEach((end) => end()),
  };
});
