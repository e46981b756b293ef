/** What somebody has put into the folder of plugins: told of, and nobody waits for it. */
import { assert, assertEquals } from "../assert.ts";
import { fails, falcodPlugin, Place, pluginFiles, succeeds } from "./running.ts";
import { packed } from "./tar.ts";

const pipe = (path: string) =>
  assert(new Deno.Command("mkfifo", { args: [path] }).outputSync().success);

const CHANGES: Readonly<Record<string, (folder: string, lock: string) => void>> = {
  "a named pipe in place of its code": (folder) => {
    Deno.removeSync(`${folder}/mod.js`);
    pipe(`${folder}/mod.js`);
  },
  "a folder in place of its code": (folder) => {
    Deno.removeSync(`${folder}/mod.js`);
    Deno.mkdirSync(`${folder}/mod.js`);
  },
  "a device in place of its code": (folder) => {
    Deno.removeSync(`${folder}/mod.js`);
    Deno.symlinkSync("/dev/zero", `${folder}/mod.js`);
  },
  "code that grows": (folder) => Deno.truncateSync(`${folder}/mod.js`, 2 ** 40),
  "another link to the file of its code that others may write to": (folder) =>
    Deno.chmodSync(`${folder}/mod.js`, 0o666),
  "folders in each other, deeper than a path can be": (folder) => {
    const step = "d".repeat(200);
    const script =
      `cd "$0" && for i in $(seq 60); do mkdir ${step} && cd -P ${step}; done; touch x`;
    new Deno.Command("bash", { args: ["-c", script, folder] }).outputSync();
  },
  "a named pipe in place of the lock file": (_folder, lock) => {
    Deno.removeSync(lock);
    pipe(lock);
  },
  "a lock file of a terabyte": (_folder, lock) => Deno.truncateSync(lock, 2 ** 40),
  "a lock file of brackets": (_folder, lock) =>
    Deno.writeTextFileSync(lock, "[".repeat((8 << 20) - 1)),
};

for (const [what, change] of Object.entries(CHANGES)) {
  Deno.test(`verify, list, update and remove go on with ${what}`, async () => {
    using place = new Place();
    const archive = place.file("package.tgz", packed(pluginFiles()));
    const dir = ["--dir", place.plugins];
    await succeeds(["add", archive, "--yes", ...dir]);
    change(`${place.plugins}/pager/1.0.0`, `${place.plugins}/falcod-plugins.lock.json`);
    await fails(["verify", ...dir], /error\[I02[013]\]/);
    for (const command of ["list", "update", "remove pager"]) {
      const { code, error } = await falcodPlugin([...command.split(" "), ...dir]);
      assertEquals(code === 0 || /error\[I02[013]\]/.test(error), true, error);
    }
  });
}
