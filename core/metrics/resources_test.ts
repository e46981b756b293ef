import { assert, assertEquals } from "../../tests/assert.ts";
import { readResources } from "./resources.ts";

const FILES: Readonly<Record<string, string>> = {
  "/proc/self/stat": `7 (a ) b) S ${Array(10).fill("0").join(" ")} 150 50 ${
    Array(6).fill("0").join(" ")
  } 1000 0`,
  "/proc/self/status": "Name:\tx\nVmSize:\t  2000 kB\nVmRSS:\t  1000 kB\n",
  "/proc/self/smaps_rollup": "5 ---p 0 [rollup]\nRss: 1000 kB\nPss:      500 kB\n",
  "/proc/meminfo":
    "MemTotal: 1000 kB\nMemFree: 100 kB\nMemAvailable: 9 kB\nBuffers: 50 kB\nCached: 50 kB\n",
  "/proc/sys/fs/file-nr": "1234\t0\t99\n",
  "/proc/uptime": "30.00 50.00\n",
  "/proc/stat": "cpu  10 0 10 70 0 5 5 0 0 0\ncpu0 1 2 3\nprocs_running 4\n",
  "/sys/fs/cgroup/memory.current": "777\n",
};

Deno.test("readResources() reads what falcod and the machine use", async () => {
  const read = (path: string) => Promise.resolve(FILES[path]);
  assertEquals(await readResources({ read }), {
    cpuPercent: 10,
    residentKib: 1000,
    virtualKib: 2000,
    proportionalKib: 500,
    containerBytes: 777,
    hostCpuPercent: 30,
    hostMemoryKib: 800,
    hostRunning: 4,
    hostOpenFiles: 1234,
  });
});

Deno.test("readResources() reads the memory of the cgroup where it is told to", async () => {
  const paths: string[] = [];
  const read = (path: string) => Promise.resolve((paths.push(path), undefined));
  const nothing = await readResources({ read, cgroupMemoryPath: "/mine" });
  assert(paths.includes("/mine"));
  assertEquals(Object.values(nothing).filter((value) => value !== undefined), []);
  await readResources({ read, cgroupMemoryPath: "/sys/../etc/shadow" });
  assert(!paths.includes("/sys/../etc/shadow"));
});

Deno.test("readResources() finds something on this machine", async () => {
  const { residentKib, hostMemoryKib, cpuPercent } = await readResources();
  assert(residentKib! > 1000 && hostMemoryKib! > 1000 && cpuPercent! >= 0);
});
