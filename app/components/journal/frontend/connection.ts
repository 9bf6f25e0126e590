// Streamlit's connection, seen from outside: each one says whose it is and waits in the engine until all that was typed
// has been handed over; so a new engine never draws an older text over a newer one on the screen.

import type { Hello } from './entry';
import type { Identity } from './identity';

const STREAM = '/_stcore/stream';
const AGAIN_MS = 250;

export interface Connection {
  /** Microseconds since 1970. */
  now(): number;
  /** Hand over; throws if that did not work. */
  hello(hello: Hello): Promise<void>;
  onOpen(): void;
  onLost(): void;
}

export function watchConnections({ name, left }: Identity, connection: Connection): void {
  const load = crypto.randomUUID();
  const Plain = globalThis.WebSocket;
  let turn = 0;

  const handOver = async (mine: number, socket: WebSocket): Promise<void> => {
    while (mine === turn && socket.readyState === Plain.CONNECTING) {
      try {
        await connection.hello({ load, turn: mine });
        return;
      } catch {
        await new Promise((done) => setTimeout(done, AGAIN_MS));
      }
    }
  };

  class Named extends Plain {
    constructor(url: string | URL, protocols?: string | string[]) {
      const to = new URL(url, location.href);
      const ours = to.pathname.endsWith(STREAM);
      if (ours) {
        turn += 1;
        // The address too: what Streamlit says of it is that of the document's beginning.
        const seen = turn > 1 ? Math.floor(connection.now()) : left; // the same document has shown all until now
        const told = { window: name, load, turn, address: location.search, left: seen };
        for (const [name, value] of Object.entries(told)) to.searchParams.set(name, String(value));
      }
      super(to, protocols);
      if (!ours) return;
      const mine = turn;
      this.addEventListener('open', () => connection.onOpen());
      this.addEventListener('close', () => {
        if (mine === turn) connection.onLost();
      });
      void handOver(mine, this);
    }
  }
  globalThis.WebSocket = Named;
}
