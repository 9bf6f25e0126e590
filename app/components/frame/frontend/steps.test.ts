import { expect, it } from 'vitest';
import { Steps } from './steps';

it('answers a click by correcting its own entry, never by a second one', () => {
  const steps = new Steps();
  expect(steps.answered(steps.begin(), 'push')).toBe('replace');
});

it('corrects the entry of a click that led to where the window was already', () => {
  const steps = new Steps();
  expect(steps.answered(steps.begin(), 'none')).toBe('replace');
});

it('lets the engine go somewhere by itself', () => {
  const steps = new Steps();
  expect(steps.answered(0, 'push')).toBe('push');
  const first = steps.begin();
  steps.answered(first, 'push');
  expect(steps.answered(first, 'push')).toBe('push');
  expect(steps.answered(first, 'none')).toBe('none');
});

it('leaves a newer entry alone when an older click is answered', () => {
  const steps = new Steps();
  const first = steps.begin();
  const second = steps.begin();
  expect(steps.answered(first, 'push')).toBe('none');
  expect(steps.answered(second, 'push')).toBe('replace');
});

it('takes clicks that reached the engine as one for answered', () => {
  const steps = new Steps();
  steps.begin();
  expect(steps.answered(steps.begin(), 'push')).toBe('replace');
  expect(steps.answered(2, 'push')).toBe('push');
});
