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
      "550 5.7.1 Permission denied",
    ].map(hintFor),
    [
      "the user that falcod is may not",
      "the user that falcod is may not",
      "ports below 1024 are not for every user",
      "the file system is read-only there",
      "a plugin gets what its manifest asks for and somebody grants",
      "user, password or their rights are not right",
    ],
  );
});
