// What is wrong with a field, under it. While a person types the engine is asked after a short pause, without a run of
// the page; an answer that comes too late for what stands there by then is dropped.

import { define, style } from '../../frontend/component';
import { h } from '../../frontend/dom';
import { differs } from '../../frontend/journal';
import css from './style.css?inline';

/** The key of a field, what it is called, and what is wrong with it. */
type Problem = [string, string, string];

interface Data {
  field: string;
  problem: string;
  check: string | null;
  dirty: boolean;
  differs: boolean;
  list?: Problem[];
  label?: string;
}

const PAUSE_MS = 200;

export default define<Data>((root) => {
  style(root, css);
  const line = h('p', { role: 'status' });
  root.appendChild(line);
  let data: Data | undefined;
  let timer = 0;
  let asked = 0;

  const field = (): Element | null => (data ? document.querySelector(`.st-key-${CSS.escape(data.field)}`) : null);
  const tell = (problem: string): void => {
    line.textContent = problem;
    const input = field()?.querySelector('input, textarea');
    if (problem) input?.setAttribute('aria-invalid', 'true');
    else input?.removeAttribute('aria-invalid');
  };
  const ask = async (text: string): Promise<void> => {
    const mine = ++asked;
    const check = data?.check;
    if (!check) return;
    const answer = await fetch('/check', { method: 'POST', body: JSON.stringify({ check, text }) }).catch(() => undefined);
    if (mine !== asked || !answer?.ok) return;
    const { problem } = (await answer.json()) as { problem: string };
    if (mine === asked) tell(problem);
  };
  const typed = (event: Event): void => {
    const target = event.target;
    if (!data?.check || !(target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement)) return;
    if (!target.closest(`.st-key-${CSS.escape(data.field)}`)) return;
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void ask(target.value), PAUSE_MS);
  };
  document.addEventListener('input', typed, { capture: true });
  return {
    update: (now) => {
      data = now;
      if (now.list) {
        drawList(root, now.list, now.label ?? '');
        return;
      }
      window.clearTimeout(timer);
      asked += 1; // what the page says now is newer than any answer under way
      tell(now.problem);
      field()?.toggleAttribute('data-dirty', now.dirty);
      differs(now.field, now.differs);
    },
    destroy: () => {
      window.clearTimeout(timer);
      document.removeEventListener('input', typed, { capture: true });
    },
  };
});

/** All that is wrong with a form; a click leads to the field. */
function drawList(root: Parameters<typeof style>[0], problems: Problem[], label: string): void {
  const lines = problems.map(([field, name, problem]) =>
    h('li', {}, h('button', { type: 'button', onclick: () => lead(field) }, h('b', {}, name), ' ', problem)),
  );
  root.querySelector('ul')?.remove();
  root.appendChild(h('ul', { 'aria-label': label }, ...lines));
}

function lead(field: string): void {
  const place = document.querySelector(`.st-key-${CSS.escape(field)}`);
  place?.scrollIntoView({ block: 'center' });
  place?.querySelector<HTMLElement>('input, textarea, [role="combobox"], [role="slider"], button')?.focus();
}
