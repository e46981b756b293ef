/** `type: redis` */
import * as z from "zod";
import { serverAddress, setting, tlsSection } from "../../../core/mod.ts";

export const PORT = 6379;
export const STORAGES = ["list", "stream", "hashmap", "channel"] as const;

export const schema = z.strictObject({
  address: serverAddress({ standard: "127.0.0.1:6379", port: PORT, sockets: true }).describe(
    "host:port, or the path of a unix socket",
  ),
  database: setting.whole({ min: 0, max: 65_535, standard: 0 }).describe("Number of the database"),
  storage_type: setting.oneOf(STORAGES, "list").describe(
    "list: RPUSH; stream: XADD; hashmap: HSET under the alert's UUID, else a new one; channel: PUBLISH",
  ),
  key: setting.text("falco").describe(
    "Name of the list, stream, hash or channel; `<priority>`, `<rule>`, `<source>` and `<hostname>` are filled in",
  ),
  max_length: setting.whole({ min: 0, max: 1_000_000_000, standard: 0 }).describe(
    "Entries a list or stream keeps, the newest; 0: all. Streams keep somewhat more",
  ),
  username: setting.text().describe("User of Redis's access lists; empty: the default user"),
  password: setting.secret().prefault("").describe("Password of the user"),
  tls: tlsSection(false),
});

export type RedisConfig = z.output<typeof schema>;
