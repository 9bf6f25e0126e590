import { describe, expect, it } from 'vitest';
import { numbers, times, written } from './written';

describe('what stands at the axes', () => {
  it('is written as the language writes numbers', () => {
    expect(numbers('de')(1234.5)).toBe('1.234,5');
    expect(numbers('en')(1234.5)).toBe('1,234.5');
    expect(numbers('en')(0.1 + 0.2)).toBe('0.3');
    expect(numbers('en')(2e-8)).toBe('0.00000002');
  });

  it('says of a moment what it is the beginning of', () => {
    const told = times('de');
    expect(told(new Date(2025, 0, 1).getTime())).toBe('2025');
    expect(told(new Date(2025, 2, 1).getTime())).toBe('Mär');
    expect(told(new Date(2025, 2, 9).getTime())).toBe('9. März');
    expect(told(new Date(2025, 2, 9, 14, 30).getTime())).toBe('14:30');
  });

  it('leaves places side by side as they are', () => {
    const found = written({ xAxis: [{ type: 'category' }], yAxis: [{ type: 'value' }, { type: 'value' }] }, 'de') as { xAxis: object[]; yAxis: object[] };
    expect(found.xAxis).toEqual([{}]);
    expect(found.yAxis).toHaveLength(2);
  });
});
