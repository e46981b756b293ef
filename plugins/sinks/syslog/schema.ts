/** `syslog_output` of falco.yaml has no settings; these are falcod's. */
import * as z from "zod";
import { serverAddress, setting, tlsSection } from "../../../core/mod.ts";

/** syslog(3) and RFC 5424 6.2.1: the index in the list of names there. */
export const FACILITIES = {
  kern: 0,
  user: 1,
  mail: 2,
  daemon: 3,
  auth: 4,
  syslog: 5,
  lpr: 6,
  news: 7,
  uucp: 8,
  cron: 9,
  authpriv: 10,
  ftp: 11,
  local0: 16,
  local1: 17,
  local2: 18,
  local3: 19,
  local4: 20,
  local5: 21,
  local6: 22,
  local7: 23,
} as const;
const FACILITY_NAMES = Object.keys(FACILITIES) as (keyof typeof FACILITIES)[];

export const PORT = 514;
export const DEV_LOG = "/dev/log";

export const schema = z.strictObject({
  address: serverAddress({ standard: DEV_LOG, port: PORT, sockets: true }).describe(
    "Path of the local daemon's socket, or host:port of another machine's",
  ),
  protocol: setting.oneOf(["udp", "tcp"], "udp").describe("How another machine is talked to"),
  tls: tlsSection(false).describe("Encryption with protocol tcp; most listen on port 6514"),
  framing: setting.oneOf(["octets", "lines"], "octets").describe(
    "How messages are told apart with protocol tcp (RFC 6587): by their length, or by line ends",
  ),
  facility: setting.oneOf(FACILITY_NAMES, "user").describe(
    "One of kern, user, mail, daemon, auth, syslog, lpr, news, uucp, cron, authpriv, ftp, local0 to local7",
  ),
  message_format: setting.oneOf(["rfc3164", "rfc5424"], "rfc3164").describe(
    "Head of the messages; that of RFC 3164 is what Falco sends",
  ),
  content: setting.oneOf(["line", "cef"], "line").describe(
    "What follows the head: the alert's line, as format has it, or ArcSight's Common Event Format",
  ),
  tag: setting.word().regex(/^[!-9;-Z\\^-~]{1,48}$/, {
    error: 'at most 48 printable characters without spaces, ":" and brackets',
  }).default("falco").describe("Name of the program in the messages"),
  max_length: setting.whole({ min: 480, max: 16_777_216, standard: 65_000 }).describe(
    "Bytes of a message at most; what is longer is cut and ends in …",
  ),
}).refine(({ tls, protocol }) => !tls.enabled || protocol === "tcp", {
  error: "tcp where tls is enabled",
  path: ["protocol"],
});

/** A connection in the clear. */
export const noTls = () => tlsSection(false).parse(undefined);

export type SyslogConfig = z.output<typeof schema>;
