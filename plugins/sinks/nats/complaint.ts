/** What a server says that it does not like, `-ERR '…'`: nats-io/nats-server server/client.go, sendErr. */
import type { ServerMessage } from "./protocol.ts";

type Told = Extract<ServerMessage, { kind: "error" }>;

/** Of one publication; the connection goes on. Its subject is quoted as in Go, which is JSON's for what is printable. */
const ABOUT_ONE = /^Permissions Violation for Publish to ("(?:[^"\\]|\\.)*")$/;

/** What to look at; nothing where the words say all. */
const HINTS: readonly (readonly [RegExp, string])[] = [
  [/^Authorization Violation$/, "it wants other credentials"],
  [/^(?:User|Account) Authentication Expired$/, "it wants new credentials"],
  [/^Permissions Violation /, "it does not allow this"],
];

export class Complaint extends Error {
  /** Of what was published and went nowhere; absent: it is about the connection. */
  readonly subject: string | undefined;

  constructor({ text }: Told) {
    const hint = HINTS.find(([words]) => words.test(text))?.[1];
    super(`the server says: ${text}${hint ? ` (${hint})` : ""}`);
    this.subject = subjectIn(text);
  }
}

function subjectIn(text: string): string | undefined {
  try {
    return JSON.parse(ABOUT_ONE.exec(text)?.[1] ?? "null") ?? undefined;
  } catch {
    return undefined;
  }
}

/** Of a message that nobody is going to take, whenever it is sent. */
export class Unwanted extends Error {}
