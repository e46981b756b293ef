/**
 * Bodies of audit events changed at random. Each is read or its problems are told, all fields of its
 * events can be asked for, and no event is missing that `JSON.parse` finds in the body as a whole.
 */
import { decodeUtf8, encodeUtf8 } from "../../core/base/mod.ts";
import type { FieldDefinition } from "../../core/field/mod.ts";
import { State } from "../../core/state/mod.ts";
import { AuditEvent } from "../../plugins/sources/k8s_audit/audit_event.ts";
import plugin from "../../plugins/sources/k8s_audit/mod.ts";
import { type AuditDocument, auditEvents } from "../../plugins/sources/k8s_audit/payload.ts";
import { assert, assertEquals } from "../assert.ts";
import { Random } from "./random.ts";

export interface AuditBodyTally {
  bodies: number;
  bytes: number;
  events: number;
  /** By kind. */
  readonly problems: Map<string, number>;
  slowest: { readonly ms: number; readonly where: string };
}

const LIMITS = { maxEventBytes: 1 << 20, maxDepth: 64 };
const MAX_BYTES = 64 << 10;
const ARGUMENTS = ["0", "1", "x", "/user/groups/0", "constructor", "__proto__", "*"];
const state = new State();

/** What JSON has trouble with. */
const TOKENS = [
  ...['"', "\\", "{", "}", "[", "]", ",", ":", " ", "\n", "\0"],
  ...["null", "true", "-0", "1e400", "12345678901234567890", '"\\ud800"', "\\u006b", '"\\x"'],
  ...['"kind":"EventList",', '"kind":"Event",', '"items":[', '"items":[],', '"auditID":1,'],
  ...['"__proto__":{"auditID":1},', '"toString":1,', '"requestObject":[', '"requestObject":null,'],
  ...['"stageTimestamp":"2020-01-01T00:00:00Z",', '"spec":{"containers":[', '"spec":"x",'],
  ...["[".repeat(20), '{"a":'.repeat(70), "\xff\xfe"],
].map((token) => encodeLatin1(token));

function encodeLatin1(text: string): Uint8Array {
  return Uint8Array.from(text, (unit) => unit.charCodeAt(0));
}

/** Throws at the first failure; the message says how to repeat it. `bodies` are those to change. */
export function judgeAuditBodies(
  seed: number,
  count: number,
  bodies: readonly Uint8Array[],
): AuditBodyTally {
  const random = new Random(seed);
  const tally: AuditBodyTally = {
    bodies: 0,
    bytes: 0,
    events: 0,
    problems: new Map(),
    slowest: { ms: 0, where: "" },
  };
  for (let i = 0; i < count; i++) {
    const where = `seed ${seed}, body ${i}`;
    const body = changed(random.pick(bodies), random);
    const start = performance.now();
    try {
      judge(body, random, tally);
    } catch (cause) {
      throw new Error(`${where}: ${(cause as Error).message}`, { cause });
    }
    const ms = performance.now() - start;
    if (ms > tally.slowest.ms) tally.slowest = { ms, where };
    tally.bodies++;
    tally.bytes += body.length;
  }
  return tally;
}

function judge(body: Uint8Array, random: Random, tally: AuditBodyTally): void {
  const { events, problems } = auditEvents(body, LIMITS);
  tally.events += events.length;
  for (const { kind, offset } of problems) {
    tally.problems.set(kind, (tally.problems.get(kind) ?? 0) + 1);
    assert(offset >= 0 && offset <= body.length, `a problem at ${offset}`);
  }
  for (const event of events) askAll(event, random);
  const whole = parsed(body);
  const isMalformed = problems.some(({ kind }) => kind === "malformed");
  if (whole === undefined) return;
  assert(!isMalformed, "JSON was taken for none");
  const found = events.map(({ value }) => JSON.stringify(value));
  const left = [...found];
  for (const wanted of eventsIn(whole.value)) {
    const text = JSON.stringify(wanted);
    const at = left.indexOf(text);
    if (at >= 0) left.splice(at, 1);
    else assert(problems.length > 0, `an event is missing: ${text.slice(0, 300)}`);
  }
}

function parsed(body: Uint8Array): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(decodeUtf8(body).replace(/^\ufeff/, "")) };
  } catch {
    return undefined;
  }
}

/** What a reader makes of it that has all of it in hand. */
function eventsIn(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap(eventsIn);
  if (typeof value !== "object" || value === null) return [];
  const { kind, items } = value as Record<string, unknown>;
  if (kind === "EventList") return Array.isArray(items) ? items.filter(isEvent) : [];
  const isOne = kind === "Event" || kind === undefined && Object.hasOwn(value, "auditID");
  return isOne && isEvent(value) ? [value] : [];
}

/** As far as this oracle can tell; times are judged elsewhere. */
function isEvent(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(
      String((value as Record<string, unknown>).stageTimestamp),
    );
}

/** Every field has a value of its type, or none; nothing throws. */
function askAll(document: AuditDocument, random: Random): void {
  const event = new AuditEvent(document, { number: 1, firstTimeNs: document.timeNs });
  for (const field of plugin.fields.values()) {
    const value = field.extract(event, state, argumentOf(field, random));
    const values = Array.isArray(value) ? value : [value];
    assertEquals(Array.isArray(value) && !field.list, false, field.name);
    assert(values.length > 0, `${field.name} is an empty list`);
    if (field.type !== "CHARBUF") continue;
    for (const one of values) assert(one === undefined || typeof one === "string", field.name);
  }
}

function argumentOf({ argument }: FieldDefinition, random: Random): string | number | undefined {
  if (!argument || !argument.required && random.next() < 0.5) return undefined;
  return argument.kind === "index" ? random.below(3) : random.pick(ARGUMENTS);
}

/** One to six changes, among them pieces of itself in other places. */
function changed(body: Uint8Array, random: Random): Uint8Array {
  let bytes = body;
  for (let times = random.below(6) + 1; times > 0; times--) {
    const at = random.below(bytes.length + 1);
    const size = random.pick([1, 1, 2, 8, 64, 512]);
    switch (random.below(6)) {
      case 0:
        bytes = splice(bytes, at, size, new Uint8Array());
        break;
      case 1:
        bytes = splice(bytes, at, 1, Uint8Array.of(random.below(256)));
        break;
      case 2:
        bytes = bytes.subarray(0, random.next() < 0.1 ? at : bytes.length);
        break;
      case 3: {
        const from = random.below(bytes.length + 1);
        bytes = splice(bytes, at, 0, bytes.slice(from, from + size));
        break;
      }
      default:
        bytes = splice(bytes, afterMember(bytes, at), 0, random.pick(TOKENS));
    }
  }
  return bytes.length > MAX_BYTES ? bytes.subarray(0, MAX_BYTES) : bytes;
}

/** Behind the next bracket or comma, where a member may stand. */
function afterMember(bytes: Uint8Array, at: number): number {
  for (let i = at; i < bytes.length; i++) {
    if (bytes[i] === 0x2c || bytes[i] === 0x7b) return i + 1;
  }
  return at;
}

function splice(bytes: Uint8Array, at: number, size: number, more: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length - Math.min(size, bytes.length - at) + more.length);
  result.set(bytes.subarray(0, at));
  result.set(more, at);
  result.set(bytes.subarray(Math.min(bytes.length, at + size)), at + more.length);
  return result;
}

const TIME = "2020-10-25T13:58:49Z";

/** Bodies of our own making: a list, single events, a patch, an odd one. */
export function plainBodies(): readonly Uint8Array[] {
  const pod = {
    kind: "Event",
    auditID: "a",
    stage: "ResponseComplete",
    stageTimestamp: TIME,
    verb: "create",
    requestURI: "/api/v1/namespaces/default/pods?a=%20&b=c",
    user: { username: "jane", groups: ["system:masters", "x"] },
    sourceIPs: ["10.0.0.1"],
    objectRef: { resource: "pods", namespace: "default", name: "web" },
    requestObject: {
      spec: {
        containers: [{ name: "a", image: "nginx:1", securityContext: { privileged: true } }],
        volumes: [{ name: "v", hostPath: { path: "/etc" } }],
        hostNetwork: true,
      },
    },
    responseStatus: { code: 201 },
    annotations: { "authorization.k8s.io/decision": "allow" },
  };
  const role = {
    ...pod,
    auditID: "b",
    requestObject: {
      rules: [{ verbs: ["*"], resources: ["pods/exec"], apiGroups: [""] }],
      subjects: [{ kind: "ServiceAccount", name: "n", namespace: "s" }],
      roleRef: { name: "cluster-admin" },
      data: { key: "aws_access_key_id\u00e9" },
    },
  };
  const patch = { ...pod, auditID: "c", requestObject: [{ op: "add", path: "/spec", value: {} }] };
  const { kind: _kind, ...bare } = pod;
  const list = { kind: "EventList", apiVersion: "v1", metadata: {}, items: [bare, role, patch] };
  const late = { items: [bare, role], metadata: { items: [1] }, kind: "EventList" };
  return [list, late, pod, [role, [patch]], bare].map((body) => encodeUtf8(JSON.stringify(body)));
}
