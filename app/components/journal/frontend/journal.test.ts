import { beforeEach, describe, expect, it } from 'vitest';
import { type Answer, type Entry, NotTaken } from './entry';
import { inPosts, Journal, LONGEST_MS, PAUSE_MS, type State, VALUE_LIMIT } from './journal';
import type { Store } from './store';

/** A browser's store, a clock that is turned by hand, and an engine that does as it is told. */
class World {
  time = 1_000_000;
  stored = new Map<string, Entry>();
  storeFails = false;
  timers: { act: () => void; at: number }[] = [];
  posts: { window: string; entries: Entry[]; hello?: unknown }[] = [];
  beacons: Entry[][] = [];
  states: State[] = [];
  fields: [string, string][] = [];
  engine: (entries: readonly Entry[]) => Promise<Answer> = (entries) => Promise.resolve(acknowledge(entries));
  store: Store = {
    put: (entries) => {
      if (this.storeFails) return Promise.reject(new Error('full'));
      entries.forEach((one) => this.stored.set(one.window + one.key, one));
      return Promise.resolve();
    },
    all: () => Promise.resolve([...this.stored.values()]),
    clear: (window, acks) => {
      for (const { key, seq } of acks) if ((this.stored.get(window + key)?.seq ?? Infinity) <= seq) this.stored.delete(window + key);
      return Promise.resolve();
    },
  };
  journal = new Journal({
    window: 'me',
    store: Promise.resolve(this.store),
    post: (window, entries, hello) => {
      this.posts.push({ window, entries: [...entries], hello });
      return this.engine(entries);
    },
    beacon: (_window, entries) => this.beacons.push([...entries]),
    now: () => this.time * 1000,
    later: (act, ms) => {
      const timer = { act, at: this.time + ms };
      this.timers.push(timer);
      return () => {
        this.timers = this.timers.filter((one) => one !== timer);
      };
    },
    onState: (state) => this.states.push(state),
    onStored: () => undefined,
    onClash: (key) => this.fields.push([key, 'clash']),
    onField: (key, message) => this.fields.push([key, message]),
  });

  async pass(ms: number): Promise<void> {
    const until = this.time + ms;
    for (;;) {
      const next = this.timers.filter((one) => one.at <= until).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.time = Math.max(this.time, next.at);
      this.timers = this.timers.filter((one) => one !== next);
      next.act();
      await settled();
    }
    this.time = until;
    await settled();
  }
}

async function settled(): Promise<void> {
  for (let i = 0; i < 30; i += 1) await Promise.resolve();
}

function acknowledge(entries: readonly Entry[], head = 0): Answer {
  const acks = entries.map(({ key, seq }) => ({ key, seq, revision: 1, head: seq }));
  return { acks, refused: [], head: Math.max(head, ...entries.map((one) => one.seq)) };
}

let world: World;
beforeEach(() => {
  world = new World();
});

describe('the way of a key', () => {
  it('is in the store at once and leaves it only when the engine has it on the disk', async () => {
    world.journal.put('v__f', 'half');
    await settled();
    expect([...world.stored.values()].map((one) => one.value)).toEqual(['half']);
    await world.pass(PAUSE_MS);
    expect(world.posts.map((one) => one.entries.map((entry) => entry.value))).toEqual([['half']]);
    expect(world.stored.size).toBe(0);
    expect(world.states).toEqual(['typing', 'saving', 'saved']);
  });

  it('reaches the engine 500 ms after the oldest unsent one when somebody never pauses', async () => {
    for (let i = 0; i < 12; i += 1) {
      world.journal.put('v__f', 'x'.repeat(i));
      await world.pass(50);
    }
    expect(world.posts.length).toBe(1);
    expect(world.time - 1_000_000).toBeGreaterThanOrEqual(LONGEST_MS);
  });

  it('is not saved by an answer to an older one', async () => {
    let answer: (told: Answer) => void = () => undefined;
    world.engine = () => new Promise((done) => (answer = done));
    world.journal.put('v__f', 'one');
    await world.pass(PAUSE_MS);
    world.journal.put('v__f', 'two');
    await settled();
    answer(acknowledge(world.posts[0]!.entries));
    await settled();
    expect(world.journal.waiting).toBe(1);
    expect([...world.stored.values()].map((one) => one.value)).toEqual(['two']);
    expect(world.journal.present.state).not.toBe('saved');
  });

  it('has a number higher than any the engine has seen, whatever the clock says', async () => {
    world.engine = (entries) => Promise.resolve(acknowledge(entries, 9e15));
    world.journal.put('v__f', 'one');
    await world.pass(PAUSE_MS);
    world.time -= 500_000;
    expect(world.journal.put('v__f', 'two')).toBeGreaterThan(9e15);
  });

  it('goes with the page as it leaves, and stays in the store', async () => {
    world.journal.put('v__f', 'half');
    await settled();
    world.journal.leave();
    expect(world.beacons.map((some) => some.map((one) => one.value))).toEqual([['half']]);
    expect(world.stored.size).toBe(1);
  });

  it('replaces half a character, which nobody could keep', () => {
    world.journal.put('v__f', 'a\ud83d');
    world.journal.leave();
    expect(world.beacons[0]![0]!.value).toBe('a\ufffd');
  });
});

describe('when it goes wrong', () => {
  it('says offline while the engine is away, tries again by itself and says saved in the end', async () => {
    world.engine = () => Promise.reject(new NotTaken('offline', ''));
    world.journal.put('v__f', 'half');
    await world.pass(2_000);
    expect(world.journal.present.state).toBe('offline');
    world.journal.put('v__f', 'half and more');
    expect(world.journal.present.state).toBe('offline');
    world.engine = (entries) => Promise.resolve(acknowledge(entries));
    await world.pass(6_000);
    expect(world.journal.present.state).toBe('saved');
    expect(world.posts.at(-1)!.entries.map((one) => one.value)).toEqual(['half and more']);
  });

  it('says that the disk is full when the engine says so', async () => {
    world.engine = () => Promise.reject(new NotTaken('disk_full', 'full'));
    world.journal.put('v__f', 'half');
    await world.pass(PAUSE_MS);
    expect(world.journal.present.state).toBe('full');
    expect(world.stored.size).toBe(1);
  });

  it('still tells the engine when the browser has no room', async () => {
    world.storeFails = true;
    world.journal.put('v__f', 'half');
    await world.pass(PAUSE_MS);
    expect(world.journal.present.state).toBe('saved');
  });

  it('says at the field that a text is too long, and keeps it again when it is shorter', async () => {
    world.journal.put('v__f', 'x'.repeat(VALUE_LIMIT + 1));
    expect(world.fields).toEqual([['v__f', 'size']]);
    expect(world.journal.present.state).toBe('refused');
    world.journal.put('v__f', 'short');
    await world.pass(PAUSE_MS);
    expect(world.fields.at(-1)).toEqual(['v__f', '']);
    expect(world.journal.present.state).toBe('saved');
  });

  it('says that another window has something else there, until it has not', async () => {
    world.engine = (entries) => {
      const told = acknowledge(entries);
      return Promise.resolve({ ...told, acks: told.acks.map((one) => ({ ...one, clash: world.posts.length === 1 })) });
    };
    world.journal.put('v__f', 'mine');
    await world.pass(PAUSE_MS);
    expect(world.journal.present.state).toBe('conflict');
    expect(world.fields).toEqual([['v__f', 'clash']]);
    world.journal.put('v__f', 'theirs');
    await world.pass(PAUSE_MS);
    expect(world.journal.present.state).toBe('saved');
  });

  it('says so too when the page knows it, after a reload, and no longer when the other value was taken', async () => {
    world.journal.differs('v__f', true);
    expect(world.journal.present.state).toBe('conflict');
    world.journal.put('v__f', 'mine');
    world.journal.differs('v__f', false); // drawn before that key was heard of
    world.engine = (entries) => {
      const told = acknowledge(entries);
      return Promise.resolve({ ...told, acks: told.acks.map((one) => ({ ...one, clash: true })) });
    };
    await world.pass(PAUSE_MS);
    expect(world.journal.present.state).toBe('conflict');
    world.journal.differs('v__f', false);
    expect(world.journal.present.state).toBe('saved');
  });

  it('says nothing of saving when somebody only scrolls', async () => {
    world.journal.put('scroll__data', 120);
    await world.pass(PAUSE_MS);
    expect(world.posts.length).toBe(1);
    expect(world.states).toEqual([]);
  });

  it('does not send again what the engine refused', async () => {
    world.engine = (entries) =>
      Promise.resolve({ acks: [], refused: entries.map(({ key, seq }) => ({ key, seq, why: 'room', message: '' })), head: 0 });
    world.journal.put('v__f', 'half');
    await world.pass(10_000);
    expect(world.posts.length).toBe(1);
    expect(world.journal.present.state).toBe('refused');
  });

  it('sends nothing while nobody types', async () => {
    await world.pass(60_000);
    expect(world.posts).toEqual([]);
    expect(world.timers).toEqual([]);
  });
});

describe('a hello', () => {
  it('hands over what closed windows left before what this one has, and only then names the connection', async () => {
    world.stored.set('otherv__f', { window: 'other', key: 'v__f', seq: 5, value: 'left behind' });
    world.journal.put('v__g', 'mine');
    await world.journal.hello({ load: 'l', turn: 1 });
    expect(world.posts.map((one) => [one.window, one.entries.map((entry) => entry.value), one.hello])).toEqual([
      ['other', ['left behind'], undefined],
      ['me', ['mine'], { load: 'l', turn: 1 }],
    ]);
    expect(world.stored.size).toBe(0);
    expect(world.journal.present.state).toBe('saved');
  });

  it('is said with nothing, too', async () => {
    await world.journal.hello({ load: 'l', turn: 1 });
    expect(world.posts).toEqual([{ window: 'me', entries: [], hello: { load: 'l', turn: 1 } }]);
  });

  it('fails when the engine does not take it', async () => {
    world.engine = () => Promise.reject(new NotTaken('offline', ''));
    await expect(world.journal.hello({ load: 'l', turn: 1 })).rejects.toThrow();
  });
});

it('puts entries into posts the engine takes', () => {
  const entry = (key: string, chars: number): Entry => ({ window: 'w', key, seq: 1, value: 'x'.repeat(chars) });
  const posts = inPosts([entry('a', 1_000_000), entry('b', 900_000), entry('c', 10), entry('d', 10)]);
  expect(posts.map((some) => some.map((one) => one.key))).toEqual([['a'], ['b', 'c', 'd']]);
});
