import { describe, expect, it, vi } from 'vitest';
import { BLOCK, Store, type Fetch } from './store';
import type { BlockAnswer } from './types';

interface Asked {
  offset: number;
  places: number[];
  signal: AbortSignal;
  answer: (answer: Partial<BlockAnswer>) => Promise<void>;
  fail: (error: unknown) => Promise<void>;
}

function engine(total = 10_000) {
  const asked: Asked[] = [];
  const settle = (): Promise<void> => new Promise((done) => setTimeout(done));
  const fetch: Fetch = (offset, _limit, places, signal) =>
    new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new DOMException('', 'AbortError')));
      asked.push({
        offset,
        places,
        signal,
        answer: (answer) => {
          const cells = Object.fromEntries(places.map((place) => [place, Array.from({ length: BLOCK }, (_one, row) => `${offset + row}/${place}`)]));
          resolve({ offset, order: null, total, so_far: total, numbers: { from: offset + 1, count: BLOCK }, cells, cut: {}, ...answer });
          return settle();
        },
        fail: (error) => {
          reject(error);
          return settle();
        },
      });
    });
  const listener = { loaded: vi.fn(), ordering: vi.fn(), failed: vi.fn() };
  let now = 0;
  const store = new Store(fetch, listener, () => now);
  return { asked, listener, store, settle, wait: (ms: number) => (now += ms) };
}

describe('the rows a browser holds', () => {
  it('come in blocks of the wanted columns and are asked for once', async () => {
    const { asked, store, listener } = engine();
    store.want(190, 230, [0, 2]);
    expect(asked.map((one) => [one.offset, one.places])).toEqual([[0, [0, 2]], [BLOCK, [0, 2]]]);
    await asked[0]?.answer({});
    await asked[1]?.answer({ cut: { 2: [5] } });
    store.want(190, 230, [0, 2]);
    expect(asked).toHaveLength(2);
    expect(listener.loaded).toHaveBeenCalledTimes(2);
    expect([store.text(199, 0), store.text(205, 2), store.isCut(205, 2), store.number(205), store.text(5_000, 0)]).toEqual(['199/0', '205/2', true, 206, undefined]);
  });
  it('gain columns when these come into sight', async () => {
    const { asked, store } = engine();
    store.want(0, 30, [0, 1]);
    await asked[0]?.answer({});
    store.want(0, 30, [1, 2]);
    expect(asked[1]?.places).toEqual([2]);
    await asked[1]?.answer({});
    expect([store.text(3, 0), store.text(3, 2)]).toEqual(['3/0', '3/2']);
  });
  it('are loaded while a person scrolls on, two requests at a time, the newest wish next', async () => {
    const { asked, store } = engine();
    for (let block = 0; block < 20; block += 1) store.want(block * BLOCK, block * BLOCK + 30, [0]);
    expect(asked.map((one) => one.offset)).toEqual([0, BLOCK]);
    await asked[0]?.answer({});
    expect(asked.at(-1)?.offset).toBe(19 * BLOCK);
  });
  it('nobody needs any more are taken back, but only when they take long', async () => {
    const { asked, store, settle, wait, listener } = engine();
    store.want(0, 30, [0]);
    store.want(5_000, 5_030, [0]);
    expect(asked[0]?.signal.aborted).toBe(false);
    wait(1_000);
    store.want(9_000, 9_030, [0]);
    await settle();
    expect(asked[0]?.signal.aborted).toBe(true);
    expect(asked.at(-1)?.offset).toBe(9_000);
    expect(listener.failed).not.toHaveBeenCalled();
  });
  it('that are not in order yet wait until asked again', async () => {
    const { asked, store, listener } = engine();
    store.want(5_000, 5_030, [0]);
    await asked[0]?.answer({ pending: true, order: { fraction: 0.5, rows: 10 } });
    expect(listener.ordering).toHaveBeenCalledWith({ fraction: 0.5, rows: 10 }, true);
    store.want(5_000, 5_030, [0]);
    expect(asked).toHaveLength(1);
    store.retry();
    expect(asked).toHaveLength(2);
  });
  it('that could not be fetched are told once, not asked for in a circle', async () => {
    const { asked, store, listener } = engine();
    store.want(0, 30, [0]);
    await asked[0]?.fail(new Error('no'));
    expect(asked).toHaveLength(1);
    expect(listener.failed).toHaveBeenCalledTimes(1);
    store.want(0, 30, [0]);
    expect(asked).toHaveLength(2);
  });
  it('of a source that grows come again while the former ones stay', async () => {
    const { asked, store } = engine();
    store.want(0, 30, [0]);
    await asked[0]?.answer({ total: null, so_far: 1, numbers: { from: 1, count: 1 }, cells: { 0: ['a'] } });
    expect([store.total, store.rows]).toEqual([null, 1]);
    store.grown();
    expect([asked.length, store.text(0, 0)]).toEqual([2, 'a']);
    await asked[1]?.answer({ total: 2, so_far: 2, numbers: { from: 1, count: 2 }, cells: { 0: ['a', 'b'] } });
    expect([store.total, store.text(1, 0), store.number(1)]).toEqual([2, 'b', 2]);
  });
  it('are missing where they are null, which is not empty', async () => {
    const { asked, store } = engine();
    store.want(0, 2, [0]);
    await asked[0]?.answer({ cells: { 0: [null, ''] } });
    expect([store.text(0, 0), store.text(1, 0)]).toEqual([null, '']);
  });
  it('stay few however far a person scrolls', async () => {
    const { asked, store } = engine(10_000_000);
    const places = Array.from({ length: 150 }, (_one, place) => place);
    for (let block = 0; block < 80; block += 1) {
      store.want(block * BLOCK, block * BLOCK + 30, places);
      await asked.at(-1)?.answer({});
    }
    expect(store.text(0, 0)).toBeUndefined();
    expect(store.text(79 * BLOCK, 0)).toBe(`${79 * BLOCK}/0`);
  });
});
