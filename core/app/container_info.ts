/**
 * What Falco up to 0.35 put in the place of `%container.info`: by default, and with `-pc`, `-pk` and so
 * on, which also put it at the end of outputs that do not ask for it. Later versions suggest fields.
 */
import { SourceText } from "../base/mod.ts";
import type { ContainerInfo } from "../rule/mod.ts";

/** Without a flag. */
export const PLAIN_CONTAINER_INFO: ContainerInfo = {
  text: new SourceText("<%container.info>", "%container.name (id=%container.id)"),
  everywhere: false,
};

const CONTAINER = "container=%container.name (id=%container.id)";
const KUBERNETES = "k8s.ns=%k8s.ns.name k8s.pod=%k8s.pod.name container=%container.id";
const SANDBOXED = "vpid=%proc.vpid vtid=%thread.vtid";

/** Mesos tasks have no fields any more; their containers have. */
const FORMATS: ReadonlyMap<string, string> = new Map([
  ["c", CONTAINER],
  ["container", CONTAINER],
  ["cg", `${CONTAINER} ${SANDBOXED}`],
  ["container-gvisor", `${CONTAINER} ${SANDBOXED}`],
  ["k", KUBERNETES],
  ["kubernetes", KUBERNETES],
  ["kg", `${KUBERNETES} ${SANDBOXED}`],
  ["kubernetes-gvisor", `${KUBERNETES} ${SANDBOXED}`],
  ["m", "container=%container.id"],
  ["mesos", "container=%container.id"],
]);

/** Of the value of `-p`; absent where that is an output of its own. */
export function containerInfoOfFlag(print: string): ContainerInfo | undefined {
  const format = FORMATS.get(print);
  if (format === undefined) return undefined;
  return { text: new SourceText(`<-p${print}>`, format), everywhere: true };
}
