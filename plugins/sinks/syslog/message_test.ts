import { assert, assertEquals } from "../../../tests/assert.ts";
import { HOSTILE, sampleAlert } from "../../../tests/contract/formatter_suite.ts";
import { cutMessage, messageOf, type MessageSettings } from "./message.ts";

const SETTINGS: MessageSettings = { facility: 1, format: "rfc3164", tag: "falco", isRemote: false };
const NOW = new Date(2026, 10, 2, 7, 4, 5);
const decoder = new TextDecoder("utf-8", { fatal: true });

function text(settings: Partial<MessageSettings> = {}, alert = sampleAlert(), line = "10:20: x") {
  return decoder.decode(messageOf({ alert, line }, { ...SETTINGS, ...settings }, NOW));
}

Deno.test("messageOf() writes what syslog(3) writes for Falco", () => {
  assertEquals(text(), "<12>Nov  2 07:04:05 falco: 10:20: x");
});

Deno.test("messageOf() tells another machine the name of this one", () => {
  assertEquals(text({ isRemote: true }), "<12>Nov  2 07:04:05 host-1 falco: 10:20: x");
});

Deno.test("messageOf() makes the priority of facility and severity", () => {
  const priorities = ["Emergency", "Critical", "Informational", "Debug"] as const;
  const heads = priorities.map((priority) =>
    /^<\d+>/.exec(text({ facility: 16 }, sampleAlert({ priority })))![0]
  );
  assertEquals(heads, ["<128>", "<130>", "<134>", "<135>"]);
});

Deno.test("messageOf() with RFC 5424 has the time of the event, its source and the process", () => {
  assertEquals(
    text({ format: "rfc5424" }),
    `<12>1 2016-08-04T16:17:57.881785Z host-1 falco ${Deno.pid} syscall - 10:20: x`,
  );
});

Deno.test("messageOf() lets no text break out of its place", () => {
  const alert = sampleAlert({ hostname: "a b\n<0>", source: "ä x" });
  for (const format of ["rfc3164", "rfc5424"] as const) {
    const message = text({ format, isRemote: true }, alert, HOSTILE);
    // deno-lint-ignore no-control-regex -- control characters are the subject
    assert(!/[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/.test(message), JSON.stringify(message));
    assert(message.includes(" a_b_<0> "), message);
  }
  assertEquals(text({ format: "rfc5424" }, alert).split(" ")[5], "__x");
  assertEquals(text({ format: "rfc5424" }, sampleAlert({ hostname: "" })).split(" ")[2], "-");
});

Deno.test("cutMessage() cuts between characters and says so", () => {
  const message = new TextEncoder().encode("aüü€😀z");
  assertEquals(decoder.decode(cutMessage(message, message.length)), "aüü€😀z");
  const cuts = [12, 11, 10, 8, 7, 6].map((limit) => decoder.decode(cutMessage(message, limit)));
  assertEquals(cuts, ["aüü€…", "aüü€…", "aüü…", "aüü…", "aü…", "aü…"]);
});
