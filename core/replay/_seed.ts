/** What a capture found when it began: processes, and what they had open. */
import { joinPath } from "../base/mod.ts";
import type { ScapDescriptor, ScapProcess } from "../scap/mod.ts";
import { isMapped, unmapped } from "./_addresses.ts";
import { withSlash } from "./_follow_files.ts";
import { withoutDeleted } from "./_follow_exec.ts";
import { withCgroup } from "./_process_params.ts";
import { connectionText, Descriptor, type Ends, TCP } from "./descriptor.ts";
import type { Follower } from "./follower.ts";
import { SeedBudget } from "./_seed_budget.ts";
import { cgroupsOf, withoutLoneEmpty } from "./texts.ts";
import { type ReplayProcess, ReplayThread } from "./threads.ts";

/** Sockets whose direction is found out when all are known. */
const MAX_SOCKETS = 1 << 16;

interface Connection {
  readonly process: ReplayProcess;
  readonly number: number;
  readonly descriptor: Descriptor;
}

export class Seeds {
  readonly #follower: Follower;
  readonly #serverPorts = new Set<number>();
  #connections: Connection[] = [];
  /** By thread: of one that is listed twice the last counts. */
  readonly #found = new Map<number, ReplayThread>();
  readonly #budget: SeedBudget;
  /** More than are kept. */
  leftOut = 0;

  constructor(follower: Follower, budget = new SeedBudget()) {
    this.#follower = follower;
    this.#budget = budget;
  }

  process(found: ScapProcess): void {
    const { threads } = this.#follower;
    if (found.threadId <= 0 || found.processId <= 0) return;
    const isTooMany = threads.isFull && !threads.get(found.threadId);
    if (isTooMany || !this.#budget.admitsProcess(found)) {
      this.leftOut++;
      return;
    }
    const thread = new ReplayThread(found.threadId, threads.process(found.processId), threads);
    thread.parentId = found.parentId;
    thread.virtualId = found.virtualThreadId;
    thread.comm = found.comm;
    thread.image = {
      comm: found.comm,
      exe: found.exe,
      args: withoutLoneEmpty(found.args),
      argsTruncated: false,
      env: withoutLoneEmpty(found.env),
      exePath: withoutDeleted(found.exePath),
      exeGiven: found.exe,
      exeInode: found.exeInode,
      exeDevice: 0,
      exeCtimeNs: found.exeCtimeNs,
      exeMtimeNs: found.exeMtimeNs,
      exeWritable: found.exeWritable,
      exeOnOverlayUpper: found.exeOnOverlayUpper,
      exeOnOverlayLower: found.exeOnOverlayLower,
      exeFromMemfd: found.exeFromMemfd,
    };
    const { uid, gid, loginUid, capInheritable, capPermitted, capEffective } = found;
    thread.credentials = {
      uid,
      gid,
      euid: uid,
      egid: gid,
      loginUid,
      capInheritable,
      capPermitted,
      capEffective,
    };
    thread.cgroups = cgroupsOf(found.cgroups);
    thread.membership = withCgroup({
      sessionId: found.sessionId,
      processGroupId: found.processGroupId,
      virtualPid: Math.max(0, found.virtualProcessId),
      virtualSessionId: found.sessionId,
      virtualProcessGroupId: found.virtualProcessGroupId,
      tty: found.tty,
      cgroup: "",
    }, thread.cgroups);
    thread.vmSizeKb = found.vmSizeKb;
    thread.vmResidentKb = found.vmResidentKb;
    thread.vmSwapKb = found.vmSwapKb;
    thread.majorFaults = Number(found.majorFaults);
    thread.minorFaults = Number(found.minorFaults);
    thread.namespaceStartNs = found.pidNamespaceStartNs;
    if (thread.isLeader) {
      thread.process.cwd = withSlash(joinPath("", found.cwd));
      thread.process.descriptorLimit = Number(BigInt.asIntN(64, found.fdLimit));
    }
    if (threads.get(found.threadId)?.isTold) this.#follower.told.vacate(found.threadId);
    threads.add(thread);
    this.#found.set(thread.id, thread);
  }

  /** When a thread began that is known. */
  start(threadId: number, clockNs: number): void {
    const thread = this.#follower.threads.get(threadId);
    if (thread) thread.startClockNs = clockNs;
  }

  descriptor(found: ScapDescriptor): void {
    const thread = this.#follower.threads.get(found.threadId);
    // Threads use the table of their process.
    if (!thread?.isLeader) return;
    const { number } = found;
    if (!this.#budget.admitsDescriptor(found, thread.table.slotsFor(number))) return;
    const descriptor = this.#describe(found);
    thread.table.set(number, descriptor);
    if (descriptor.isServerSocket) this.#serverPorts.add(descriptor.ends!.destination.port);
    if (descriptor.kind === "ipv4" && this.#connections.length < MAX_SOCKETS) {
      this.#connections.push({ process: thread.process, number, descriptor });
    }
  }

  /** All are known: connections to a port that somebody on this machine serves come from outside. */
  complete(): void {
    const { threads, sink } = this.#follower;
    const known = [...this.#found.values()].filter((thread) => threads.get(thread.id) === thread);
    for (const thread of known) thread.settleParent(thread.parentId);
    // What is told of a process is what its first thread says.
    known.sort((a, b) => Number(b.isLeader) - Number(a.isLeader));
    sink.seed(known.map((thread) => thread.snapshot()));
    this.#found.clear();
    for (const { process, number, descriptor } of this.#connections) {
      const { protocolNumber } = descriptor;
      if (process.descriptors.get(number) !== descriptor || !descriptor.ends?.source) continue;
      const { source, destination } = descriptor.ends;
      if (!this.#serverPorts.has(source.port)) {
        process.descriptors.set(number, descriptor.with({ side: "client" }));
        continue;
      }
      const ends = { source: destination, destination: source };
      const name = connectionText(ends, protocolNumber || TCP);
      process.descriptors.set(number, descriptor.with({ ends, name, side: "server" }));
    }
    this.#connections = [];
    this.#serverPorts.clear();
  }

  #describe(found: ScapDescriptor): Descriptor {
    const { texts, interfaces } = this.#follower;
    const { inode } = found;
    const base = {
      inodeLow: Number(inode & 0xffffffffn),
      inodeHigh: Number(inode >> 32n),
      interfaces,
    };
    switch (found.type) {
      case "ipv4":
      case "ipv6": {
        const { type, protocol } = found;
        const ends: Ends = {
          source: { address: found.source, port: found.sourcePort },
          destination: { address: found.destination, port: found.destinationPort },
        };
        return this.#connection(base, type, ends, protocol);
      }
      case "ipv4Server":
      case "ipv6Server": {
        const destination = { address: found.address, port: found.port };
        return Descriptor.of({
          ...base,
          kind: found.type,
          ends: { source: undefined, destination },
          protocolNumber: found.protocol,
          name: connectionText({ source: undefined, destination }, found.protocol),
          side: undefined,
        });
      }
      case "unix":
        return Descriptor.of({
          ...base,
          kind: "unix",
          name: found.path,
          side: found.path === "" ? "client" : "server",
        });
      case "file":
        return Descriptor.of({
          ...base,
          kind: "file",
          path: texts.named("", found.path),
          flags: found.openFlags,
          encodedDevice: found.device,
        });
      default:
        return Descriptor.of({ ...base, kind: found.type, path: texts.named("", found.name) });
    }
  }

  #connection(
    base: { readonly inodeLow: number; readonly inodeHigh: number },
    type: "ipv4" | "ipv6",
    ends: Ends,
    protocolNumber: number,
  ): Descriptor {
    const { interfaces } = this.#follower;
    let { source, destination } = ends;
    let kind = type;
    if (source && isMapped(source.address) && isMapped(destination.address)) {
      [source, destination, kind] = [unmapped(source), unmapped(destination), "ipv4"];
    }
    if (kind === "ipv4" && source) {
      const near = interfaces.completed(source, destination);
      [source, destination] = [near.source, near.destination];
    }
    return Descriptor.of({
      ...base,
      interfaces,
      kind,
      ends: { source, destination },
      protocolNumber,
      connected: protocolNumber === TCP,
      // Whatever the protocol is: these are called by both ends and their ports.
      name: connectionText({ source, destination }, TCP),
    });
  }
}
