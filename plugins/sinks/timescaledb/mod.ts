/**
 * Alerts as rows of TimescaleDB, or of any PostgreSQL. Those of a batch are one statement: either all of
 * them are there, or none. One that was not acknowledged may be there twice.
 */
import {
  failure,
  type FormattedAlert,
  hostAndPort,
  Link,
  sendTogether,
  type Sink,
  type SinkPlugin,
  socketFaults,
  type WriteContext,
} from "../../../core/mod.ts";
import { PostgresConnection } from "./connection.ts";
import { PostgresRefusal } from "./messages.ts";
import { insertion, rowOf } from "./rows.ts";
import { PORT, schema, type TimescaleConfig } from "./schema.ts";

const CONNECT_TIMEOUT_MS = 5000;
/** Data that a column does not take, and what constraints are against; all else can be put right. */
const REFUSALS = /^2[23]/;

class TimescaleSink implements Sink {
  readonly #config: TimescaleConfig;
  readonly #link: Link<PostgresConnection>;

  constructor(config: TimescaleConfig) {
    this.#config = config;
    this.#link = new Link<PostgresConnection>({
      peer: `PostgreSQL at ${config.address}`,
      secrets: [config.password],
      open: (lost) => connect(config, lost),
      shut: (connection) => connection.destroy(),
    });
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    await sendTogether(batch, (some) => this.#insert(some, context), context);
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  #insert(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    const { table, address, password } = this.#config;
    const secrets = [password];
    const rows = batch.map(({ alert }) => rowOf(alert, this.#config));
    const { sql, values } = insertion(table, rows);
    const tell = (how: { readonly answer: string } | { readonly isUnsent: true }) =>
      context?.observe?.({ kind: "message", sent: shown(sql, values), ...how });
    let isRefused = false;
    return this.#link.use(async (connection) => {
      try {
        await connection.run(sql, values);
      } catch (error) {
        if (!(error instanceof PostgresRefusal)) throw error;
        isRefused = true;
        tell({ answer: error.message });
        const code = REFUSALS.test(error.code) ? "rejected" : "unavailable";
        throw failure(error, { doing: `PostgreSQL at ${address} refuses`, code, secrets });
      }
      tell({ answer: "inserted" });
    }, context?.signal).catch((error) => {
      if (!isRefused) tell({ isUnsent: true });
      throw error;
    });
  }
}

function shown(sql: string, values: readonly (string | null)[]): string {
  return [sql, ...values.map((value, index) => `$${index + 1} = ${value ?? "NULL"}`)].join("\n");
}

function connect(config: TimescaleConfig, lost: () => void): Promise<PostgresConnection> {
  const { address, tls, user, password, database } = config;
  return PostgresConnection.open({
    to: address.startsWith("/") ? { path: address } : hostAndPort(address, PORT)!,
    tls,
    timeoutMs: CONNECT_TIMEOUT_MS,
    user,
    password: password.reveal(),
    database,
    lost,
  });
}

const plugin: SinkPlugin<TimescaleConfig> = {
  kind: "sink",
  name: "timescaledb",
  summary: "TimescaleDB, or any PostgreSQL: rows of a table",
  schema,
  create: (config) => new TimescaleSink(config),
  batchSize: 256,
  check: ({ address }) => Promise.resolve(socketFaults(address, ["address"])),
};
export default plugin;
