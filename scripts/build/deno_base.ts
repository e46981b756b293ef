/** Deno itself as what the binary runs on, told by the stub what to run. */
import { RUN_FLAGS } from "../../core/base/own_program.ts";
import { compileStub } from "./compile_stub.ts";
import { addEntrySegment, readElf } from "./elf.ts";
import { encodeOrder } from "./order.ts";
import { HIDDEN_HOME, HIDDEN_VARIABLES, STUB_VARIABLES } from "./stub_variables.ts";

/** Neither asks for a configuration, packages or a cache on the machine, nor fetches anything. */
const DENO_FLAGS = [
  ...["run", ...RUN_FLAGS],
  ...["--no-config", "--no-lock", "--no-remote", "--no-npm"],
  ...["--node-modules-dir=none", "--no-code-cache"],
];

/** `deno`: its executable. `start`: the module to run. */
export async function baseOfDeno(
  deno: Uint8Array,
  start: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const { architecture, entry, loader } = readElf(deno);
  if (loader === undefined) throw new Error("this Deno is not started by a dynamic loader");
  const stub = await compileStub(architecture);
  const module = `data:text/javascript;base64,${new TextEncoder().encode(start).toBase64()}`;
  return addEntrySegment(deno, ({ address, fullTable, fullCount }) => {
    const order = encodeOrder({
      address: address + stub.length,
      entry,
      segments: fullTable,
      segmentCount: fullCount,
      loader,
      args: [...DENO_FLAGS, module],
      added: [
        `HOME=${HIDDEN_HOME}`,
        ...Object.entries(STUB_VARIABLES).map(([name, value]) => `${name}=${value}`),
      ],
      hidden: HIDDEN_VARIABLES,
    });
    const content = new Uint8Array(stub.length + order.length);
    content.set(stub);
    content.set(order, stub.length);
    return content;
  });
}
