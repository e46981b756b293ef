/** What a sink and its other end have said to each other, for people who want to see it. */

/** A request and its answer. Nothing is masked: who shows it does that. */
export interface HttpExchange {
  readonly kind: "http";
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** As it was before it was compressed. */
  readonly body: string | Uint8Array;
  readonly ms: number;
  /** Absent: none came. */
  readonly reply?: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
    readonly body: string;
  };
}

/** A message over any other protocol. */
export interface MessageExchange {
  readonly kind: "message";
  /** Where within the other end: a subject, a queue, a key. */
  readonly place?: string;
  readonly sent: string;
  /** What the other end said; absent: its protocol has no answers. */
  readonly answer?: string;
  /** It was to be sent: nobody was there, or who was there broke off. */
  readonly isUnsent?: boolean;
  /** By what it went, where nobody can know whether it has come: "UDP". */
  readonly unconfirmed?: string;
}

export type Exchange = HttpExchange | MessageExchange;
