/** `type: grpc`, and what `grpc` and `grpc_output` of falco.yaml become. */
import * as z from "zod";
import { setting } from "../../../core/mod.ts";

const { flag, text, whole, word } = setting;

export const schema = z.strictObject({
  bind_address: word().refine(isBindAddress, {
    error: "unix:///path/of/a/socket, or address:port",
  }).prefault("unix:///run/falco/falco.sock").describe(
    "Where clients connect: unix:///path, or address:port, which takes TLS with certificates on both sides",
  ),
  private_key: text("/etc/falco/certs/server.key").describe("PEM file of the server's private key"),
  cert_chain: text("/etc/falco/certs/server.crt").describe("PEM file of its certificates"),
  root_certs: text("/etc/falco/certs/ca.crt").describe(
    "PEM file of who signs clients' certificates",
  ),
  capacity: whole({ min: 1, max: 1_000_000, standard: 10_000 }).describe(
    "Alerts that wait for a client here; others wait as alerts of any sink do",
  ),
  time_format_iso_8601: flag(false).describe(
    "Whether output_fields has the time as evt.time.iso8601, and not as evt.time",
  ),
  version: text("0.0.0").describe("What falco.version.service tells clients"),
  engine_version: text("0.0.0").describe("The version of the rule language it tells them"),
});

export type GrpcConfig = z.output<typeof schema>;

/** Where to listen: the path of a socket, or a TCP address. */
export type BindAddress = { readonly path: string } | { readonly address: string };

export function bindAddressOf(given: string): BindAddress | undefined {
  const path = /^unix:(?:\/\/)?(\/[^\0]{1,106})$/.exec(given)?.[1];
  if (path !== undefined) return { path };
  return /^(?:\[[0-9a-fA-F:.]+\]|[\w.-]+):\d{1,5}$/.test(given) ? { address: given } : undefined;
}

function isBindAddress(given: string): boolean {
  return bindAddressOf(given) !== undefined;
}
