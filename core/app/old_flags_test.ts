import { assertEquals } from "../../tests/assert.ts";
import { Report } from "../base/mod.ts";
import { type OldFlags, readOldFlags } from "./old_flags.ts";

const NONE: OldFlags = {
  allEvents: false,
  disabledRules: [],
  disabledTags: [],
  tags: [],
  base64: false,
  print: undefined,
};

function read(flags: Partial<OldFlags>) {
  const report = new Report();
  const { options, containerInfo } = readOldFlags({ ...NONE, ...flags }, report);
  return {
    options,
    codes: report.diagnostics.map(({ code }) => code),
    info: containerInfo?.text.text,
  };
}

Deno.test("readOldFlags() has nothing to say when there are none", () => {
  assertEquals(read({}), { options: [], codes: [], info: undefined });
});

Deno.test("readOldFlags() turns -D and -T into selections, with a warning for each flag", () => {
  assertEquals(read({ disabledRules: ["shell", 'a "b"'], disabledTags: ["net"] }), {
    options: [
      'rules[]={"disable":{"rule":"*shell*"}}',
      String.raw`rules[]={"disable":{"rule":"*a \"b\"*"}}`,
      'rules[]={"disable":{"tag":"net"}}',
    ],
    codes: ["C023", "C023"],
    info: undefined,
  });
});

Deno.test("readOldFlags() makes -t leave only the rules of its tags", () => {
  assertEquals(read({ tags: ["a", "b"] }).options, [
    'rules[]={"disable":{"rule":"*"}}',
    'rules[]={"enable":{"tag":"a"}}',
    'rules[]={"enable":{"tag":"b"}}',
  ]);
});

Deno.test("readOldFlags() refuses -t beside -D or -T, as Falco did", () => {
  const refused = { options: [], codes: ["C022"], info: undefined };
  assertEquals(read({ tags: ["a"], disabledRules: ["x"] }), refused);
  assertEquals(read({ tags: ["a"], disabledTags: ["a"] }), refused);
});

Deno.test("readOldFlags() appends what -p says to all outputs", () => {
  assertEquals(read({ print: "cpu=%evt.cpu" }), {
    options: ['append_output[]={"extra_output":"cpu=%evt.cpu"}'],
    codes: ["C023"],
    info: undefined,
  });
  assertEquals(read({ print: "" }), { options: [], codes: [], info: undefined });
});

Deno.test("readOldFlags() knows the container formats of -pc, -pk and -pm", () => {
  const container = "container=%container.name (id=%container.id)";
  const pod = "k8s.ns=%k8s.ns.name k8s.pod=%k8s.pod.name container=%container.id";
  for (
    const [print, info] of [
      ["c", container],
      ["container", container],
      ["cg", `${container} vpid=%proc.vpid vtid=%thread.vtid`],
      ["k", pod],
      ["kubernetes", pod],
      ["m", "container=%container.id"],
    ] as const
  ) {
    assertEquals(read({ print }), { options: [], codes: ["C023"], info });
  }
});

Deno.test("readOldFlags() turns -b into the key for buffers in base64", () => {
  assertEquals(read({ base64: true }).options, ["buffer_format_base64=true"]);
});

Deno.test("readOldFlags() turns -A into the key for all system calls", () => {
  assertEquals(read({ allEvents: true }).options, ["base_syscalls.all=true"]);
});

Deno.test("readOldFlags() keeps what looks like an environment variable", () => {
  assertEquals(read({ print: "${HOME}" }).options, ['append_output[]={"extra_output":"$${HOME}"}']);
});
