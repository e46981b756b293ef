import { assertEquals } from "../../../tests/assert.ts";
import { pathsBeyond, rotatedPath, whyNotRotated } from "./rotated_names.ts";

const TIME_MS = Date.UTC(2026, 0, 31, 12, 0, 0, 7);

Deno.test("rotatedPath() puts the time before what a name ends in", () => {
  for (
    const [path, expected] of [
      ["trace.scap", "trace-20260131T120000.007Z.scap"],
      ["/v/log/trace.scap.gz", "/v/log/trace-20260131T120000.007Z.scap.gz"],
      ["a.b/host.1.scap", "a.b/host.1-20260131T120000.007Z.scap"],
      ["trace", "trace-20260131T120000.007Z"],
      ["host-10.0.0.1", "host-10.0.0.1-20260131T120000.007Z"],
      ["x.gz", "x-20260131T120000.007Z.gz"],
      ["link/../trace.scap", "link/../trace-20260131T120000.007Z.scap"],
      ["/a\nb.scap", "/a\nb-20260131T120000.007Z.scap"],
    ] as const
  ) assertEquals(rotatedPath(path, TIME_MS), expected);
});

Deno.test("pathsBeyond() names the oldest captures of a series, and nothing else", async () => {
  const folder = Deno.makeTempDirSync();
  try {
    const path = `${folder}/t.scap`;
    const made = [4, 1, 3, 2].map((minute) => rotatedPath(path, TIME_MS + minute * 60_000));
    const strangers = [
      "t.scap",
      "t-1.scap",
      "t-20260131T120000.scap",
      "ot-20260131T120000.007Z.scap",
    ];
    strangers.push("t-20260131T120000.007Z.scap.gz", "t-20260131T120000.007Z.txt");
    for (const name of [...made, ...strangers.map((name) => `${folder}/${name}`)]) {
      Deno.writeTextFileSync(name, "");
    }
    Deno.mkdirSync(`${folder}/t-20250131T120000.007Z.scap`);
    const [newest, oldest, third, second] = made as [string, string, string, string];
    assertEquals(await pathsBeyond(path, { keep: 4, current: newest }), []);
    assertEquals(await pathsBeyond(path, { keep: 2, current: newest }), [oldest, second]);
    assertEquals(await pathsBeyond(path, { keep: 1, current: oldest }), [second, third, newest]);
    // A clock that was set back: what it made before is older than what it makes now.
    assertEquals(await pathsBeyond(path, { keep: 2, current: third }), [newest, oldest]);
    const next = rotatedPath(path, TIME_MS + 300_000);
    assertEquals(await pathsBeyond(path, { keep: 4, current: next }), [oldest]);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("whyNotRotated() tells of names beside which there can be no captures", () => {
  const folder = Deno.makeTempDirSync();
  try {
    Deno.writeTextFileSync(`${folder}/file`, "");
    for (const path of ["t.scap", `${folder}/new`, `${folder}/file`, "/dev/shm/t.scap"]) {
      assertEquals(whyNotRotated(path), undefined, path);
    }
    for (const path of ["", "/", "..", `${folder}/`, `${folder}/.`]) {
      assertEquals(whyNotRotated(path), "what files are called is missing", path);
    }
    for (const path of ["-", "/dev/stdout", "/dev/fd/3", "/proc/self/fd/1"]) {
      assertEquals(whyNotRotated(path), "standard output is one capture", path);
    }
    assertEquals(whyNotRotated("/dev/null"), "that is a device or a pipe");
    assertEquals(whyNotRotated(folder), "that is a folder");
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
