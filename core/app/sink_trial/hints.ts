/** What to look at when a test alert did not arrive. */
import type { Exchange, SinkError } from "../../plugin/mod.ts";

/** Answers by their status; "4" stands for all of that hundred that are not named. */
const BY_STATUS: Readonly<Record<string, string>> = {
  "3": "redirects are not followed: write the address that the answer names",
  "400": "the server does not take what it is sent; its answer says why",
  "401": "the server does not know who this is: look at keys, tokens, user and password",
  "403": "the key, token or user may not do this: is it revoked, or of another account or region?",
  "404": "nothing is at this address: is it complete, and was the webhook or index deleted?",
  "405": "the server wants another method, or the path is that of something else",
  "407": "the proxy wants a user and a password: write them into its address",
  "408": "the server gave up waiting",
  "410": "the webhook is gone for good: make a new one",
  "411": "the server, or a proxy before it, does not take this kind of request",
  "413": "the alert is too large for the server",
  "415": "the server does not take this kind of body: is it the right path?",
  "422": "the server understands the request and not its values; its answer says which",
  "429": "too many requests: a run waits as long as the server asks and tries again",
  "4": "the server does not take the request; its answer says why",
  "5": "the server has a problem of its own: a run tries again",
};

/**
 * Failures without an answer, by what systems call them. Texts come from many hands, so each asks for
 * words that are about one thing only; paths and addresses in them are taken out before.
 */
const BY_REASON: readonly { readonly reason: RegExp; readonly hint: string }[] = [
  {
    reason: /ended with status 12[67]\b/,
    hint:
      "the shell finds no such program, or may not run it: install it, write where it is, make it executable",
  },
  {
    reason:
      /ENOTFOUND|EAI_AGAIN|getaddrinfo|failed to lookup address|name or service not known|in name resolution/i,
    hint:
      "the name of the host is not known: is it spelled right, and can this machine resolve it? (/etc/resolv.conf; in a cluster the name of the service with its namespace)",
  },
  {
    reason: /EADDRINUSE|address (?:is )?already in use|another program listens/i,
    hint:
      "the address is taken; where a falcod that runs has taken it, this test says nothing more",
  },
  {
    // A broker of MQTT refuses one in these words, too, and says why.
    reason: /ECONNREFUSED|connection refused(?!: \w)/i,
    hint: "nobody listens there: is the port right, and does the server run?",
  },
  {
    // What the other end says of our certificate, not what we say of its.
    reason:
      /\balert:? (?:certificate|bad.?certificate|unsupported.?certificate|unknown.?ca\b|handshake.?failure|access.?denied)|certificate.?required|SSL.*handshake failure/i,
    hint: "the server wants a certificate of the client: tls.client_certificate and tls.client_key",
  },
  {
    // The runtime says the same of all of these.
    reason:
      /UNKNOWN_?ISSUER|SELF.?SIGNED.?CERT|UNABLE_TO_|unable to (?:get|verify) .*\bcert|issuer certificate|CERT_\w*EXPIRED|certificate\b[^.]*\bexpired|certificate\b[^.]*\bNotValid(?:Yet)?\b/i,
    hint:
      "the certificate is of an authority that is not trusted here (name its file in tls.ca), or it has expired, or the clocks of both machines differ",
  },
  {
    reason:
      /NotValidForName|not valid for name|ALTNAME|hostname mismatch|does not match (?:the )?certificate/i,
    hint: "the certificate is of another name: use the name that it is for, or tls.server_name",
  },
  {
    reason: /upgrading connection with STARTTLS|does(?:n't| not) support STARTTLS/i,
    hint:
      "the mail server does not begin TLS when asked to: implicit_tls for port 465, or tls.enabled: false",
  },
  {
    reason: /Encryption required/i,
    hint: "the server takes passwords over TLS only: tls.enabled",
  },
  {
    reason:
      /InvalidContentType|wrong version number|received corrupt message|packet length too long|before secure TLS/i,
    hint: "the other end does not speak TLS at this port: http:// or tls.enabled: false?",
  },
  {
    reason: /EHOSTUNREACH|ENETUNREACH|(?:network|host) is unreachable|no route to host/i,
    hint: "there is no way to this address: network, VPN, firewall",
  },
  {
    reason: /\bETIMEDOUT\b|no answer within|no connection within|\btimed out\b/i,
    hint: "nothing came back: a firewall that drops, a wrong port, or a proxy that is needed",
  },
  {
    reason:
      /\bECONNRESET\b|\bEPIPE\b|socket hang up|connection (?:was )?(?:closed|reset|broke)|closed the connection/i,
    hint:
      "the other end broke off: does it want TLS (https://, tls.enabled), or a client's certificate?",
  },
  {
    reason: /not what is documented|is no HTTP/i,
    hint: "something else seems to be at this address",
  },
  {
    reason: /which nobody granted it, and nobody can/,
    hint:
      "a plugin is granted no more than its falcod-plugin.json asks for under permissions, where net: [*] leaves it to who installs it; trusted: true in its entry of plugins runs it without bounds",
  },
  {
    reason: /which nobody granted it/,
    hint:
      "a plugin gets what its manifest asks for and somebody grants: permissions in its entry of plugins, or falcod plugin add --grant",
  },
  {
    reason: /\bEROFS\b|os error 30\b|file system is read-only/i,
    hint: "the file system is read-only there: name a folder that may be written to",
  },
  {
    reason: /\b(?:listen|bind|serve)\b.*(?:EACCES|os error 13\b)/,
    hint:
      "ports below 1024 are not for every user: take a higher one, or give falcod CAP_NET_BIND_SERVICE",
  },
  {
    // Servers say "permission denied" as well, but have no such numbers.
    reason: /\bEACCES\b|\bEPERM\b|os error 1(?:3)?\b/,
    hint:
      "the user that falcod is may not: the file, or the folder it is to be made in, must be writable for the user that falcod becomes (privileges.user)",
  },
  {
    reason: /\bthere is no directory\b/,
    hint: "falcod makes files and no folders: make the folder (mkdir -p), or name another one",
  },
  {
    reason: /\bno such file\b|\bENOENT\b/i,
    hint: "a file that the configuration names is not there",
  },
  {
    reason:
      /\b(?:NOAUTH|WRONGPASS|NOPERM|ACCESS_REFUSED)\b|\bauth\b|\bauthenticat|\bauthori[sz]ation\b|\b(?:un|not )authori[sz]ed\b|\bother credentials\b|\bpasswords?\b|\bpermissions?\b|\bdenied\b/i,
    hint: "user, password or their rights are not right",
  },
];

/** One or none for a kind of failure; empty where all went well. */
export function hintsFor(
  failure: SinkError | undefined,
  exchanges: readonly Exchange[],
): readonly string[] {
  if (!failure) return [];
  const last = exchanges.at(-1);
  const status = last?.kind === "http" ? last.reply?.status : undefined;
  if (status !== undefined && status >= 300) {
    const hint = BY_STATUS[status] ?? BY_STATUS[String(status)[0]!];
    return hint === undefined ? [] : [hint];
  }
  // What the sink itself says of certificates fits all of them.
  const message = withoutPlaces(failure.message.replace(/ \(is its certificate.*$/, ""));
  const found = BY_REASON.find(({ reason }) => reason.test(message));
  return found ? [found.hint] : [];
}

/** Paths and addresses are called as somebody likes: `/var/log/alert` says nothing of TLS. */
function withoutPlaces(message: string): string {
  return message.replace(/\b[a-z][a-z0-9+.-]*:\/\/[^\s"']+/gi, "…")
    .replace(/(["'])\/[^"']*\1/g, "…")
    .replace(/(?<![\w.…])\/[^\s"',:;]+/g, "…");
}
