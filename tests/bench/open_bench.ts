/**
 * What the descriptor of an open costs: paths that come again and again, as on most machines, and paths
 * that never do.
 */
import { layout } from "../../ffi/mod.ts";
import { LiveEvent } from "../../plugins/sources/syscall/live_event.ts";
import { RecordWriter } from "../records.ts";

const EVENTS = 20_000;
const FAMILIAR = [
  "/etc/passwd",
  "/etc/hostname",
  "/usr/bin/env",
  "/etc/ssl/openssl.cnf",
  "/etc/hosts",
  "/usr/share/zoneinfo/UTC",
  "/var/log/dpkg.log",
];

function opens(pathOf: (index: number) => string): () => number {
  const writer = new RecordWriter(8 << 20);
  const offsets: number[] = [];
  for (let i = 0; i < EVENTS; i++) {
    const path = pathOf(i);
    offsets.push(writer.open({ tgid: 1000, bootNs: 1e9 + i, given: path, resolved: path }));
  }
  const event = new LiveEvent({ epochMinusBootNs: 1_700_000_000_000_000_000n });
  return () => {
    let length = 0;
    for (const at of offsets) {
      event.load(writer.memory, at, layout.RECORD_KIND.file);
      length += event.descriptor?.path?.given.length ?? 0;
    }
    return length;
  };
}

const familiar = opens((index) => FAMILIAR[index % FAMILIAR.length]!);
const strange = opens((index) => `/var/cache/build/${index.toString(36)}/objects.o`);
Deno.bench(`LiveEvent.descriptor: ${EVENTS} events, paths that repeat`, () => void familiar());
Deno.bench(`LiveEvent.descriptor: ${EVENTS} events, paths that never do`, () => void strange());
