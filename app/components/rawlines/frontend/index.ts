// The raw file as a component of the page; see view.ts for what it is.

import { define, style } from '../../frontend/component';
import css from './style.css?inline';
import { RawView, type Data } from './view';

export default define<Data>((root, outlet) => {
  style(root, css);
  let view: RawView | undefined;
  return {
    update(data) {
      if (view) view.update(data);
      else view = new RawView(root, outlet, data);
    },
    destroy() {
      view?.destroy();
    },
  };
});
