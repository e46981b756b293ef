/** Readings for tests: a small run in which everything has happened. */
import type { MetricGroups } from "./metric.ts";
import type { Readings, RuleFacts, SourceReading } from "./readings.ts";

export const ALL_GROUPS: MetricGroups = {
  rules: true,
  resources: true,
  state: true,
  kernel: true,
  perCpu: true,
  programs: true,
  plugins: true,
};

export const NO_GROUPS: MetricGroups = {
  rules: false,
  resources: false,
  state: false,
  kernel: false,
  perCpu: false,
  programs: false,
  plugins: false,
};

export function ruleFacts(name: string, more: Partial<RuleFacts> = {}): RuleFacts {
  return { name, priority: "Warning", source: "syscall", tags: [], enabled: true, ...more };
}

export function syscallReading(more: Partial<SourceReading> = {}): SourceReading {
  return {
    name: "syscall",
    engineName: "modern_bpf",
    health: { state: "running" },
    events: 90,
    failures: 0,
    counters: {
      "corrupt_records": 0,
      "events.file": 80,
      "events.lifecycle": 15,
      "drops.file": 5,
      "drops.lifecycle": 0,
      "unreadable.file": 1,
      "filtered_in_kernel.file": 7,
    },
    levels: { "ring_used_bytes.events": 4096 },
    lostTypes: new Map(),
    cpus: [{ events: 60, drops: 5 }, { events: 35, drops: 0 }],
    programs: [{ name: "on_sys_exit", runs: 10, runNs: 905 }],
    ...more,
  };
}

export function someReadings(more: Partial<Readings> = {}): Readings {
  return {
    timeNs: 1_700_000_100_000_000_000n,
    run: {
      version: "0.1.0",
      hostname: "node-1",
      kernelRelease: "6.1.0",
      startNs: 1_700_000_000_000_000_000n,
      bootNs: 1_600_000_000_000_000_000n,
      cpus: 2,
    },
    files: {
      rules: [{ path: "/etc/falco/falco_rules.yaml", sha256: "ab12" }],
      config: [{ path: "/etc/falco/falco.yaml", sha256: "cd34" }],
    },
    engine: {
      events: 95,
      alerts: 3,
      alertsUnnamed: 0,
      faults: 0,
      alertsByRule: new Map([["Read sensitive file", 3]]),
    },
    rules: [ruleFacts("Read sensitive file", { tags: ["T1555", "host"] }), ruleFacts("Never")],
    reloads: { done: 1, refused: 0, lastDoneNs: 1_700_000_050_000_000_000n },
    outputs: [
      {
        name: "stdout",
        state: "working",
        queued: 2,
        delivered: 3,
        dropped: 1,
        failed: 0,
        rejected: 0,
        retries: 0,
        expired: 0,
        repeated: 0,
        kept: 0,
        spool: { bytes: 4096, alerts: 2, failures: 0, spoilt: 0 },
      },
    ],
    heldBack: { byRate: 0, asRepeated: 4 },
    sources: [syscallReading()],
    plugins: [
      { name: "tickets", kind: "sink", state: "running", isIsolated: true, restarts: 1 },
    ],
    state: {
      processes: 10,
      threads: 20,
      evicted: 0,
      threadsNotKept: 0,
      textsCut: 3,
      unknown: 0,
      repaired: 0,
      waitingForParent: 0,
      refusedParents: 0,
      threadsAdded: 25,
      threadsRemoved: 5,
      containers: 2,
      containersEvicted: 0,
      lookupsSkipped: 0,
      threadsFound: 88,
      threadsMet: 2,
      threadsUnknown: 1,
    },
    containersWithoutImage: 1,
    resources: {
      cpuPercent: 2.5,
      residentKib: 102400,
      virtualKib: 204800,
      proportionalKib: 51200,
      containerBytes: 104857600,
      hostCpuPercent: 10,
      hostMemoryKib: 1048576,
      hostRunning: 3,
      hostOpenFiles: 1000,
    },
    captures: undefined,
    memory: { heapUsed: 1000, heapTotal: 2000, external: 300 },
    servers: [{
      address: "0.0.0.0:8765",
      counters: {
        open: 1,
        accepted: 9,
        crowdedOut: 0,
        timedOut: 2,
        refused: 0,
        requests: 30,
        failedHandshakes: 0,
        faults: 0,
      },
    }],
    ...more,
  };
}
