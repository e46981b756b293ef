/** What every formatter keeps to; each formatter's own test runs this and adds its own format. */
import { type Alert, type Formatter, INTERNAL_SOURCE, type OutputValue } from "../../core/mod.ts";
import { assert, assertEquals } from "../assert.ts";

/** An alert as the engine makes them; give what matters to the test. */
export function sampleAlert(parts: Partial<Alert> = {}): Alert {
  return {
    rule: "open_from_cat",
    priority: "Warning",
    source: "syscall",
    tags: ["process", "filesystem", "process"],
    timeNs: 1470327477881785348n,
    hostname: "host-1",
    message: "An open was seen (command=cat /dev/null)",
    fields: new Map([["proc.cmdline", "cat /dev/null"]]),
    ...parts,
  };
}

/** What a hostile name may hold: C0, DEL, C1, line separators, bidirectional controls, lone surrogates. */
export const HOSTILE =
  'x\n10:00:00.000000000: Emergency forged\r\u0000\u001b[2J\u007f\u0085\u009b\u2028\u2029\u202e\u2066"\\\ud800';

// deno-lint-ignore no-control-regex -- control characters are the subject
const DANGEROUS = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/;

export function testFormatter(name: string, create: () => Formatter): void {
  Deno.test(`${name}: an alert is one line, whatever its texts hold`, () => {
    for (const source of [HOSTILE, INTERNAL_SOURCE]) {
      const line = create().format(sampleAlert({
        rule: HOSTILE,
        source,
        tags: [HOSTILE],
        hostname: HOSTILE,
        message: HOSTILE,
        fields: new Map<string, OutputValue>([[HOSTILE, HOSTILE], ["list", [HOSTILE]]]),
      }));
      assert(!DANGEROUS.test(line), JSON.stringify(line));
      assert(line.isWellFormed());
    }
  });

  Deno.test(`${name}: an alert without message, tags and fields has a line too`, () => {
    assert(create().format(sampleAlert({ message: "", tags: [], fields: new Map() })).length > 0);
  });

  Deno.test(`${name}: values of every type are printed`, () => {
    const fields = new Map<string, OutputValue>([
      ["text", "a"],
      ["number", 1.5],
      ["not a number", NaN],
      ["integer", 2n ** 63n],
      ["flag", true],
      ["absent", null],
      ["list", ["a", 1n, [null]]],
    ]);
    assert(create().format(sampleAlert({ fields })).length > 0);
  });

  Deno.test(`${name}: the same alert gives the same line, and the alert stays as it is`, () => {
    const formatter = create();
    const alert = Object.freeze(sampleAlert());
    assertEquals(formatter.format(alert), formatter.format(alert));
    assertEquals(alert, sampleAlert());
  });
}
