import { assertEquals } from "../../../tests/assert.ts";
import { SinkError } from "../../plugin/mod.ts";
import { hintsFor } from "./hints.ts";

/** How the hint for a failure without an answer begins. */
function hintFor(message: string): string | undefined {
  return hintsFor(new SinkError("unavailable", message), [])[0]?.split(":")[0];
}

Deno.test("hintsFor() tells TLS that is missing from a password that is wrong", () => {
  const disconnected =
    "Client network socket disconnected before secure TLS connection was established";
  assertEquals(
    [
      "Error upgrading connection with STARTTLS: 454 TLS not available",
      "Invalid login: 538 5.7.11 Encryption required for requested authentication mechanism",
      disconnected,
      "Invalid login: 535 5.7.8 Authentication credentials invalid",
    ].map(hintFor),
    [
      "the mail server does not begin TLS when asked to",
      "the server takes passwords over TLS only",
      "the other end does not speak TLS at this port",
      "user, password or their rights are not right",
    ],
  );
});

Deno.test("hintsFor() tells what this machine refuses from what a server refuses", () => {
  assertEquals(
    [
      "Cannot write to /a/b: EACCES: permission denied, open '/a/b'",
      "Cannot write to /a/b: Permission denied (os error 13)",
      "listen EACCES: permission denied 0.0.0.0:80",
      "Cannot write to /a/b: EROFS: read-only file system, open '/a/b'",
      'Requires net access to "a:1", which nobody granted it: it has no net',
      'Requires net access to "a:1", which nobody granted it, and nobody can: its manifest …',
      "550 5.7.1 Permission denied",
    ].map(hintFor),
    [
      "the user that falcod is may not",
      "the user that falcod is may not",
      "ports below 1024 are not for every user",
      "the file system is read-only there",
      "a plugin gets what its manifest asks for and somebody grants",
      "a plugin is granted no more than its falcod-plugin.json asks for under permissions, where net",
      "user, password or their rights are not right",
    ],
  );
});

Deno.test("hintsFor() takes no word of a path or an address for what went wrong", () => {
  const folder = "falcod makes files and no folders";
  const client = "the server wants a certificate of the client";
  assertEquals(
    [
      "Cannot write to /var/log/alert/x.log: there is no directory /var/log/alert",
      "Cannot write to /auth/expired/denied: there is no directory /auth/expired",
      "connect ECONNREFUSED 127.0.0.1:9093 (https://alerts.example/auth)",
      'The program ended with status 1: "/usr/bin/send alert" is busy',
      "the alert does not match what is wanted: the token has expired",
      "the cluster is unable to take it: unreachable shard",
    ].map(hintFor),
    [folder, folder, "nobody listens there", undefined, undefined, undefined],
  );
  assertEquals(
    [
      "received fatal alert: CertificateRequired",
      "received fatal alert: HandshakeFailure",
      "received fatal alert: UnknownCA",
      "SSL routines: tlsv13 alert certificate required",
      "invalid peer certificate: UnknownIssuer",
      "invalid peer certificate: Expired",
      "unable to verify the first certificate",
      "Hostname/IP does not match certificate's altnames: Host: a is not in the cert's altnames",
    ].map(hintFor),
    [
      ...[client, client, client, client],
      ...Array(3).fill(
        "the certificate is of an authority that is not trusted here (name its file in tls.ca), or it has expired, or the clocks of both machines differ",
      ),
      "the certificate is of another name",
    ],
  );
});

Deno.test("hintsFor() knows a broker that refuses somebody from one that is not there", () => {
  const password = "user, password or their rights are not right";
  assertEquals(
    [
      "Cannot connect to MQTT at a:1883: Connection refused: Not authorized",
      "Cannot connect to MQTT at a:1883: Connection refused: Bad username or password",
      "Cannot connect to MQTT at a:1883: Connection refused: Server unavailable",
      "Cannot connect to MQTT at a:1883: Connection refused (os error 111)",
    ].map(hintFor),
    [password, password, undefined, "nobody listens there"],
  );
});
