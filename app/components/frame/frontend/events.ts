// What the engine pushes: which stored things changed, and what the status bar shows. The page asks for nothing by
// itself; only a change that concerns what it shows makes it draw something anew.

import { signal } from '../../frontend/signals';

interface Pushed {
  tags: string[];
  status?: { items: unknown[]; badges: Record<string, number> };
}

const ELSEWHERE = 'elsewhere';
const GATHER_MS = 150;

export function pushed(watched: () => Set<string>, onChange: (tags: string[]) => void): () => void {
  const waiting = new Set<string>();
  let timer = 0;
  const source = new EventSource('/events');

  const flush = (): void => {
    timer = 0;
    if (document.hidden || waiting.size === 0) return;
    const tags = [...waiting];
    waiting.clear();
    onChange(tags);
  };
  const hear = (event: MessageEvent<string>): void => {
    const { tags, status } = JSON.parse(event.data) as Pushed;
    if (status) signal('bestand:status', status);
    for (const tag of concerning(tags, watched())) waiting.add(tag);
    if (waiting.size > 0 && timer === 0) timer = window.setTimeout(flush, GATHER_MS);
  };
  source.addEventListener('message', hear);
  document.addEventListener('visibilitychange', flush);
  return () => {
    source.close();
    window.clearTimeout(timer);
    document.removeEventListener('visibilitychange', flush);
  };
}

/** The tags that concern what is shown; what another process did may be anything. */
export function concerning(tags: string[], watched: Set<string>): string[] {
  return tags.includes(ELSEWHERE) ? [...watched] : tags.filter((tag) => watched.has(tag));
}
