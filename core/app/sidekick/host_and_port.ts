/** Addresses that falcosidekick has in two keys, one for the host and one for the port. */
import { isIPv6 } from "node:net";
import { hostAndPort } from "../../peer/mod.ts";
import { part, type Problem, type SidekickKey, type Values } from "./output.ts";

const PORT_ENDS = /:\d*\/*$/;

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
}

/** The host of falcod's `address`; its port is the key `port` of the same section. */
export function hostPart(port = "port"): SidekickKey {
  return { ...part("host", "address"), make: (text) => hostProblem(text, port) ?? { host: text } };
}

export function portPart(standard?: string): SidekickKey {
  return {
    ...part("port", "address"),
    make: (text) => isPort(text) ? { port: text } : { problem: "a port from 1 to 65535" },
    ...standard !== undefined && { standard },
  };
}

function hostProblem(text: string, port: string): Problem | undefined {
  if (hostAndPort(inBrackets(text), 1) && !hasPort(text)) return undefined;
  if (!hasPort(text)) return { problem: "the name or the IP address of a host" };
  return {
    problem: "a host without a port",
    help: `leave the port out: "${port}" beside it is for that`,
  };
}

function hasPort(text: string): boolean {
  return PORT_ENDS.test(text) && !isIPv6(text);
}

function inBrackets(host: string): string {
  return isIPv6(host) ? `[${host}]` : host;
}

/** `host` and `port` are one address here. */
export function joinedAddress({ host, port, ...values }: Values): Values {
  return { ...values, address: `${inBrackets(String(host))}:${port}` };
}
