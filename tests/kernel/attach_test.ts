/** The capture on this kernel. Every capture here is scoped to a child of the test. */
import { assert, assertEquals, assertThrows } from "../assert.ts";
import { openLibbpf, programIds } from "../../ffi/libbpf.ts";
import {
  type Capture,
  type CaptureOptions,
  checkSupport,
  layout,
  NativeError,
  openCapture,
  type RingMemory,
} from "../../ffi/mod.ts";
import { assertRuns } from "../own_process.ts";
import { untilGone } from "./programs.ts";

const OBJECTS = ["falcod-cast.bpf.o", "falcod.bpf.o"].map((name) => `build/probe/${name}`);
const { EXIT_RECORD, FORK_RECORD, RECORD_HEADER, RECORD_KIND } = layout;

const OPENAT = 257;

const support = checkSupport();
if (!support.ok) {
  for (const { name, found, needed } of support.items.filter((item) => !item.ok)) {
    console.log(`not supported here: ${name}: ${found}; needed: ${needed}`);
  }
}

/** A test that runs where live capture can work, and nowhere is skipped silently. */
function kernelTest(name: string, body: () => Promise<void> | void): void {
  Deno.test({ name, ignore: !support.ok, fn: body });
}

function open(options: Partial<CaptureOptions> & { readonly scopeProcessId: number }): Capture {
  return openCapture({
    objects: OBJECTS.map((path) => Deno.readFileSync(path)),
    lifecycleBytes: 1 << 20,
    eventsBytes: 1 << 20,
    ...options,
  });
}

/** A shell that runs `script` when told to, so that the capture can be attached before. */
class Child implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;

  constructor(script: string) {
    this.#process = new Deno.Command("/bin/sh", {
      args: ["-c", `read go; ${script}`],
      stdin: "piped",
      stdout: "null",
      stderr: "null",
    }).spawn();
    this.#input = this.#process.stdin.getWriter();
  }

  get id(): number {
    return this.#process.pid;
  }

  async go(): Promise<void> {
    await this.#input.write(new TextEncoder().encode("go\n"));
    await this.#input.close();
  }

  /** Resolves when the process has ended. */
  async ended(): Promise<void> {
    await this.#process.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close().catch(() => {});
    await this.#process.status;
  }
}

interface Seen {
  readonly kind: number;
  readonly processId: number;
  readonly timeNs: number;
  /** Fork: the new process. */
  readonly childProcessId: number;
  /** Exit: the last thread. */
  readonly last: boolean;
}

class Recorder {
  readonly seen: Seen[] = [];
  readonly exited = new Set<number>();

  record(memory: RingMemory, offset: number, kind: number): void {
    const word = (at: number) => memory.u32[(offset + at) >> 2]!;
    const processId = word(RECORD_HEADER.tgid);
    const last = kind === RECORD_KIND.exit && word(EXIT_RECORD.last) === 1;
    if (last) this.exited.add(processId);
    this.seen.push({
      kind,
      processId,
      timeNs: Number(memory.u64[(offset + RECORD_HEADER.bootNs) >> 3]),
      childProcessId: kind === RECORD_KIND.fork ? word(FORK_RECORD.childTgid) : 0,
      last,
    });
  }
}

/** Reads until `processId` has exited. */
async function readUntilExit(capture: Capture, processId: number): Promise<Seen[]> {
  const recorder = new Recorder();
  const { signal } = new AbortController();
  while (!recorder.exited.has(processId)) {
    if (capture.drain(recorder) === 0) await capture.wait(signal);
  }
  return recorder.seen;
}

kernelTest(
  "Capture sees a child's exec, open and exit in order, then leaves nothing behind",
  async () => {
    await using child = new Child("exec cat /etc/hostname");
    let ids: number[];
    {
      using capture = open({ scopeProcessId: child.id });
      capture.setInterest(OPENAT, "all");
      capture.attach();
      ids = capture.programs().map(({ id }) => id);
      await child.go();
      const seen = await readUntilExit(capture, child.id);
      assert(seen.every(({ processId }) => processId === child.id), "only the child is seen");
      const kinds = seen.map(({ kind }) => kind);
      const exec = kinds.indexOf(RECORD_KIND.exec);
      const open_ = kinds.indexOf(RECORD_KIND.file, exec);
      assert(exec >= 0 && exec < open_ && open_ < kinds.length - 1, kinds.join());
      assertEquals(kinds.at(-1), RECORD_KIND.exit);
      const counters = capture.counters();
      assertEquals([counters.lifecycle.dropped, counters.file.dropped, capture.corruptRecords], [
        0,
        0,
        0,
      ]);
      assertEquals(counters.lifecycle.submitted + counters.file.submitted, kinds.length);
      const cpus = capture.cpus();
      assertEquals(cpus.reduce((sum, { submitted }) => sum + submitted, 0), kinds.length);
      assert(cpus.every(({ dropped }) => dropped === 0));
      const { lifecycle, events } = capture.rings();
      for (const { usedBytes, sizeBytes } of [lifecycle, events]) {
        assert(usedBytes >= 0 && usedBytes < sizeBytes, `${usedBytes} of ${sizeBytes}`);
      }
    }
    assertEquals(await untilGone(ids), []);
  },
);

kernelTest(
  "Capture hands out each process's fork before and its exit after all else of it",
  async () => {
    await using child = new Child(
      "for i in 1 2 3 4 5 6 7 8 9 10; do (cat /etc/hosts & cat /etc/hostname; wait) & done; wait",
    );
    using capture = open({ scopeProcessId: child.id });
    capture.setInterest(OPENAT, "all");
    capture.attach();
    await child.go();
    const seen = await readUntilExit(capture, child.id);
    const alive = new Set([child.id]);
    let forked = 0;
    for (const { kind, processId, childProcessId, last } of seen) {
      assert(alive.has(processId), `${processId}: kind ${kind} outside of its life`);
      if (kind === RECORD_KIND.fork && childProcessId !== processId) {
        alive.add(childProcessId);
        forked++;
      }
      if (last) alive.delete(processId);
    }
    assert(forked >= 30, `${forked} forks`);
    assertEquals([...alive], []);
  },
);

kernelTest("Capture with a scope sees children that were there before it", async () => {
  await using child = new Child("true");
  using capture = open({ scopeProcessId: Deno.pid });
  capture.attach();
  await child.go();

  await readUntilExit(capture, child.id);
});

kernelTest("Capture counts what does not fit into a ring, and loses no lifecycle", async () => {
  const opens = "i=0; while [ $i -lt 300 ]; do : < /etc/hostname; i=$((i+1)); done";
  await using child = new Child(`${opens}; (true)`);
  using capture = open({ scopeProcessId: child.id, eventsBytes: 4096 });
  capture.setInterest(OPENAT, "all");
  capture.attach();
  await child.go();
  await child.ended();
  const { file, lifecycle } = capture.counters();
  assert(file.submitted > 0 && file.dropped > 0, JSON.stringify(file));
  assertEquals(lifecycle.dropped, 0);
  const seen = await readUntilExit(capture, child.id);
  assertEquals(seen.length, file.submitted + lifecycle.submitted);
});

kernelTest(
  "Capture.wait() ends when the signal aborts and when the capture is disposed",
  async () => {
    await using child = new Child("true");
    const capture = open({ scopeProcessId: child.id });
    const recorder = new Recorder();
    const abort = new AbortController();
    // Enough looks in vain that it sleeps in the kernel, each much longer than it waits outside.
    for (let look = 0; look < 8; look++) {
      capture.drain(recorder);
      await capture.wait(AbortSignal.timeout(100));
    }
    const waiting = capture.wait(abort.signal);
    abort.abort();
    await waiting;
    await capture.wait(abort.signal);
    const waitingAgain = capture.wait(new AbortController().signal);
    capture[Symbol.dispose]();
    capture[Symbol.dispose]();
    await waitingAgain;
    assertEquals(capture.drain(recorder), 0);
    await capture.wait(new AbortController().signal);
    for (
      const use of [
        () => capture.setInterest(OPENAT, "all"),
        () => capture.track(child.id),
        () => capture.counters(),
        () => capture.attach(),
      ]
    ) assertThrows(use, /disposed/);
  },
);

kernelTest(
  "openCapture() passes over an object the kernel refuses and keeps libbpf's reason",
  async () => {
    await using child = new Child("true");
    const good = OBJECTS.map((path) => Deno.readFileSync(path));
    using capture = open({
      scopeProcessId: child.id,
      objects: [new Uint8Array(64), good[0]!.slice(0, 4096), ...good],
    });
    assert(capture.rejected.length >= 2);
    for (const reason of capture.rejected.slice(0, 2)) assert(reason.includes("libbpf:"), reason);
  },
);

kernelTest("openCapture() takes the probe that casts where the kernel lets it", () => {
  using capture = open({ scopeProcessId: Deno.pid });
  const [major = 0, minor = 0] = Deno.osRelease().split(".").map((part) => parseInt(part, 10));
  const expected = major > 6 || (major === 6 && minor >= 2) ? "cast" : "read";
  assertEquals(capture.variant, expected, capture.rejected.join("\n"));
});

kernelTest("openCapture() says what libbpf said when no object is accepted", () => {
  assertThrows(
    () => openCapture({ objects: [new Uint8Array(64)] }),
    (error: unknown) =>
      error instanceof NativeError && error.code === "load-failed" && error.log.includes("libbpf:"),
  );
});

Deno.test("openCapture() names the library that is missing", () => {
  assertThrows(
    () => openCapture({ objects: [], libbpfPath: "libbpf-not-there.so.1" }),
    (error: unknown) => error instanceof NativeError && error.code === "no-libbpf",
  );
});

kernelTest("a capture whose process is killed with SIGKILL leaves nothing behind", async () => {
  const holder = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "tests/kernel/hold_capture.ts", ...OBJECTS],
    stdout: "piped",
  }).spawn();
  const lines = holder.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { value, done } = await lines.read();
    assert(!done, `ended early: ${text}`);
    text += value;
  }
  const ids: number[] = JSON.parse(text);
  const loaded = programIds(openLibbpf());
  assert(ids.length > 0 && ids.every((id) => loaded.has(id)), "attached");
  holder.kill("SIGKILL");
  await holder.status;
  await lines.cancel();
  assertEquals(await untilGone(ids), []);
});

/** Has the kernel count what BPF programs take, until disposed. */
function countPrograms(): Disposable | undefined {
  const path = "/proc/sys/kernel/bpf_stats_enabled";
  const before = Deno.readTextFileSync(path);
  try {
    Deno.writeTextFileSync(path, "1");
  } catch {
    return undefined;
  }
  return { [Symbol.dispose]: () => Deno.writeTextFileSync(path, before) };
}

kernelTest(
  "Capture.programs() tells how often programs ran, while the kernel counts it",
  async () => {
    using counting = countPrograms();
    await using child = new Child("exec cat /etc/hostname");
    using capture = open({ scopeProcessId: child.id });
    capture.attach();
    await child.go();
    await readUntilExit(capture, child.id);
    const ran = capture.programs().filter(({ runs, runNs }) => runs > 0 && runNs > 0);
    // Some systems let nobody switch it on.
    if (counting) assert(ran.length > 0);
  },
);

kernelTest(
  "what cannot be attached on demand takes nothing along that was attached before",
  () => assertRuns(new URL("attach_at_limit.ts", import.meta.url)),
);
