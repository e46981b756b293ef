/** What a server shows as its certificate, where it is not trusted. */
import { isIP } from "node:net";
import { connect, type PeerCertificate } from "node:tls";

const TIMEOUT_MS = 3000;

/**
 * One line for people; absent where there is no https, or nobody answers. Nothing is sent there but
 * the beginning of TLS.
 */
export async function certificateNote(address: string, now = new Date()) {
  const url = URL.parse(address);
  if (url?.protocol !== "https:") return undefined;
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const shown = await shownBy(host, Number(url.port || 443));
  return shown && noteOf(shown, now);
}

function shownBy(host: string, port: number): Promise<PeerCertificate | undefined> {
  const { promise, resolve } = Promise.withResolvers<PeerCertificate | undefined>();
  const socket = connect({
    host,
    port,
    rejectUnauthorized: false,
    ...isIP(host) === 0 && { servername: host },
  });
  const timer = setTimeout(() => socket.destroy(), TIMEOUT_MS);
  socket.on("error", () => socket.destroy());
  socket.once("secureConnect", () => {
    const certificate = socket.getPeerCertificate();
    resolve(certificate?.valid_to ? certificate : undefined);
    socket.destroy();
  });
  socket.once("close", () => {
    clearTimeout(timer);
    resolve(undefined);
  });
  return promise;
}

function noteOf(
  { subject, issuer, valid_from, valid_to, subjectaltname }: PeerCertificate,
  now: Date,
) {
  const of = [
    `of ${subject?.CN ?? "nobody"}`,
    `issued by ${issuer?.CN ?? issuer?.O ?? "nobody"}`,
    ...subjectaltname ? [`for ${subjectaltname}`] : [],
  ];
  const from = new Date(valid_from), to = new Date(valid_to);
  const validity = to < now
    ? `it has expired on ${day(to)}`
    : from > now
    ? `it is valid from ${day(from)} only, here it is ${day(now)}`
    : `valid until ${day(to)}`;
  return `the server shows a certificate ${of.join(", ")}; ${validity}`;
}

function day(date: Date): string {
  return Number.isNaN(date.getTime()) ? "some day" : date.toISOString().slice(0, 10);
}
