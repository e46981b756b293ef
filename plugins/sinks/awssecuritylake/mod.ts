/** Alerts for AWS Security Lake: files of Parquet with findings of OCSF, by days, in its bucket. */
import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import {
  type Alert,
  AwsBucket,
  type FormattedAlert,
  isoTimeZulu,
  type Sink,
  SinkError,
  type SinkPlugin,
  type WriteContext,
} from "../../../core/mod.ts";
import { COLUMNS, findingOf } from "./finding.ts";
import { ParquetFile } from "./parquet.ts";
import { schema, type SecurityLakeConfig } from "./schema.ts";

/** Of a file before it is compressed; what a batch has beyond is another one. */
const MOST_BYTES = 16 << 20;
/** Some milliseconds of work. */
const TURN_BYTES = 256 << 10;

class SecurityLakeSink implements Sink {
  readonly #config: SecurityLakeConfig;
  readonly #bucket: AwsBucket;

  constructor(config: SecurityLakeConfig) {
    this.#config = config;
    this.#bucket = new AwsBucket(config);
  }

  async write(batch: readonly FormattedAlert[], context?: WriteContext): Promise<void> {
    let accepted = 0;
    for (const alerts of daysOf(batch.map(({ alert }) => alert))) {
      for (let at = 0; at < alerts.length;) {
        const file = await fileOf(alerts.slice(at));
        try {
          await this.#put(file, { day: dayOf(alerts[at]!), context });
        } catch (error) {
          throw error instanceof SinkError ? ofFile(error, { accepted, count: file.rows }) : error;
        }
        at += file.rows;
        accepted += file.rows;
      }
    }
  }

  close(): Promise<void> {
    return this.#bucket.close();
  }

  async #put(
    file: ParquetFile,
    { day, context }: { readonly day: string; readonly context: WriteContext | undefined },
  ): Promise<void> {
    const body = await file.bytes();
    const { prefix, account_id } = this.#config;
    const name = [
      ...prefix.split("/").filter((part) => part !== ""),
      `region=${this.#bucket.region()}`,
      `accountId=${account_id}`,
      `eventDay=${day}`,
      // The same alerts, sent again, are the same object.
      `${uuidOf(body)}.parquet`,
    ].join("/");
    await this.#bucket.put({ name, body, contentType: "application/vnd.apache.parquet" }, context);
  }
}

/** Of the first of these, one at least: the same of the same, so that it has the same name when it is sent again. */
async function fileOf(alerts: readonly Alert[]): Promise<ParquetFile> {
  const file = new ParquetFile(COLUMNS);
  let turnBytes = 0;
  for (const alert of alerts) {
    file.add(await findingOf(alert));
    const { sizeBytes } = file;
    if (sizeBytes >= MOST_BYTES) break;
    if (sizeBytes - turnBytes < TURN_BYTES) continue;
    // Events have their turn in between.
    await setImmediate();
    turnBytes = sizeBytes;
  }
  return file;
}

/** `20160804`, in UTC. */
function dayOf({ timeNs }: Alert): string {
  return isoTimeZulu(timeNs).slice(0, 10).replaceAll("-", "");
}

/** In parts that are of one day each; order stays. */
function daysOf(alerts: readonly Alert[]): readonly (readonly Alert[])[] {
  const days: Alert[][] = [];
  for (const alert of alerts) {
    const last = days.at(-1);
    if (last && dayOf(last[0]!) === dayOf(alert)) last.push(alert);
    else days.push([alert]);
  }
  return days;
}

/** Version 8: RFC 9562 5.8. */
function uuidOf(body: Uint8Array): string {
  const bytes = createHash("sha256").update(body).digest().subarray(0, 16);
  bytes[6] = bytes[6]! & 0x0f | 0x80;
  bytes[8] = bytes[8]! & 0x3f | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** A file arrives as a whole, or not at all. */
function ofFile(
  { code, message, retryAfterMs, unclear }: SinkError,
  { accepted, count }: { readonly accepted: number; readonly count: number },
): SinkError {
  return new SinkError(code, message, {
    accepted,
    ...code === "rejected" && { refused: count },
    ...retryAfterMs !== undefined && { retryAfterMs },
    ...unclear !== undefined && { unclear: Math.min(unclear, count) },
  });
}

const plugin: SinkPlugin<SecurityLakeConfig> = {
  kind: "sink",
  name: "awssecuritylake",
  summary: "AWS Security Lake, as OCSF findings in Parquet",
  schema,
  create: (config) => new SecurityLakeSink(config),
  batchSize: 1000,
};
export default plugin;
