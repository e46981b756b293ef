import { assertEquals } from "../../tests/assert.ts";
import { explainFailure } from "./failure.ts";
import type { Host } from "./host.ts";

function explained(error: unknown, variables: Record<string, string> = {}): string {
  let text = "";
  const output = { write: (more: string) => void (text += more), isTerminal: false };
  const host: Host = {
    plugins: [],
    out: output,
    error: output,
    input: { read: () => Promise.resolve(null) },
    errorBytes: { write: (bytes) => Promise.resolve(bytes.length) },
    environment: (name) => variables[name],
    onStop: () => ({ release: () => {} }),
    onHangup: () => ({ release: () => {} }),
    rulesFolder: "",
  };
  explainFailure(error, host);
  return text;
}

class KernelError extends Error {
  readonly code = "no-btf";
  readonly title = "Cannot load the probe: no BTF";
  readonly help = "install a kernel\nthat has it";
  readonly log = "libbpf: line one\nlibbpf: line two\n";
}

Deno.test("explainFailure() tells a failing world with its log and what to do, without a trace", () => {
  assertEquals(
    explained(new KernelError("Cannot load the probe: no BTF\nlibbpf: line one")),
    "falcod: Cannot load the probe: no BTF\n" +
      "  libbpf: line one\n  libbpf: line two\n" +
      "  install a kernel\n  that has it\n",
  );
});

Deno.test("explainFailure() names the cause when the message does not", () => {
  const cause = new Error("bad bytes");
  const error = Object.assign(new Error("Cannot load plugin", { cause }), { code: "load-failed" });
  assertEquals(explained(error), "falcod: Cannot load plugin\n  because: bad bytes\n");
});

Deno.test("explainFailure() calls anything else a bug and says how to report it", () => {
  for (const error of [new TypeError("x is undefined"), "thrown text", undefined]) {
    const lines = explained(error).trimEnd().split("\n");
    assertEquals(lines.length, 2);
    assertEquals(lines[0]!.startsWith("falcod: this is a bug: "), true);
    assertEquals(lines[1]!.includes("FALCOD_DEBUG=1"), true);
  }
});

Deno.test("explainFailure() shows the stack under FALCOD_DEBUG=1 only", () => {
  const error = new TypeError("x");
  assertEquals(/\n\s+at /.test(explained(error)), false);
  assertEquals(/\n\s+at /.test(explained(error, { FALCOD_DEBUG: "1" })), true);
});

Deno.test("explainFailure() keeps each of its lines on one line", () => {
  const text = explained(Object.assign(new Error("no \u001b[31m\nfile"), { code: "ENOENT" }));
  assertEquals(text, "falcod: no \\u001b[31m\\nfile\n");
});
