// How large a part may be, and what the keys do to it.

export interface Limits {
  sizes: 'right' | 'left' | 'above' | 'below';
  initial: number;
  min: number;
  rest: number;
  foldable: boolean;
}

const STEP = 16;

/** The nearest size that is allowed; a part that may be folded is folded below half of its least size. */
export function clamp(wanted: number, limits: Limits, space: number): number {
  if (!Number.isFinite(wanted)) return limits.initial;
  if (limits.foldable && wanted < limits.min / 2) return 0;
  const most = Math.max(space - limits.rest, limits.min);
  return Math.round(Math.min(Math.max(wanted, limits.min), most));
}

/** The size after a key, before it is clamped; undefined if the key means nothing. */
export function step(key: string, size: number, limits: Limits, space: number): number | undefined {
  const grow = { right: 'ArrowLeft', left: 'ArrowRight', above: 'ArrowDown', below: 'ArrowUp' }[limits.sizes];
  const shrink = { right: 'ArrowRight', left: 'ArrowLeft', above: 'ArrowUp', below: 'ArrowDown' }[limits.sizes];
  if (key === grow) return size === 0 ? limits.min : size + STEP;
  if (key === shrink) return size <= limits.min ? (limits.foldable ? 0 : size) : size - STEP;
  if (key === 'Home') return limits.min;
  if (key === 'End') return space;
  if (key === 'Enter' && limits.foldable) return size === 0 ? limits.initial : 0;
  return undefined;
}
