import { assert, assertEquals } from "../assert.ts";
import { openCapture, ScapReader } from "../../core/scap/mod.ts";
import { falcod, Folder } from "./program.ts";

Deno.test("falcod demo shows what our rules say of a recorded attack", async () => {
  using folder = new Folder({});
  const { code, out, error } = await falcod(["demo", "--json"], { folder: folder.path });
  assertEquals(code, 0, error);
  const alerts = out.trim().split("\n").map((line) => JSON.parse(line));
  assertEquals(alerts.map(({ rule }) => rule), [
    "Shell with terminal in container",
    "Sensitive file read",
    "Link to sensitive file",
    "Write below binary directory",
    "Owner or mode changed",
    "Sensitive file read",
    "Write below etc",
  ]);
  assertEquals(new Set(alerts.map(({ output_fields }) => output_fields["container.id"])).size, 1);
  assert(error.includes("7 alerts"), error);
});

Deno.test("the recording of the demo has one process at its beginning, and names no machine", async () => {
  using reader = new ScapReader(await openCapture("rules/demo.scap.gz"));
  const processes: string[] = [], names: string[] = [];
  for (let item = reader.next(); item.kind !== "end"; item = reader.next()) {
    assert(item.kind !== "fault");
    if (item.kind === "more") await reader.fill();
    else if (item.kind === "process") processes.push(item.comm);
    else if (item.kind === "machine") names.push(item.hostname);
    else if (item.kind === "user" || item.kind === "group") names.push(item.name);
    else if (item.kind === "interface") names.push(item.name);
  }
  assertEquals(processes, ["sh"]);
  assertEquals([...new Set(names)].sort(), ["demo", "lo", "root"]);
});

Deno.test("falcod demo takes keys of the configuration", async () => {
  using folder = new Folder({});
  const args = ["demo", "--json", "-o", "priority=emergency"];
  const { code, out, error } = await falcod(args, { folder: folder.path });
  assertEquals([code, out], [0, ""], error);
});
