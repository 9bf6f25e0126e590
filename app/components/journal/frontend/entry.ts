// What is kept of one field, and what the engine says about it.

export interface Entry {
  window: string;
  key: string;
  /** Orders the values: microseconds since 1970, and always more than the last one. */
  seq: number;
  value: unknown;
}

export interface Ack {
  key: string;
  seq: number;
  revision: number;
  /** The highest number of the field, of any window. */
  head: number;
  /** Another window has put something else there since this one was opened. */
  clash?: boolean;
}

export interface Refused {
  key?: string;
  seq?: number;
  why: string;
  message: string;
}

export interface Answer {
  acks: Ack[];
  refused: Refused[];
  /** The highest number of all fields. */
  head: number;
}

/** Which connection of which document a hello is for. */
export interface Hello {
  load: string;
  turn: number;
}

/** Why something could not be sent: the engine does not answer, or it says why it cannot. */
export class NotTaken extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}
