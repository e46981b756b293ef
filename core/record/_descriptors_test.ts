import { assert, assertEquals } from "../../tests/assert.ts";
import { eventType, type FileDescriptor, type SocketTuple } from "../event/mod.ts";
import { encodeParam } from "../scap/mod.ts";
import { callsMaking } from "./_descriptors.ts";
import { codeOf } from "./_params.ts";

const plain: FileDescriptor = {
  number: 3,
  typeChar: "f",
  path: undefined,
  socket: undefined,
  protocol: undefined,
  role: undefined,
  connected: undefined,
  inode: undefined,
  device: undefined,
  flags: 0,
  onOverlayUpper: false,
};
const connection: SocketTuple = {
  family: "ipv4",
  localAddress: Uint8Array.of(127, 0, 0, 1),
  localPort: 80,
  remoteAddress: Uint8Array.of(127, 0, 0, 1),
  remotePort: 8080,
  path: undefined,
};

Deno.test("calls that tell of descriptors lack no number: Falco ends at one that does", () => {
  const path = { raw: "/proc/7", given: "/proc/7", resolved: undefined };
  const served = { typeChar: "4", protocol: "tcp", role: "server", socket: connection } as const;
  const descriptors = [
    ...[..."fdpmestilrxbP46un"].map((typeChar) => ({ ...plain, typeChar })),
    { ...plain, path },
    { ...plain, typeChar: "P", path },
    { ...plain, ...served },
    { ...plain, ...served, role: "client" as const },
  ];
  const calls = descriptors.flatMap((descriptor) => callsMaking(descriptor));
  assert(calls.length >= descriptors.length);
  const missing = calls.flatMap(({ name, values }) =>
    eventType(codeOf(name))!.params
      .filter((param) => encodeParam(param.type, 0) && values[param.name] === undefined)
      .map((param) => `${param.name} of ${name}`)
  );
  assertEquals(missing, []);
});
