// The grid as a component of the page; see grid.ts for what it is.

import { define, style } from '../../frontend/component';
import { Grid } from './grid';
import css from './style.css?inline';
import type { Data } from './types';

export default define<Data>((root, outlet) => {
  style(root, css);
  let grid: Grid | undefined;
  return {
    update(data) {
      if (grid) grid.update(data);
      else grid = new Grid(root, outlet, data);
    },
    destroy() {
      grid?.destroy();
    },
  };
});
