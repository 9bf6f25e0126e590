// Gives the drawing of a chart what its description cannot hold: the picking tool is taken whenever the chart was
// drawn, so that a range is dragged without a click before it; a tool shows everything again after zooming; numbers
// and times stand as the language writes them.
//
// Streamlit keeps the drawing of ECharts to itself, so it is looked up in what React remembers at its place. If it is
// not found there one day, the chart is as Streamlit draws it, and its tools have to be clicked.

import { define } from '../../frontend/component';
import { drawingIn, type Drawing } from './drawing';
import { written } from './written';

interface Data {
  /** Class of the place the chart is in. */
  place: string;
  /** What dragging picks, if anything. */
  brush: 'lineX' | 'rect' | null;
  /** What the tool is called that shows everything again. */
  all: string;
  locale: string;
}

const EVERY_MS = 100;
const TRIES = 100;
const ALL_ICON = 'path://M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5';

export default define<Data>(() => {
  let data: Data | undefined;
  let drawing: Drawing | undefined;
  let timer = 0;
  const done = new WeakSet<object>();

  /** A drawing made anew has another model, in which nothing of this is yet. */
  const complete = (): void => {
    const model = drawing?.isDisposed() ? undefined : drawing?.getModel()?.getComponent('xAxis');
    if (!drawing || !data || !model || done.has(model)) return;
    done.add(model);
    const feature = data.brush ? { toolbox: { feature: { myAll: { show: true, title: data.all, icon: ALL_ICON, onclick: showAll } } } } : {};
    drawing.setOption({ ...written(drawing.getOption(), data.locale), ...feature });
    if (!data.brush) return;
    const brushOption = { brushType: data.brush, brushMode: 'single' };
    drawing.dispatchAction({ type: 'takeGlobalCursor', key: 'brush', brushOption });
  };
  const showAll = (): void => drawing?.dispatchAction({ type: 'dataZoom', batch: zooms(drawing) });
  const leave = (): void => {
    clearTimeout(timer);
    if (drawing && !drawing.isDisposed()) drawing.off('finished', complete);
    drawing = undefined;
  };
  const look = (left: number): void => {
    const found = data && drawingIn(document.querySelector(`.${CSS.escape(data.place)} [data-testid="stEChartsChart"]`));
    if (found && found !== drawing && !found.isDisposed()) {
      leave();
      drawing = found;
      found.on('finished', complete);
      complete();
    }
    // The chart loads its library first; one drawn with another renderer is another drawing.
    if (left > 0) timer = window.setTimeout(() => look(left - 1), EVERY_MS);
  };

  return {
    update: (now) => {
      clearTimeout(timer);
      data = now;
      look(TRIES);
    },
    destroy: leave,
  };
});

function zooms(drawing: Drawing): object[] {
  const all = drawing.getOption()['dataZoom'];
  return (Array.isArray(all) ? all : []).map((_, index) => ({ dataZoomIndex: index, start: 0, end: 100 }));
}
