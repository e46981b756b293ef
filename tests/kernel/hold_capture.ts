/** Attaches the probe to its own process and stays until it is killed; prints the programs' ids. */
import { openCapture } from "../../ffi/mod.ts";

const capture = openCapture({
  objects: Deno.args.map((path) => Deno.readFileSync(path)),
  scopeProcessId: Deno.pid,
  lifecycleBytes: 1 << 16,
  eventsBytes: 1 << 16,
});
capture.attach();
console.log(JSON.stringify(capture.programs().map(({ id }) => id)));
const forever = new AbortController().signal;
while (!forever.aborted) {
  capture.drain({ record() {} });
  await capture.wait(forever);
}
