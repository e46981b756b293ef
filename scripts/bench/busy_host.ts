/**
 * Writes a capture of a host that does not exist: web servers, shells, builds and cron jobs that open,
 * read, connect and run programs, with the parameters, tables and texts a real capture has. The same
 * seed gives the same file.
 *
 *     deno run -A scripts/bench/busy_host.ts FILE [EVENTS] [SEED]
 *
 * 1.5 million events take 158 MB. A name that ends in `.gz` is compressed.
 */
import { encodeUtf8 } from "../../core/base/mod.ts";
import { eventType, flagValue, type ParamValue } from "../../core/event/mod.ts";
import { createCapture, encodeParam, type ScapOutput, ScapWriter } from "../../core/scap/mod.ts";
import { Random } from "../../tests/property/random.ts";
import { PROGRAMS, SERVICES } from "./busy_programs.ts";
import { cloned, executed, tupleOf } from "./busy_params.ts";
import { ACCOUNTS, MACHINE, openAtStart, processOf, START_NS, type Task } from "./busy_tables.ts";

/** Exit events of today, by upstream's codes. */
const CODES = {
  syscall: 1,
  close: 5,
  read: 7,
  write: 9,
  socket: 19,
  connect: 23,
  sendto: 31,
  recvfrom: 35,
  futex: 65,
  fstat: 71,
  epoll_wait: 79,
  lseek: 87,
  brk: 159,
  mmap: 161,
  ioctl: 171,
  procexit: 186,
  clone: 223,
  access: 265,
  execve: 293,
  unlinkat: 303,
  mkdirat: 305,
  openat: 307,
  fchmodat: 313,
  accept4: 389,
  newfstatat: 419,
} as const;

const AT_FDCWD = -100;
const ENOENT = -2;
/** What a capture keeps of buffers by default. */
const SNAPLEN_BYTES = 80;
const REQUEST = "GET /static/app.js HTTP/1.1\r\nHost: shop.example\r\nAccept: */*\r\n" +
  "Cookie: id=7f3a91\r\n\r\n";
const FLUSH_BYTES = 1 << 20;
const MEAN_GAP_NS = 4000;

/** Answers how many events were written. */
export async function writeBusyHost(
  output: ScapOutput,
  options: { readonly events: number; readonly seed: number },
): Promise<number> {
  const host = new BusyHost(new ScapWriter(output), options);
  return await host.run();
}

class BusyHost {
  readonly #writer: ScapWriter;
  readonly #random: Random;
  readonly #events: number;
  readonly #services: Task[] = [];
  readonly #paths: readonly string[];
  readonly #data: Uint8Array;
  readonly #read = flagValue("file_flags", "O_RDONLY")! | flagValue("file_flags", "O_CLOEXEC")!;
  readonly #write = flagValue("file_flags", "O_WRONLY")! | flagValue("file_flags", "O_CREAT")!;
  #elapsedNs = 0;
  #nextId = 3000;
  #unique = 0;

  constructor(writer: ScapWriter, { events, seed }: { events: number; seed: number }) {
    this.#writer = writer;
    this.#random = new Random(seed);
    this.#events = events;
    this.#paths = pathPool(this.#random);
    this.#data = encodeUtf8(REQUEST).subarray(0, SNAPLEN_BYTES);
  }

  async run(): Promise<number> {
    this.#tables();
    while (this.#writer.eventCount < this.#events) {
      this.#act(this.#random.pick(this.#services));
      if (this.#writer.pendingBytes > FLUSH_BYTES) await this.#writer.flush();
    }
    await this.#writer.close();
    return this.#writer.eventCount;
  }

  #tables(): void {
    const writer = this.#writer;
    writer.machine(MACHINE);
    writer.accounts(ACCOUNTS);
    for (const program of SERVICES) {
      for (let copy = 0; copy < program.copies; copy++) {
        const task = { id: this.#nextId++, parentId: 1, program, args: program.args };
        this.#services.push({ ...task, nextDescriptor: 12 });
      }
    }
    writer.processes([
      processOf({ id: 1, parentId: 0, program: SERVICES[0]!, args: [], nextDescriptor: 3 }),
      ...this.#services.map(processOf),
    ]);
    for (const task of this.#services) writer.descriptors(task.id, openAtStart(task));
  }

  /** One of the things programs do all day. */
  #act(task: Task): void {
    const { program } = task;
    const choice = this.#random.below(100);
    if (choice < program.spawns) this.#spawn(task);
    else if (choice < program.spawns + program.serves) this.#serve(task);
    else if (choice < 78) this.#readFile(task, this.#path());
    else if (choice < 82) this.#emit("openat", task, this.#open(ENOENT, this.#path()));
    else if (choice < 84) this.#call(task);
    else if (choice < 86) this.#writeFile(task);
    else this.#wait(task);
  }

  #readFile(task: Task, path: string): void {
    const fd = task.nextDescriptor + this.#random.below(4);
    this.#emit("openat", task, this.#open(fd, path));
    if (this.#random.below(2) === 0) this.#emit("fstat", task, [0, fd]);
    for (let reads = this.#random.below(3); reads > 0; reads--) this.#readFrom(task, fd);
    if (this.#random.below(8) === 0) this.#emit("lseek", task, [0, fd, 0, 0]);
    this.#emit("close", task, [0, fd]);
  }

  #writeFile(task: Task): void {
    const fd = task.nextDescriptor;
    const path = `/var/tmp/work/${task.program.comm}-${(this.#unique++).toString(36)}.tmp`;
    this.#emit("openat", task, [fd, AT_FDCWD, path, this.#write, 0o644, 2049, this.#unique]);
    this.#writeTo(task, fd);
    this.#emit("close", task, [0, fd]);
    switch (this.#random.below(4)) {
      case 0:
        this.#emit("unlinkat", task, [0, AT_FDCWD, path, 0]);
        break;
      case 1:
        this.#emit("fchmodat", task, [0, AT_FDCWD, path, 0o600]);
        break;
      case 2:
        this.#emit("mkdirat", task, [0, AT_FDCWD, `${path}.d`, 0o755]);
    }
  }

  #serve(task: Task): void {
    const fd = task.nextDescriptor;
    const tuple = tupleOf(
      [10, 0, this.#random.below(256), 7],
      40000 + this.#random.below(9999),
      443,
    );
    this.#emit("accept4", task, [fd, tuple, 0, 0, 511, 0]);
    this.#emit("recvfrom", task, [this.#data.length, this.#data, tuple, fd, 4096]);
    this.#readFile({ ...task, nextDescriptor: fd + 1 }, this.#path());
    this.#emit("sendto", task, [1400, this.#data, fd, 1400, tuple]);
    this.#writeTo(task, 5);
    this.#emit("close", task, [0, fd]);
  }

  #call(task: Task): void {
    const fd = task.nextDescriptor;
    const tuple = tupleOf([10, 0, 0, 5], 50000 + this.#random.below(9999), 5432);
    this.#emit("socket", task, [fd, 2, 1, 0, 0]);
    this.#emit("connect", task, [0, tuple, fd, Uint8Array.of(2, 10, 0, 0, 9, 56, 21)]);
    this.#emit("sendto", task, [60, this.#data, fd, 60, tuple]);
    this.#emit("recvfrom", task, [this.#data.length, this.#data, tuple, fd, 8192]);
    this.#emit("close", task, [0, fd]);
  }

  #wait(task: Task): void {
    switch (this.#random.below(5)) {
      case 0:
        return this.#emit("epoll_wait", task, [1, 512]);
      case 1:
        return this.#emit("futex", task, [0, 0x7f00_1234_5678n, 128, 1]);
      case 2:
        return this.#emit("ioctl", task, [0, 3, 0x5401, 0]);
      case 3:
        return this.#readFrom(task, 4);
      default:
        return this.#emit("syscall", task, [this.#random.pick([25, 36, 109, 287]), 39]);
    }
  }

  /** A shell, a cron job, a container's health check: a program that comes and goes. */
  #spawn(parent: Task): void {
    const program = this.#random.pick(PROGRAMS);
    // One in forty looks into what it should not.
    const args = this.#random.below(40) === 0 ? program.badArgs : program.args;
    const child: Task = {
      id: this.#nextId++,
      parentId: parent.id,
      program,
      args,
      nextDescriptor: 3,
    };
    const image = { ...parent, id: child.id, parentId: parent.id };
    this.#emit("clone", parent, cloned(parent, child.id));
    this.#emit("clone", image, cloned(image, 0));
    this.#emit("execve", child, executed(child));
    this.#emit("brk", child, [0x5555_0000_0000n, 4000, 1000, 0, 0]);
    for (const library of program.libraries) {
      this.#readFile(child, library);
      this.#emit("mmap", child, [0x7f00_0000_0000n, 9000, 2000, 0, 0, 200_000, 1, 2, 3, 0]);
    }
    this.#emit("access", child, [ENOENT, "/etc/ld.so.preload", 4]);
    for (const file of args) if (file.startsWith("/")) this.#readFile(child, file);
    for (let files = this.#random.below(12); files > 0; files--) {
      const path = this.#path();
      this.#emit("newfstatat", child, [0, AT_FDCWD, path, 0]);
      this.#readFile(child, path);
    }
    this.#writeTo(child, 1);
    this.#emit("procexit", child, [0, 0, 0, 0, 0]);
  }

  #open(fd: number, path: string): readonly ParamValue[] {
    const found = fd >= 0;
    return [fd, AT_FDCWD, path, this.#read, 0, found ? 2049 : 0, found ? path.length * 7919 : 0];
  }

  #readFrom(task: Task, fd: number): void {
    const data = this.#data.subarray(0, 40 + this.#random.below(SNAPLEN_BYTES - 40));
    this.#emit("read", task, [data.length, data, fd, 4096]);
  }

  #writeTo(task: Task, fd: number): void {
    const data = this.#data.subarray(0, 20 + this.#random.below(SNAPLEN_BYTES - 20));
    this.#emit("write", task, [data.length, data, fd, data.length]);
  }

  /** A few are wanted all the time, most now and then, some once. */
  #path(): string {
    if (this.#random.below(50) === 0) {
      return `/home/ann/build/objects/${(this.#unique++).toString(16).padStart(8, "0")}.o`;
    }
    return this.#paths[Math.floor(this.#paths.length * this.#random.next() ** 4)]!;
  }

  #emit(name: keyof typeof CODES, task: Task, values: readonly ParamValue[]): void {
    if (this.#writer.eventCount >= this.#events) return;
    const type = CODES[name];
    const { params } = eventType(type)!;
    this.#elapsedNs += this.#random.below(2 * MEAN_GAP_NS);
    this.#writer.event(
      {
        type,
        timeNs: START_NS + BigInt(this.#elapsedNs),
        threadId: task.id,
        cpu: task.id & 3,
      },
      params.map(({ type }, index) => encodeParam(type, values[index])),
    );
  }
}

function pathPool(random: Random): readonly string[] {
  const folders = [
    "/usr/share/doc",
    "/srv/www/static",
    "/var/lib/app/cache",
    "/etc/app.d",
    "/proc",
  ];
  return Array.from(
    { length: 3000 },
    (_, index) =>
      `${random.pick(folders)}/${
        (index * 2654435761 >>> 0).toString(36)
      }/part-${index}/contents.data`,
  );
}

if (import.meta.main) {
  const [path, events = "1500000", seed = "1"] = Deno.args;
  if (path === undefined) throw new Error("usage: busy_host.ts FILE [EVENTS] [SEED]");
  const output = await createCapture(path, { compress: path.endsWith(".gz") });
  const count = await writeBusyHost(output, { events: Number(events), seed: Number(seed) });
  const { size } = await Deno.stat(path);
  console.log(`${path}: ${count} events, ${(size / 1e6).toFixed(1)} MB`);
}
