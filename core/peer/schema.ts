/** Settings that sinks with a connection of their own have in common. */
import { flag, section, text, word } from "../plugin/schema.ts";
import { hostAndPort } from "./address.ts";

/** TLS of a connection that is made; `standard`: whether it is on where nothing is said. */
export const tlsSection = (standard: boolean) =>
  section({
    enabled: flag(standard).describe("Whether the connection is encrypted"),
    ca: text().describe(
      "PEM file or folder of authorities to trust, or several with : between, `system` among them; empty: those of the system",
    ),
    client_certificate: text().describe("PEM file of the certificate shown to the server"),
    client_key: text().describe("PEM file of its private key"),
    server_name: text().describe("Name in the server's certificate, if not that of the address"),
    insecure: flag(false).describe("Talks to whoever answers, whatever certificate it shows"),
  }).describe("Encryption of the connection");

/** An address as `hostAndPort` reads it; with `sockets` also the path of a unix socket. */
export const address = (
  { standard, port, sockets = false }: {
    readonly standard?: string;
    readonly port: number;
    readonly sockets?: boolean;
  },
) => {
  const checked = word().refine(
    (given) => sockets && given.startsWith("/") || hostAndPort(given, port) !== undefined,
    {
      error: ({ input }) => {
        if (/^[^/\s]+:(?:\d{5,}|0+)$/.test(String(input))) {
          return "host:port with a port from 1 to 65535";
        }
        return sockets ? "host:port, or the path of a unix socket" : "host:port";
      },
    },
  );
  return standard === undefined ? checked : checked.prefault(standard);
};
