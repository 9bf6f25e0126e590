// The browser's own store: a key that is committed here outlives the page, the browser and the machine's power. One
// entry per window and field. Text leaves it only when the engine has acknowledged this or a newer one.

import type { Ack, Entry } from './entry';

const NAME = 'bestand-journal';
const PENDING = 'pending';

export interface Store {
  put(entries: readonly Entry[]): Promise<void>;
  all(): Promise<Entry[]>;
  /** Take out what was acknowledged, unless something newer came since. */
  clear(window: string, acks: readonly Pick<Ack, 'key' | 'seq'>[]): Promise<void>;
}

export async function openStore(): Promise<Store> {
  const db = await new Promise<IDBDatabase>((done, failed) => {
    const opening = indexedDB.open(NAME, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(PENDING, { keyPath: ['window', 'key'] });
    opening.onsuccess = () => done(opening.result);
    opening.onerror = () => failed(opening.error ?? new Error('the store cannot be opened'));
    opening.onblocked = () => failed(new Error('the store is blocked'));
  });
  const run = (durability: IDBTransactionDurability, act: (entries: IDBObjectStore) => void): Promise<void> =>
    new Promise((done, failed) => {
      const transaction = db.transaction(PENDING, 'readwrite', { durability });
      transaction.oncomplete = () => done();
      transaction.onabort = () => failed(transaction.error ?? new Error('the store refused'));
      act(transaction.objectStore(PENDING));
      transaction.commit();
    });
  return {
    put: (entries) => run('strict', (kept) => entries.forEach((entry) => kept.put(entry))),
    all: () =>
      new Promise((done, failed) => {
        const asked = db.transaction(PENDING, 'readonly').objectStore(PENDING).getAll();
        asked.onsuccess = () => done(asked.result as Entry[]);
        asked.onerror = () => failed(asked.error ?? new Error('the store cannot be read'));
      }),
    // Relaxed: a removal that is lost costs one more post.
    clear: (window, acks) =>
      new Promise((done, failed) => {
        const transaction = db.transaction(PENDING, 'readwrite', { durability: 'relaxed' });
        const kept = transaction.objectStore(PENDING);
        for (const { key, seq } of acks) {
          const asked = kept.get([window, key]);
          asked.onsuccess = () => {
            const found = asked.result as Entry | undefined;
            if (found && found.seq <= seq) kept.delete([window, key]);
          };
        }
        transaction.oncomplete = () => done();
        transaction.onabort = () => failed(transaction.error ?? new Error('the store refused'));
      }),
  };
}
