/**
 * The plugin's process from the inside: passes frames between falcod and the worker that runs the plugin.
 * It decides nothing. Once the worker runs, whatever comes from here may be the plugin's own doing.
 */
import { frameOf, FrameReader, FROM_GUEST, TO_GUEST } from "./frames.ts";
import { guestScript } from "./guest.ts";
import { type IsolationPolicy, type Walls, workerPermissions } from "./policy.ts";

/** Batches of alerts are larger than what comes back. */
const MAX_FROM_FALCOD = 256 << 20;

/** Until falcod has no more to say; rejects when the plugin ends its worker by an error of its own. */
export async function hostGuest(policy: IsolationPolicy, walls: Walls): Promise<void> {
  const output = new OutputQueue();
  const failed = Promise.withResolvers<never>();
  const reader = new FrameReader(MAX_FROM_FALCOD);
  let worker: Worker | undefined;
  output.add(frameOf(FROM_GUEST.confined, 0, JSON.stringify(walls)));
  const passOn = async () => {
    for await (const chunk of Deno.stdin.readable) {
      for (const { type, id, payload } of reader.push(chunk)) {
        if (!worker) {
          worker = startWorker(policy, output, failed.reject);
          await giveUpPermissions();
        }
        const frame = frameOf(type, id, payload);
        worker.postMessage(frame, [frame.buffer]);
      }
    }
  };
  await Promise.race([passOn(), failed.promise]);
}

function startWorker(
  { permissions }: IsolationPolicy,
  output: OutputQueue,
  failed: (error: Error) => void,
): Worker {
  const script = guestScript({ to: TO_GUEST, from: FROM_GUEST });
  const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const options = {
    type: "module",
    deno: { permissions: workerPermissions(permissions) },
  } as const;
  const worker = new Worker(url, options as WorkerOptions);
  worker.onmessage = ({ data }) => {
    if (data instanceof Uint8Array) output.add(data);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    failed(new Error(event.message));
  };
  return worker;
}

/** The worker has its own; what it gets around by leading the runtime astray is not to be ours. */
async function giveUpPermissions(): Promise<void> {
  for (const name of ["net", "read", "write", "env", "run", "ffi", "sys", "import"] as const) {
    await Deno.permissions.revoke({ name } as Deno.PermissionDescriptor);
  }
}

/** One after the other, as fast as falcod reads. */
class OutputQueue {
  #waiting: Uint8Array[] = [];
  #isWriting = false;

  add(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    if (!this.#isWriting) void this.#write();
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      for (const bytes of batch) {
        for (let at = 0; at < bytes.length;) {
          at += await Deno.stdout.write(bytes.subarray(at));
        }
      }
    }
    this.#isWriting = false;
  }
}
