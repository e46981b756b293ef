/** `type: timescaledb` */
import * as z from "zod";
import { serverAddress, setting, tlsSection } from "../../../core/mod.ts";

const { listOf, secret, word } = setting;

export const PORT = 5432;

/** Of a schema or a table: as SQL writes it, with quotes around what is no plain word. */
const IDENTIFIER = String.raw`(?:[A-Za-z_][A-Za-z0-9_]{0,62}|"[^"\0]{1,63}")`;
const TABLE = new RegExp(`^${IDENTIFIER}(?:\\.${IDENTIFIER})?$`);

const name = () => word("a name").regex(/^[^\0]{1,63}$/, { error: "a name" });

export const schema = z.strictObject({
  address: serverAddress({ standard: "127.0.0.1:5432", port: PORT, sockets: true }).describe(
    "host:port of the server, or the path of its unix socket",
  ),
  database: name().prefault("postgres").describe("Database"),
  table: word().regex(TABLE, { error: "the name of a table, or SCHEMA.TABLE" })
    .prefault("falco_events").describe("Table, a hypertable or not: it has to be there"),
  field_columns: listOf(word().min(1, { error: "names of fields" })).refine(
    (names) => names.length <= 200,
    { error: "at most 200 names" },
  ).describe(
    "Fields that have columns of their own; dots and the like in their names become _ there",
  ),
  user: name().prefault("postgres").describe("User"),
  password: secret().prefault("").describe("Password of the user"),
  tls: tlsSection(false),
});

export type TimescaleConfig = z.output<typeof schema>;
