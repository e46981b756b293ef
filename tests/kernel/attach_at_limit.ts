/**
 * A capture of this very process, which may open no more files when something else is to be attached:
 * what was attached before goes on, and the other can be attached later.
 */
import { layout, NativeError, openCapture } from "../../ffi/mod.ts";
import { assert, assertThrows } from "../assert.ts";

const { RECORD_HEADER, RECORD_KIND } = layout;

const OPENAT = 257;
const OBJECTS = ["falcod-cast.bpf.o", "falcod.bpf.o"].map((name) => `build/probe/${name}`);

using capture = openCapture({
  objects: OBJECTS.map((path) => Deno.readFileSync(path)),
  lifecycleBytes: 1 << 20,
  eventsBytes: 1 << 20,
  scopeProcessId: Deno.pid,
});
capture.setInterest(OPENAT, "all");
capture.attach();
// What the runtime opens for signals, half a second after the start, it cannot do without.
Deno.addSignalListener("SIGUSR1", () => {});
const limiter = new Deno.Command("sh", {
  args: ["-c", `prlimit --pid=${Deno.pid} --nofile=3: && echo && read go; ${restore()}`],
  stdin: "piped",
  stdout: "piped",
}).spawn();
const { done } = await limiter.stdout.getReader().read();
assert(!done);
capture.drain({ record() {} });
assertThrows(() => capture.reportClosed(), NativeError);
assertThrows(() => capture.reportClosed(), NativeError);
await limiter.stdin.close();
assert((await limiter.status).success);
let opened = 0;
while (opened === 0) {
  Deno.openSync("/dev/null").close();
  capture.drain({
    record: (memory, at) =>
      void (opened += memory.u16[(at + RECORD_HEADER.kind) >> 1] === RECORD_KIND.file ? 1 : 0),
  });
  await new Promise((resolve) => setTimeout(resolve, 1));
}
capture.reportClosed();

function restore(): string {
  const [, soft] = /^Max open files +(\d+)/m.exec(Deno.readTextFileSync("/proc/self/limits"))!;
  return `prlimit --pid=${Deno.pid} --nofile=${soft}:`;
}
