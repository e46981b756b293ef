import { assert, assertEquals } from "../assert.ts";
import { falcod, Folder } from "./program.ts";

async function refused(args: readonly string[]): Promise<string> {
  using folder = new Folder({});
  const { code, out, error } = await falcod(["record", ...args], { folder: folder.path });
  assertEquals([code, out], [1, ""], error);
  assertEquals([...Deno.readDirSync(folder.path)], []);
  return error;
}

Deno.test("falcod record says what is wrong with its arguments, and writes nothing", async () => {
  assert((await refused([])).includes("-w <file>"));
  assert((await refused(["-w", "x.scap", "--size-limit", "0"])).includes("megabytes"));
  assert((await refused(["-w", "x.scap", "--scope", "me"])).includes("pid:1234"));
  const filter = await refused(["-w", "x.scap", "--filter", "proc.nme = cat"]);
  assert(filter.includes('unknown field "proc.nme"'), filter);
});

Deno.test("falcod record says which file it cannot create", async () => {
  const error = await refused(["-w", "no/such/folder.scap"]);
  assert(error.includes('Cannot create capture "no/such/folder.scap"'), error);
});
