// Finds the drawing of ECharts behind an element: React hangs what made an element on the element, and the states
// of each component in a list.

/** What is used of a drawing of ECharts. */
export interface Drawing {
  dispatchAction(action: object): void;
  getModel(): { getComponent(name: string): object | null | undefined } | undefined;
  getOption(): Record<string, unknown>;
  isDisposed(): boolean;
  off(event: string, handler: () => void): void;
  on(event: string, handler: () => void): void;
  setOption(option: object): void;
}

interface Hook {
  memoizedState?: unknown;
  next?: Hook | null;
}

interface Fiber {
  memoizedState?: unknown;
  return?: Fiber | null;
}

const HANGS_BY = '__reactFiber$';
const LEVELS = 12;

/** Return the drawing behind an element; undefined if there is none, or not yet. */
export function drawingIn(element: Element | null): Drawing | undefined {
  if (!element) return undefined;
  const name = Object.keys(element).find((key) => key.startsWith(HANGS_BY));
  let fiber = name ? ((element as unknown as Record<string, unknown>)[name] as Fiber | null | undefined) : undefined;
  for (let level = 0; fiber && level < LEVELS; level += 1, fiber = fiber.return) {
    const found = drawingOf(fiber.memoizedState);
    if (found) return found;
  }
  return undefined;
}

function drawingOf(states: unknown): Drawing | undefined {
  let hook = isObject(states) && 'next' in states ? (states as Hook) : undefined;
  while (hook) {
    if (isDrawing(hook.memoizedState)) return hook.memoizedState;
    hook = hook.next ?? undefined;
  }
  return undefined;
}

function isDrawing(state: unknown): state is Drawing {
  return isObject(state) && 'dispatchAction' in state && 'getModel' in state && 'isDisposed' in state;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
