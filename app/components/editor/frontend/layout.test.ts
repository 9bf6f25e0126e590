import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { laidOut, NotLaidOutError, same } from './layout';

const CASES = join(import.meta.dirname, '../../../../tests/contracts/sql_statements.json');
const cases = JSON.parse(readFileSync(CASES, 'utf-8')) as { text: string }[];
const engines = [
  "select a->>'$.b' as c, d::int, e[1:2] from t",
  'select list_transform([1, 2], lambda x: x + 1)',
  'from sales select * exclude (town) where $least <= amount',
  "select * from t where a ilike '%;%' and b in (1, 2) order by all limit 10%",
  'pivot sales on town using sum(amount)',
  'select count(*) filter (where a > 1), sum(b) over (partition by c order by d rows between 1 preceding and current row) from t',
];

describe('a statement laid out by the library', () => {
  it.each([...cases.map((one) => one.text), ...engines])('is the same statement or is left alone: %s', async (sql) => {
    try {
      const text = await laidOut(sql);
      expect(same(sql, text)).toBe(true);
    } catch (error) {
      expect(error).toBeInstanceOf(NotLaidOutError);
    }
  });
  it('stands in lines', async () => {
    const text = await laidOut('select a, b from t where c = 1 group by all');
    expect(text.split('\n').length).toBeGreaterThan(4);
  });
});
