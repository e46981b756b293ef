/**
 * A connection to PostgreSQL that only writes. Packages that do this end the program when a server says
 * the wrong thing at the login, and keep of what it says whatever there is.
 */
import type { Socket } from "node:net";
import {
  type HostAndPort,
  introduced,
  openSocket,
  secureSocket,
  type TlsSettings,
} from "../../../core/mod.ts";
import { Login } from "./login.ts";
import {
  MessageReader,
  type PostgresRefusal,
  refusalOf,
  type ServerMessage,
  SSL_REQUEST,
  startup,
  statement,
} from "./messages.ts";

export interface ConnectRequest {
  readonly to: HostAndPort | { readonly path: string };
  readonly tls: TlsSettings;
  readonly timeoutMs: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly lost: () => void;
}

export class PostgresConnection {
  readonly #socket: Socket;
  readonly #reader = new MessageReader();
  #login: Login | undefined;
  /** Somebody waits for the server to be ready again. */
  #waiting: PromiseWithResolvers<void> | undefined;
  #refusal: PostgresRefusal | undefined;
  /** The server says of the statement that it is done. */
  #isDone = false;
  #failed: Error | undefined;

  private constructor(socket: Socket, login: Login, lost: () => void) {
    this.#socket = socket;
    this.#login = login;
    socket.on("error", (error) => this.#failed ??= error);
    socket.on("data", (bytes: Uint8Array) => this.#take(bytes));
    socket.on("close", () => {
      this.#end(this.#refusal ?? this.#failed ?? new Error("PostgreSQL closed the connection"));
      lost();
    });
  }

  static async open(request: ConnectRequest): Promise<PostgresConnection> {
    const { to, tls, timeoutMs, user, password, database, lost } = request;
    const plain = await openSocket({ to, tls: { ...tls, enabled: false }, timeoutMs });
    const greet = async () => {
      const isLocal = "path" in to;
      const socket = tls.enabled && !isLocal ? await secured(plain, { to, tls, timeoutMs }) : plain;
      const login = new Login({ user, password, isPrivate: isLocal || tls.enabled });
      const connection = new PostgresConnection(socket, login, lost);
      const parameters = { user, database, application_name: "falcod", client_encoding: "UTF8" };
      await connection.#ask(startup(parameters));
      return connection;
    };
    return await introduced(plain, { timeoutMs, greet });
  }

  /** Throws a `PostgresRefusal` where the server does not do it, all or nothing. */
  run(sql: string, values: readonly (string | null)[]): Promise<void> {
    return this.#ask(statement(sql, values));
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #ask(bytes: Uint8Array): Promise<void> {
    if (this.#failed) return Promise.reject(this.#failed);
    this.#refusal = undefined;
    this.#isDone = false;
    this.#waiting = Promise.withResolvers<void>();
    if (this.#socket.destroyed) this.#end(new Error("PostgreSQL closed the connection"));
    else this.#socket.write(bytes);
    return this.#waiting?.promise ?? Promise.reject(this.#failed);
  }

  #take(bytes: Uint8Array): void {
    try {
      for (const message of this.#reader.take(bytes)) this.#hear(message);
    } catch (error) {
      this.#end(error as Error);
      this.#socket.destroy();
    }
  }

  #hear({ kind, body }: ServerMessage): void {
    switch (kind) {
      case "R": {
        if (!this.#login) throw new Error("the server begins another login");
        const answer = this.#login.answer(body);
        if (answer) this.#socket.write(answer);
        return;
      }
      case "E":
        this.#refusal = refusalOf(body);
        // After one at the login comes nothing any more.
        if (this.#login) throw this.#refusal;
        return;
      case "C":
        this.#isDone = true;
        return;
      case "Z": {
        if (this.#login?.isOver === false) throw new Error("the server ends the login too early");
        if (!this.#login && this.#waiting && !this.#refusal && !this.#isDone) {
          throw new Error("the server does not say that it has done it");
        }
        this.#login = undefined;
        const waiting = this.#waiting;
        this.#waiting = undefined;
        if (this.#refusal) waiting?.reject(this.#refusal);
        else waiting?.resolve();
      }
    }
  }

  #end(error: Error): void {
    this.#failed ??= error;
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }
}

/** The server says in one letter whether TLS begins. More would be somebody else's words before that. */
async function secured(
  plain: Socket,
  request: { readonly to: HostAndPort; readonly tls: TlsSettings; readonly timeoutMs: number },
): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  const closed = () => reject(new Error("the server closed the connection"));
  plain.once("close", closed);
  plain.once("data", (bytes: Uint8Array) => {
    plain.pause();
    resolve(bytes);
  });
  plain.write(SSL_REQUEST);
  const bytes = await promise;
  plain.off("close", closed);
  const answer = new TextDecoder().decode(bytes);
  if (answer === "N") throw new Error("the server has no TLS, and tls.enabled wants it");
  if (answer !== "S") throw new Error("what answers there is no PostgreSQL");
  return await secureSocket(plain, request);
}
