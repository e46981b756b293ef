/** What inputs name on this machine and would not get there. */
import { reasonOf, type SinkFault } from "../../../core/mod.ts";
import { lookAtFiles } from "./file_input.ts";
import { InputError } from "./input_error.ts";
import type { InputConfig, K8sAuditConfig } from "./schema.ts";
import { tokenOf } from "./webhook_access.ts";

/** A file that is followed may come later; certificates are looked at for all servers alike. */
export async function inputFaults({ inputs }: K8sAuditConfig): Promise<readonly SinkFault[]> {
  const found = await Promise.all(inputs.map(async (input, index) => {
    const fault = await faultOf(input);
    return fault ? [{ ...fault, path: ["inputs", index, ...fault.path] }] : [];
  }));
  return found.flat();
}

async function faultOf(input: InputConfig): Promise<SinkFault | undefined> {
  switch (input.kind) {
    case "path":
      return await faultIn(["path"], () => lookAtFiles(input.path));
    case "tail":
      return undefined;
    case "http": {
      const key = input.tokenFile === undefined ? "tokenVariable" : "tokenFile";
      return await faultIn([key], () => void tokenOf(input));
    }
    default:
      return input satisfies never;
  }
}

async function faultIn(
  path: readonly string[],
  look: () => void | Promise<void>,
): Promise<SinkFault | undefined> {
  try {
    await look();
    return undefined;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const { message, help = "look at what stands there", cause } = error;
    const why = cause instanceof Error ? `: ${reasonOf(cause)}` : "";
    return { path, what: `${message}${why}`, help };
  }
}
