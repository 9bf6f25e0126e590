// The whole window takes files. They are sent to the engine one by one, then Python is told what came. A native window
// knows the path of what is dropped and handles it itself.

import { h, icon } from '../../frontend/dom';
import type { Root } from '../../frontend/component';

export interface Kept {
  id: string;
  name: string;
}

export function dropTarget(root: Root, onFiles: (files: Kept[]) => void) {
  const line = h('p', {});
  const cover = h('div', { class: 'drop', hidden: true }, icon('upload_file'), line);
  root.appendChild(cover);
  let depth = 0;
  let failed = '';

  const ours = (event: DragEvent): boolean => {
    const own = event.composedPath().some((one) => one instanceof HTMLElement && one.dataset.testid === 'stFileUploaderDropzone');
    return !own && !('pywebview' in window) && Boolean(event.dataTransfer?.types.includes('Files'));
  };
  const show = (shown: boolean): void => {
    cover.hidden = !shown;
  };
  const enter = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    depth += 1;
    show(true);
  };
  const leave = (): void => {
    depth = Math.max(depth - 1, 0);
    if (depth === 0) show(false);
  };
  const over = (event: DragEvent): void => {
    if (ours(event)) event.preventDefault();
  };
  const drop = (event: DragEvent): void => {
    depth = 0;
    show(false);
    if (!ours(event)) return;
    event.preventDefault();
    void send([...(event.dataTransfer?.files ?? [])]).then(onFiles, () => window.alert(failed));
  };
  const listeners = [
    ['dragenter', enter],
    ['dragleave', leave],
    ['dragover', over],
    ['drop', drop],
  ] as const;
  for (const [name, listener] of listeners) window.addEventListener(name, listener as EventListener);
  return {
    say(texts: { drop: string; failed: string }): void {
      line.textContent = texts.drop;
      failed = texts.failed;
    },
    end(): void {
      for (const [name, listener] of listeners) window.removeEventListener(name, listener as EventListener);
    },
  };
}

async function send(files: File[]): Promise<Kept[]> {
  const kept: Kept[] = [];
  for (const file of files) {
    const answer = await fetch(`/uploads?${new URLSearchParams({ name: file.name })}`, { method: 'POST', body: file });
    if (!answer.ok) throw new Error(await answer.text());
    kept.push((await answer.json()) as Kept);
  }
  return kept;
}
