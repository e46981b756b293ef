/** What clients of a server may take up. Each bound has a counter in `WebCounters`. */
export interface WebLimits {
  /** Connections at a time; the one whose client has been waited for longest makes room for a new one. */
  readonly maxConnections: number;
  /** Of those, from one address. */
  readonly maxConnectionsOfAddress: number;
  /**
   * Requests at a time, of all connections; room is made as for a connection. Beyond that there is room
   * for one of each connection.
   */
  readonly maxRequests: number;
  /** Of those, on one connection of HTTP/2, 70 KB each; more are refused, and four times as many end it. */
  readonly maxRequestsOfConnection: number;
  /** On one connection of HTTP/1.1, before the first is answered; with more it is ended. */
  readonly maxPipelined: number;
  /** Requests that are begun in one turn of the event loop. */
  readonly maxRequestsOfTurn: number;
  /** Until a connection has brought its first request: handshake, headers. */
  readonly firstRequestMs: number;
  /** Between two requests: longer than the 90 s for which Go's clients keep connections. */
  readonly idleMs: number;
  /** From the headers of a request to the end of its answer. */
  readonly requestMs: number;
  /** For what a client still sends after it was refused: so that it gets to see the answer. */
  readonly lingerMs: number;
  /** Bytes of all headers of a request. */
  readonly maxHeaderBytes: number;
  /** Of HTTP/1.1, where each takes ten times the memory of its bytes. */
  readonly maxHeaders: number;
  /** Bytes of answers that clients have not taken yet; those of some KB find room always. */
  readonly maxAnswerBytes: number;
  /** For requests that are under way when the server shuts down. */
  readonly drainMs: number;
}

export const STANDARD_LIMITS: WebLimits = {
  maxConnections: 512,
  maxConnectionsOfAddress: 128,
  maxRequests: 512,
  maxRequestsOfConnection: 32,
  maxPipelined: 4,
  maxRequestsOfTurn: 8,
  firstRequestMs: 10_000,
  idleMs: 120_000,
  requestMs: 120_000,
  lingerMs: 2000,
  maxHeaderBytes: 16 << 10,
  maxHeaders: 100,
  maxAnswerBytes: 64 << 20,
  drainMs: 10_000,
};

/**
 * `handshakeTimeout` of TLS servers whose `Connections` keep the time. In Deno 2.9.6 a timer of theirs
 * holds each connection that never came to a session, 17 KB, until it fires; 0 stands for 120 s.
 */
export const NO_HANDSHAKE_TIMER = -1;
