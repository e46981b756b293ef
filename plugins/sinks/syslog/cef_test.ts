import { assert, assertEquals } from "../../../tests/assert.ts";
import { HOSTILE, sampleAlert } from "../../../tests/contract/formatter_suite.ts";
import type { OutputValue } from "../../../core/mod.ts";
import { cefLine } from "./cef.ts";

Deno.test("cefLine() has falcosidekick's names and severities", () => {
  assertEquals(
    cefLine(sampleAlert({ uuid: "a-b" })),
    "CEF:0|Falcosecurity|Falco|1.0|Falco Event|open_from_cat|6|uuid=a-b " +
      "start=2016-08-04T16:17:57.881785348Z " +
      "msg=16:17:57.881785348: Warning An open was seen (command\\=cat /dev/null) " +
      "source=syscall hostname=host-1 outputfields=proc.cmdline:cat /dev/null " +
      "tags=filesystem,process",
  );
  const bare = cefLine(sampleAlert({ hostname: "", tags: [], fields: new Map() }));
  assert(/source=syscall$/.test(bare) && !bare.includes("uuid"), bare);
});

Deno.test("cefLine() lets no text out of its place", () => {
  const fields = new Map<string, OutputValue>([["a=b", "c|d=e\\\nf"], ["n", 2n ** 63n]]);
  const line = cefLine(sampleAlert({ rule: "r|9|x=1\\\n|", source: "s tags=t", fields, tags: [] }));
  assert(line.startsWith("CEF:0|Falcosecurity|Falco|1.0|Falco Event|r\\|9\\|x=1\\\\ \\||6|"), line);
  assert(line.includes(" source=s tags\\=t "), line);
  assert(line.endsWith(" outputfields=a\\=b:c|d\\=e\\\\\\nf n:9223372036854775808"), line);
});

Deno.test("cefLine() reads back as it was, whatever the texts are", () => {
  const line = cefLine(sampleAlert({ rule: HOSTILE, source: HOSTILE, hostname: HOSTILE }));
  // deno-lint-ignore no-control-regex -- control characters are the subject
  assert(!/[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/.test(line), JSON.stringify(line));
  const [head, ...rest] = line.match(/(?:[^|\\]|\\.)*(?:\||$)/g)!;
  assertEquals([head, rest.length >= 7], ["CEF:0|", true]);
  const names = [...line.matchAll(/(?:\||(?<=[^\\]) )(\w+)(?<!\\)=/g)].map(([, name]) => name);
  assertEquals(new Set(names).size, names.length);
});
