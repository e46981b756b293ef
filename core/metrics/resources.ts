/** What falcod and the machine use, from /proc; libs userspace/libsinsp/linux/resource_utilization.cpp. */

/** Absent is what could not be read. Memory in KiB, but for the container's. */
export interface Resources {
  /** Of one CPU, on average since the start. */
  readonly cpuPercent: number | undefined;
  readonly residentKib: number | undefined;
  readonly virtualKib: number | undefined;
  readonly proportionalKib: number | undefined;
  /** Of the cgroup falcod is in, or of the machine where it is in none. */
  readonly containerBytes: number | undefined;
  /** Of all CPUs, on average since the machine started. */
  readonly hostCpuPercent: number | undefined;
  readonly hostMemoryKib: number | undefined;
  readonly hostRunning: number | undefined;
  readonly hostOpenFiles: number | undefined;
}

export interface ResourceFiles {
  /** `undefined` when it cannot be read. */
  read(path: string): Promise<string | undefined>;
  /** What FALCO_CGROUP_MEM_PATH says. */
  readonly cgroupMemoryPath?: string | undefined;
}

/** USER_HZ, on every architecture there is a probe for. */
const TICKS_PER_SECOND = 100;
/** cgroup v1 and v2; the latter exists only where falcod sees its own cgroup as the root. */
const CGROUP_MEMORY = [
  "/sys/fs/cgroup/memory/memory.usage_in_bytes",
  "/sys/fs/cgroup/memory.current",
];

/** Off the event loop but for looking at a few hundred bytes. Never rejects. */
export async function readResources(files: ResourceFiles = hostFiles()): Promise<Resources> {
  const read = (path: string) => files.read(path);
  const [stat, status, rollup, meminfo, fileCount, uptime, hostStat, container] = await Promise.all(
    [
      ...["self/stat", "self/status", "self/smaps_rollup", "meminfo", "sys/fs/file-nr", "uptime"],
      "stat",
    ].map((name) => read(`/proc/${name}`)).concat(containerMemory(files)),
  );
  return {
    cpuPercent: cpuPercent(stat, uptime),
    residentKib: keyed(status, "VmRSS"),
    virtualKib: keyed(status, "VmSize"),
    proportionalKib: keyed(rollup, "Pss"),
    containerBytes: numberAt(container, 0),
    hostCpuPercent: hostCpuPercent(hostStat),
    hostMemoryKib: usedMemory(meminfo),
    hostRunning: numberAt(/^procs_running (\d+)/m.exec(hostStat ?? "")?.[1], 0),
    hostOpenFiles: numberAt(fileCount, 0),
  };
}

function hostFiles(): ResourceFiles {
  return {
    read: (path) => Deno.readTextFile(path).catch(() => undefined),
    cgroupMemoryPath: Deno.env.get("FALCO_CGROUP_MEM_PATH"),
  };
}

async function containerMemory(files: ResourceFiles): Promise<string | undefined> {
  const given = files.cgroupMemoryPath ?? "";
  if (given !== "" && !given.includes("..")) return await files.read(given);
  for (const path of CGROUP_MEMORY) {
    const text = await files.read(path);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** The second field is the name, which may hold anything but is the last in brackets. */
function cpuPercent(stat: string | undefined, uptime: string | undefined): number | undefined {
  const rest = stat?.slice(stat.lastIndexOf(")") + 2);
  const user = numberAt(rest, 11), system = numberAt(rest, 12), started = numberAt(rest, 19);
  const uptimeS = numberAt(uptime, 0);
  if (user === undefined || system === undefined) return undefined;
  if (started === undefined || uptimeS === undefined) return undefined;
  const elapsedS = uptimeS - started / TICKS_PER_SECOND;
  return elapsedS > 0 ? rounded(100 * (user + system) / TICKS_PER_SECOND / elapsedS) : 0;
}

function hostCpuPercent(stat: string | undefined): number | undefined {
  const line = /^cpu +(.*)$/m.exec(stat ?? "")?.[1];
  if (line === undefined) return undefined;
  const [user, nice, system, idle, iowait, irq, softirq] = line.split(" ").map(Number);
  const sum = user! + nice! + system! + idle! + iowait! + irq! + softirq!;
  return sum > 0 ? rounded(100 - 100 * idle! / sum) : undefined;
}

function usedMemory(meminfo: string | undefined): number | undefined {
  const [total, ...free] = ["MemTotal", "MemFree", "Buffers", "Cached"]
    .map((name) => keyed(meminfo, name));
  if (total === undefined) return undefined;
  return free.reduce((used: number, part) => used - (part ?? 0), total);
}

/** `VmRSS:     1234 kB` */
function keyed(text: string | undefined, key: string): number | undefined {
  return numberAt(new RegExp(`^${key}:\\s+(\\d+)`, "m").exec(text ?? "")?.[1], 0);
}

function numberAt(text: string | undefined, index: number): number | undefined {
  const word = text?.split(/\s+/, index + 1)[index];
  const value = word === undefined || word === "" ? NaN : Number(word);
  return Number.isFinite(value) ? value : undefined;
}

/** To one decimal. */
function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
