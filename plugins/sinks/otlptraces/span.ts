/** An alert as a span: those of one pod, container or host are one trace. */
import {
  type Alert,
  alertUuid,
  falcoOutput,
  type OutputValue,
  replaceInvalid,
  sortedTags,
  valueText,
} from "../../../core/mod.ts";

export interface Span {
  /** 32 digits of hexadecimal. */
  readonly traceId: string;
  /** 16 of them, the same each time the alert is sent. */
  readonly spanId: string;
  readonly name: string;
  readonly timeNs: bigint;
  readonly endNs: bigint;
  /** What happened in it. */
  readonly event: string;
  readonly attributes: readonly (readonly [name: string, value: string | readonly string[]])[];
}

export async function spanOf(alert: Alert, durationMs: number): Promise<Span> {
  const { timeNs, hostname, source, priority, rule, fields } = alert;
  const id = await alertUuid(alert);
  const tags = sortedTags(alert);
  // Each name may be there once.
  const attributes = new Map<string, string | readonly string[]>([
    ...[...fields].map(([name, value]) => [name, valueText(value)] as const),
    ["uuid", id],
    ["source", source],
    ["priority", priority],
    ["rule", rule],
    ["hostname", hostname],
    ["tags", tags],
  ]);
  return {
    traceId: traceIdOf(fields) ?? fnv1a128(hostname === "" ? id : hostname),
    spanId: id.replaceAll("-", "").slice(0, 16),
    name: replaceInvalid(rule),
    timeNs,
    endNs: timeNs + BigInt(Math.round(durationMs * 1e6)),
    event: replaceInvalid(falcoOutput(alert)),
    attributes: [...attributes].map(([name, value]) => [
      replaceInvalid(name),
      typeof value === "string" ? replaceInvalid(value) : value.map(replaceInvalid),
    ]),
  };
}

/** As falcosidekick makes it; absent: the alert says nothing of where it is from. */
export function traceIdOf(fields: ReadonlyMap<string, OutputValue>): string | undefined {
  const [namespace, pod, container, host] = [
    ...["k8s.ns.name", "k8s.pod.name", "container.id", "evt.hostname"],
  ].map((name) => {
    const value = fields.get(name);
    return typeof value === "string" ? value : "";
  });
  if (namespace && pod) return fnv1a128(`${namespace}:${pod}`);
  if (container && container !== "host") return fnv1a128(container);
  return host ? fnv1a128(host) : undefined;
}

const OFFSET = 0x6c62272e07bb014262b821756295c58dn;
const PRIME = 0x1000000000000000000013bn;
const ENCODER = new TextEncoder();
/** Of what an id is made of; names of pods and hosts are shorter, and each byte costs an integer. */
const MOST_BYTES = 1000;

/** Of the beginning of a text: datatracker.ietf.org/doc/draft-eastlake-fnv */
function fnv1a128(text: string): string {
  const bytes = new Uint8Array(MOST_BYTES);
  const { written } = ENCODER.encodeInto(text, bytes);
  let hash = OFFSET;
  for (const byte of bytes.subarray(0, written)) {
    hash = BigInt.asUintN(128, (hash ^ BigInt(byte)) * PRIME);
  }
  return hash.toString(16).padStart(32, "0");
}
