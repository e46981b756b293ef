/** Gives memory back again and again while another thread loads and leaves the library that is named. */
import { giveBackMemory } from "./give_back.ts";

function load(path: string): void {
  for (let count = 0; count < 20_000; count++) Deno.dlopen(path, {}).close();
  // In the worker that runs this it is there.
  (globalThis as unknown as Pick<Worker, "postMessage">).postMessage(undefined);
}

const source = `(${load})(${JSON.stringify(Deno.args[0])});`;
const loader = new Worker(`data:text/javascript,${encodeURIComponent(source)}`, { type: "module" });
let isLoading = true;
loader.onmessage = () => isLoading = false;
while (isLoading) {
  giveBackMemory();
  // What the other thread says comes in between.
  await new Promise((resolve) => setTimeout(resolve));
}
loader.terminate();
