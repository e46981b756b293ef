import { assertEquals } from "../../tests/assert.ts";
import { Report } from "../base/mod.ts";
import { type OldFlags, optionsOfOldFlags } from "./old_flags.ts";

const NONE: OldFlags = {
  allEvents: false,
  disabledRules: [],
  disabledTags: [],
  tags: [],
  print: undefined,
};

function read(flags: Partial<OldFlags>) {
  const report = new Report();
  const options = optionsOfOldFlags({ ...NONE, ...flags }, report);
  return { options, codes: report.diagnostics.map(({ code }) => code) };
}

Deno.test("optionsOfOldFlags() has nothing to say when there are none", () => {
  assertEquals(read({}), { options: [], codes: [] });
});

Deno.test("optionsOfOldFlags() turns -D and -T into selections, with a warning for each flag", () => {
  assertEquals(read({ disabledRules: ["shell", 'a "b"'], disabledTags: ["net"] }), {
    options: [
      'rules[]={"disable":{"rule":"*shell*"}}',
      String.raw`rules[]={"disable":{"rule":"*a \"b\"*"}}`,
      'rules[]={"disable":{"tag":"net"}}',
    ],
    codes: ["C023", "C023"],
  });
});

Deno.test("optionsOfOldFlags() makes -t leave only the rules of its tags", () => {
  assertEquals(read({ tags: ["a", "b"] }).options, [
    'rules[]={"disable":{"rule":"*"}}',
    'rules[]={"enable":{"tag":"a"}}',
    'rules[]={"enable":{"tag":"b"}}',
  ]);
});

Deno.test("optionsOfOldFlags() refuses -t beside -D or -T, as Falco did", () => {
  assertEquals(read({ tags: ["a"], disabledRules: ["x"] }), { options: [], codes: ["C022"] });
  assertEquals(read({ tags: ["a"], disabledTags: ["a"] }), { options: [], codes: ["C022"] });
});

Deno.test("optionsOfOldFlags() appends what -p says; its container formats add nothing", () => {
  assertEquals(read({ print: "cpu=%evt.cpu" }), {
    options: ['append_output[]={"extra_output":"cpu=%evt.cpu"}'],
    codes: ["C023"],
  });
  for (const print of ["c", "k", "m", "container", "kubernetes"]) {
    assertEquals(read({ print }), { options: [], codes: ["C023"] });
  }
});

Deno.test("optionsOfOldFlags() turns -A into the key for all system calls", () => {
  assertEquals(read({ allEvents: true }).options, ["base_syscalls.all=true"]);
});

Deno.test("optionsOfOldFlags() keeps what looks like an environment variable", () => {
  assertEquals(read({ print: "${HOME}" }).options, ['append_output[]={"extra_output":"$${HOME}"}']);
});
