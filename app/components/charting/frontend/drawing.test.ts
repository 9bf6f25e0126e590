import { describe, expect, it } from 'vitest';
import { drawingIn } from './drawing';

const drawing = { dispatchAction: () => undefined, getModel: () => undefined, isDisposed: () => false };

describe('the drawing behind an element', () => {
  it('is found in the states of a component above it', () => {
    const states = { memoizedState: 1, next: { memoizedState: { current: null }, next: { memoizedState: drawing, next: null } } };
    const place = { '__reactFiber$x': { memoizedState: null, return: { memoizedState: states, return: null } } };
    expect(drawingIn(place as unknown as Element)).toBe(drawing);
  });

  it('is none where nothing was drawn', () => {
    expect(drawingIn(null)).toBeUndefined();
    expect(drawingIn({} as Element)).toBeUndefined();
    expect(drawingIn({ '__reactFiber$x': { memoizedState: { memoizedState: 1, next: null } } } as unknown as Element)).toBeUndefined();
  });
});
