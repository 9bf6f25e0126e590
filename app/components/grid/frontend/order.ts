// The order behind a sorted grid: it is written while the first rows are already shown. Asks how far it is while it
// is being written and never else; a person may stop it and let it go on.

import { ask, isAborted } from './ask';
import type { OrderState } from './types';

const EVERY_MS = 400;

interface Hooks {
  /** What a request has to say of the order. */
  body: () => object;
  /** Show how far it is; null when there is nothing to show. */
  show: (order: OrderState | null, stopped: boolean) => void;
  /** Ask again for rows that were not written yet. */
  retry: () => void;
  failed: (error: unknown) => void;
}

export class OrderWatch {
  stopped = false;
  private timer = 0;
  private turn = 0; // answers to questions about a former order come too late

  constructor(private readonly hooks: Hooks) {}

  /** There is another order now. */
  reset(): void {
    this.turn += 1;
    clearTimeout(this.timer);
    this.stopped = false;
    this.hooks.show(null, false);
  }

  /** Rows came, or were not written yet; `order` is how far it is if it is being written. */
  heard(order: OrderState | null, pending: boolean): void {
    if (this.stopped) {
      this.hooks.show(null, true);
      return;
    }
    this.hooks.show(order, false);
    if (order || pending) this.later();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    this.hooks.show(null, true);
    await ask('stop', this.hooks.body()).catch(() => undefined);
  }

  /** Let it go on; asking for a row far down begins it again. */
  goOn(last: number): void {
    this.stopped = false;
    this.hooks.show({ fraction: 0, rows: 0 }, false);
    const body = { ...this.hooks.body(), offset: Math.max(last, 0), limit: 1, columns: [], begin: true };
    ask('rows', body).then(
      () => this.later(),
      (error: unknown) => this.hooks.failed(error),
    );
  }

  destroy(): void {
    this.turn += 1;
    clearTimeout(this.timer);
  }

  private later(): void {
    clearTimeout(this.timer);
    const turn = this.turn;
    this.timer = window.setTimeout(() => void this.look(turn), EVERY_MS);
  }

  private async look(turn: number): Promise<void> {
    try {
      const { order } = await ask<{ order: OrderState | null }>('order', this.hooks.body());
      if (turn !== this.turn || this.stopped) return;
      this.hooks.show(order, false);
      this.hooks.retry();
      if (order) this.later();
    } catch (error) {
      if (turn === this.turn && !isAborted(error)) this.hooks.failed(error);
    }
  }
}
