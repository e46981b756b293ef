import { assert } from "../../../tests/assert.ts";
import { printSupport } from "./probe.ts";

Deno.test("printSupport() says what falcod keeps once it watches only where it can watch", () => {
  const printed = (ok: boolean) => {
    let text = "";
    const item = { name: "bpf", ok, required: true, found: "x", needed: "y", help: "z" };
    printSupport({ ok, items: [item] }, {
      write: (more) => void (text += more),
      isTerminal: false,
    });
    return text;
  };
  assert(printed(true).includes("is possible.\nOnce it watches, falcod keeps"), printed(true));
  assert(printed(false).endsWith("Live capture is not possible here.\n"), printed(false));
});
