import { assert, assertEquals } from "../../tests/assert.ts";
import { Report, SourceText } from "../base/mod.ts";
import { loadConfig, readConfigText } from "./config/load.ts";
import { type OldFlags, readOldFlags } from "./old_flags.ts";

const NONE: OldFlags = {
  disabledRules: [],
  disabledTags: [],
  tags: [],
  print: undefined,
  others: new Map(),
};

function read(flags: Partial<OldFlags>) {
  const report = new Report();
  const { options, containerInfo } = readOldFlags(
    { ...NONE, ...flags },
    { sources: ["syscall", "k8s_audit"], report },
  );
  return {
    options,
    codes: report.diagnostics.map(({ code }) => code),
    info: containerInfo?.text.text,
  };
}

function others(flags: Readonly<Record<string, readonly string[]>>) {
  return read({ others: new Map(Object.entries(flags)) });
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
  // falco issue 2631
  const report = new Report();
  readOldFlags({ ...NONE, tags: ["a"] }, { sources: ["syscall"], report });
  assert(/, which enables rules that say enabled: false, too$/.test(report.diagnostics[0]!.help!));
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
  assertEquals(others({ "-b": [""] }).options, ["buffer_format_base64=true"]);
});

Deno.test("readOldFlags() turns -A into the key for all system calls", () => {
  assertEquals(others({ "-A": [""] }).options, ["base_syscalls.all=true"]);
});

Deno.test("readOldFlags() puts flags of the years before into keys (issue 3)", () => {
  assertEquals(others({ "-S": ["200"], "-e": ["a.scap"] }), {
    options: [
      "falco_libs.snaplen=200",
      "engine.kind=replay",
      "engine.replay.capture_file=a.scap",
    ],
    codes: ["C023", "C023"],
    info: undefined,
  });
  assertEquals(others({ "-u": [""], "-k": ["http://localhost"] }), {
    options: [],
    codes: ["C028", "C028"],
    info: undefined,
  });
});

Deno.test("readOldFlags() spells --cri when the configuration is known", () => {
  const report = new Report();
  const flags = { ...NONE, others: new Map([["--cri", ["/a.sock", "/b.sock"]]]) };
  const { options, furtherOptions } = readOldFlags(flags, { sources: ["syscall"], report });
  const spelled = (yaml: string) => {
    const source = new SourceText("falco.yaml", yaml);
    const root = readConfigText(source, { environment: () => undefined, report })!;
    return furtherOptions?.(root, report);
  };
  assertEquals([options, report.diagnostics], [[], []]);
  assertEquals(spelled("container_engines: {}"), [
    "container_engines.cri.sockets[]=/a.sock",
    "container_engines.cri.sockets[]=/b.sock",
  ]);
  assertEquals(spelled("container_engines: {cri: {enabled: false}}"), []);
  assertEquals(report.diagnostics.map(({ code }) => code), ["C023", "C028"]);
  assertEquals(
    report.diagnostics[0]?.help,
    "write -o 'container_engines.cri.sockets[]=/a.sock' " +
      "-o 'container_engines.cri.sockets[]=/b.sock'",
  );
});

Deno.test("readOldFlags() tells which event sources are wanted", () => {
  const selected = (given: Readonly<Record<string, readonly string[]>>) => {
    const report = new Report();
    const flags = { ...NONE, others: new Map(Object.entries(given)) };
    return readOldFlags(flags, { sources: ["syscall", "k8s_audit"], report }).sources;
  };
  assertEquals(selected({ "--disable-source": ["syscall"] }), {
    kind: "without",
    names: ["syscall"],
  });
  assertEquals(selected({ "--enable-source": ["k8s_audit", "syscall"] }), {
    kind: "only",
    names: ["k8s_audit", "syscall"],
  });
  assertEquals(selected({}), undefined);
  assertEquals(others({ "--enable-source": ["k8s_audit"] }), {
    options: [],
    codes: [],
    info: undefined,
  });
  assertEquals(others({ "--enable-source": ["syscal"] }).codes, ["C029"]);
  const both = { "--enable-source": ["syscall"], "--disable-source": ["syscall"] };
  assertEquals(others(both).codes, ["C022"]);
});

Deno.test("readOldFlags() keeps what looks like an environment variable", () => {
  const { options } = read({ print: "${HOME} $${HOME}" });
  const environment = () => "/root", path = "/dev/null", rulesFolder = "/rules";
  const { config } = loadConfig({ path, options, environment, rulesFolder }, new Report());
  assertEquals(config.append_output[0]?.extra_output, "${HOME} $${HOME}");
});
