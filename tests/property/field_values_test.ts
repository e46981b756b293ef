/** Operators trust a field's type: whatever an event carries, a value has that type or is absent. */
import {
  type Event,
  eventType,
  eventTypes,
  GENERIC_BASE,
  type ParamValue,
} from "../../core/event/mod.ts";
import {
  type FieldDefinition,
  type FieldScalar,
  type FieldType,
  type FieldValue,
  findField,
  syscallFields,
} from "../../core/field/mod.ts";
import { fileOf, socketOf, stateOf } from "../../core/field/fixture_test.ts";
import { assert } from "../assert.ts";

const PATH = { raw: "../x\ufffd\n", given: "/x\ufffd\n", resolved: "/y" };
const SOCKET = {
  family: "ipv6",
  localAddress: new Uint8Array(16),
  remoteAddress: new Uint8Array(16),
  localPort: 0,
  remotePort: 65535,
  path: undefined,
} as const;
/** One of each kind a source may hand over for any parameter. */
const VALUES: readonly ParamValue[] = [
  undefined,
  -1,
  2 ** 60,
  0xffff_ffff_ffff_ffffn,
  "",
  "\0\ud800",
  ["a", ""],
  new Uint8Array([0, 255]),
  PATH,
  SOCKET,
];

function eventOf(type: number, value: ParamValue): Event {
  return {
    source: "syscall",
    number: 1,
    type,
    timeNs: 2n ** 64n - 1n,
    clockNs: 1,
    cpu: 0,
    threadId: 7,
    processId: 7,
    result: typeof value === "number" ? value : undefined,
    compat: false,
    change: undefined,
    descriptor: undefined,
    hasResolvedView: true,
    param: () => value,
  };
}

const NUMBERS = /^U?INT\d+$|^(DOUBLE|ERRNO|FD|[PUG]ID|PORT|L4PROTO|SIGTYPE|MODE|FLAGS32)$|TIME$/;

function fits(value: FieldScalar, type: FieldType): boolean {
  if (NUMBERS.test(type)) return typeof value === "number" || typeof value === "bigint";
  switch (type) {
    case "CHARBUF":
    case "FSPATH":
      return typeof value === "string";
    case "BOOL":
      return typeof value === "boolean";
    case "BYTEBUF":
    case "IPADDR":
    case "IPNET":
      return value instanceof Uint8Array;
    default:
      return true; // never compared
  }
}

function check(definition: FieldDefinition, value: FieldValue, type: number): void {
  if (value === undefined) return;
  const several = Array.isArray(value);
  const where = `${definition.name} of ${eventType(type)?.name}`;
  const expected = definition.list === true || definition.candidates !== undefined;
  assert(!several || expected, `${where} gives a list`);
  for (const item of (several ? value : [value]) as readonly FieldScalar[]) {
    assert(fits(item, definition.type), `${where}: ${typeof item} is no ${definition.type}`);
  }
}

Deno.test("every field gives values of its own type, for every event and whatever it carries", () => {
  const state = stateOf({ processId: 1, comm: "init" }, { processId: 7, parentId: 1, comm: "\0" });
  const descriptors = [undefined, fileOf(PATH), socketOf()];
  const codes = [...eventTypes().map(({ code }) => code), GENERIC_BASE, GENERIC_BASE + 1, 99_999];
  const names = new Set(eventTypes().flatMap(({ params }) => params.map(({ name }) => name)));
  const rawArguments = [...names].map((name) => findField(syscallFields, "evt.rawarg", name)!);
  const plain = [...syscallFields.values()].filter(({ argument }) => !argument?.required);
  for (const code of codes) {
    for (const [index, carried] of VALUES.entries()) {
      const descriptor = descriptors[index % descriptors.length];
      const event = { ...eventOf(code, carried), descriptor };
      state.begin(event);
      for (const definition of plain) {
        check(definition, definition.extract(event, state, undefined), code);
      }
      for (const { definition, argument } of rawArguments) {
        check(definition, definition.extract(event, state, argument), code);
      }
      state.end(event);
    }
  }
});
