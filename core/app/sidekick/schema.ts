/** Keys of falcosidekick that are about itself, by their names there; all in small letters. */
import * as z from "zod";
import { flag, section, text, whole } from "../../plugin/schema.ts";

const PORT = { min: 1, max: 65_535 } as const;

export const serverSchema = z.object({
  listenaddress: text().describe("Address to listen at; empty: all of the machine"),
  listenport: whole({ ...PORT, standard: 2801 }).describe("Port to listen at"),
  debug: flag(false).describe("Every alert that comes is logged"),
  bracketreplacer: text().describe("What stands for [ in names of fields; ] is left out"),
  outputfieldformat: text().describe(
    "The alert's text, of <timestamp>, <priority>, <output>, <custom_fields>, <templated_fields> and <tags>",
  ),
  mutualtlsfilespath: text("/etc/certs").describe(
    "Folder with client.crt, client.key and ca.crt, for outputs with mutualtls",
  ),
  mutualtlsclient: section({
    certfile: text().describe("Certificate shown to outputs with mutualtls"),
    keyfile: text().describe("Its private key"),
    cacertfile: text().describe("Authorities that outputs with mutualtls are trusted by"),
  }).describe("The same, file by file"),
  tlsclient: section({
    cacertfile: text().describe("Authorities that outputs are trusted by, beside the system's"),
  }).describe("TLS to all outputs"),
  tlsserver: section({
    deploy: flag(false).describe("Whether falcod listens with TLS"),
    certfile: text("/etc/certs/server/server.crt").describe("Certificate shown to clients"),
    keyfile: text("/etc/certs/server/server.key").describe("Its private key"),
    mutualtls: flag(false).describe("Whether clients have to show a certificate"),
    cacertfile: text("/etc/certs/server/ca.crt").describe("Authorities of clients' certificates"),
    notlsport: whole({ ...PORT, standard: 2810 }).describe("Port for notlspaths"),
  }).describe("TLS of clients"),
});

export type ServerConfig = z.output<typeof serverSchema>;

/** "tlsserver.deploy": all keys, those in sections with a dot. */
export const SERVER_KEYS: readonly string[] = Object.entries(serverSchema.shape).flatMap(
  ([key, type]) => {
    const inner = type instanceof z.ZodPrefault ? type.unwrap() : type;
    return inner instanceof z.ZodObject
      ? Object.keys(inner.shape).map((name) => `${key}.${name}`)
      : [key];
  },
);

/** Keys that are lists or mappings and have a spelling of their own in variables. */
export const OTHER_KEYS = [
  "customfields",
  "templatedfields",
  "customtags",
  "tlsserver.notlspaths",
  "prometheus.extralabels",
] as const;

export interface ServerIssue {
  /** "tlsserver.notlsport" */
  readonly key: string;
  readonly wanted: string;
}

/** What is wrong is left out. */
export function readServer(
  plain: Readonly<Record<string, unknown>>,
): { readonly config: ServerConfig; readonly issues: readonly ServerIssue[] } {
  const result = serverSchema.safeParse(plain);
  if (result.success) return { config: result.data, issues: [] };
  const issues = result.error.issues.map(({ path, message }) => ({
    key: path.join("."),
    wanted: message,
  }));
  return { config: serverSchema.parse({}), issues };
}
