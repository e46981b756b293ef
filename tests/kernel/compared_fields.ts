/** What of an event can be held against what a recording tells of it. */
import { syscallFields } from "../../core/field/mod.ts";

/** For fields that take an argument. */
const ARGUMENTS: Readonly<Record<string, string>> = {
  "evt.arg": "[0]",
  "evt.type.is": "[3]",
  "proc.aargs": "[1]",
  "proc.acmdline": "[1]",
  "proc.aenv": "[PATH]",
  "proc.aexe": "[2]",
  "proc.aexepath": "[2]",
  "proc.aname": "[2]",
  "proc.apid": "[1]",
  "proc.env": "[PATH]",
};
/** Names of addresses would be asked for, and arguments of these are other events' and containers'. */
const LEFT_OUT = /^(?:fd\..ip\.name|evt\.around|evt\.rawarg|container\.|k8s\.)/;

/** All fields that are there both live and in captures. */
export function comparedFields(): readonly string[] {
  return [...syscallFields.values()]
    .filter(({ name, only, unavailable }) =>
      only !== "filter" && unavailable === undefined && !LEFT_OUT.test(name)
    )
    .filter(({ name, argument }) => !argument?.required || Object.hasOwn(ARGUMENTS, name))
    .map(({ name }) => `${name}${ARGUMENTS[name] ?? ""}`);
}
