/** Settings of everything that speaks HTTP. */
import * as z from "zod";
import { Secret, setting } from "../plugin/mod.ts";

const { flag, secret, section, text } = setting;

/** Field names of HTTP, RFC 9110 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** What the connection says itself; a second one would let a server see other requests than were made. */
const OWN_HEADERS = /^(?:content-length|transfer-encoding|keep-alive|upgrade|expect)$/i;

/** An address that may carry a token, so it is secret. One in a file is looked at when it is used. */
export const webAddress = () =>
  secret().refine((address) => isWebAddress(address), { error: ({ input }) => wantedFor(input) });

/** The same, where another one holds if it is empty. */
export const optionalAddress = () =>
  secret().refine((given) => given.isEmpty || webAddress().safeParse(given).success, {
    error: ({ input }) => wantedFor(input),
  }).prefault("");

/** `http://` only, since what goes to a server with TLS passes through it unread in any case. */
const proxyAddress = secret().refine(
  (address) => {
    const text = written(address);
    return text === undefined || text === "" || text === "none" || isUrl(text, ["http:"]);
  },
  { error: 'an address that begins with http://, or "none"' },
).prefault("");

/** Keys that every sink over HTTP has beside its own. */
export const httpKeys = {
  headers: z.record(
    z.string().regex(TOKEN, { error: "another name, as headers have them" }).refine(
      (name) => !OWN_HEADERS.test(name),
      { error: "another name, since falcod sets this header itself" },
    ),
    secret(),
    {
      error: ({ code, issues }) =>
        code === "invalid_key" ? issues[0]?.message ?? "another name" : "a mapping",
    },
  ).default({}).describe("Further headers of every request"),
  tls: section({
    ca: text().describe(
      "File or folder of certificates (PEM) that servers are trusted by, or several with : between, `system` among them; empty: those of the system",
    ),
    client_certificate: text().describe("File with the certificate (PEM) shown to the server"),
    client_key: text().describe("File with its private key (PEM)"),
    insecure: flag(false).describe(
      "Whoever answers is taken for the server: its certificate is not looked at",
    ),
  }).describe("Who is trusted, and what is shown to servers that ask for a certificate"),
  proxy: proxyAddress.describe(
    'Address of a proxy; "none": none; empty: as the variables HTTPS_PROXY, HTTP_PROXY and NO_PROXY say',
  ),
  keep_alive: flag(true).describe("One connection for many requests"),
  compress: flag(false).describe("Bodies are compressed with gzip"),
};

const { compress: _, ...others } = httpKeys;
/** The same, for services that take bodies only as they are, signed ones among them. */
export const httpKeysAsIs = others;

/** `compress` is absent where nobody is asked. */
export type HttpSettings =
  & z.output<z.ZodObject<typeof httpKeysAsIs>>
  & Partial<z.output<z.ZodObject<Pick<typeof httpKeys, "compress">>>>;

function isWebAddress(address: Secret): boolean {
  const text = written(address);
  return text === undefined || isUrl(text, ["http:", "https:"]);
}

function wantedFor(address: unknown): string {
  const text = address instanceof Secret ? written(address) : undefined;
  // What it begins with is right then, so that this is not said to be wrong.
  return /^https?:\/\/[^/]/i.test(text ?? "")
    ? "an address with a host and, if with a port, one from 1 to 65535"
    : "an address that begins with http:// or https://";
}

function isUrl(text: string, protocols: readonly string[]): boolean {
  const url = URL.parse(text);
  return url !== null && protocols.includes(url.protocol) && url.hostname !== "" &&
    url.port !== "0";
}

/** Absent: in a file that cannot be read now. */
function written(secret: Secret): string | undefined {
  try {
    return secret.reveal();
  } catch {
    return undefined;
  }
}
