import { assertEquals } from "../../tests/assert.ts";
import { FileWatch } from "./_watch_files.ts";
import { silentLogger } from "./log.ts";

interface Scene {
  readonly folder: string;
  readonly files: FileWatch;
  /** Waits for the next change that is told. */
  changed(): Promise<void>;
  /** Changes told so far. */
  readonly count: () => number;
}

async function scene(play: (scene: Scene) => Promise<void>): Promise<void> {
  const folder = Deno.makeTempDirSync({ prefix: "falcod-test-" });
  let told = 0, waitedFor = 0;
  let wake = () => {};
  const changed = () => {
    told++;
    wake();
  };
  try {
    using files = new FileWatch({ log: silentLogger, settleMs: 10, changed });
    await play({
      folder,
      files,
      count: () => told,
      changed: async () => {
        waitedFor++;
        while (told < waitedFor) await new Promise<void>((resolve) => wake = resolve);
      },
    });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("FileWatch tells when a file is written, replaced, removed and there again", async () => {
  await scene(async ({ folder, files, changed }) => {
    const path = `${folder}/rules.yaml`;
    Deno.writeTextFileSync(path, "one");
    files.follow([path]);
    Deno.writeTextFileSync(path, "other");
    await changed();
    Deno.writeTextFileSync(`${folder}/rules.yaml~`, "third");
    Deno.renameSync(`${folder}/rules.yaml~`, path);
    await changed();
    Deno.removeSync(path);
    await changed();
    Deno.writeTextFileSync(path, "back");
    await changed();
  });
});

Deno.test("FileWatch tells of new YAML files in a directory, one that appears later, too", async () => {
  await scene(async ({ folder, files, changed }) => {
    files.follow([`${folder}/etc/rules.d`]);
    Deno.mkdirSync(`${folder}/etc/rules.d`, { recursive: true });
    await changed();
    Deno.writeTextFileSync(`${folder}/etc/rules.d/a.yaml`, "a");
    await changed();
    Deno.writeTextFileSync(`${folder}/etc/rules.d/a.yaml`, "longer");
    await changed();
  });
});

Deno.test("FileWatch sees a mounted ConfigMap switch to its next version", async () => {
  await scene(async ({ folder, files, changed }) => {
    for (const version of ["1", "2"]) {
      Deno.mkdirSync(`${folder}/${version}`);
      Deno.writeTextFileSync(`${folder}/${version}/rules.yaml`, `version ${version}`);
    }
    Deno.symlinkSync("1", `${folder}/data`);
    Deno.symlinkSync("data/rules.yaml", `${folder}/rules.yaml`);
    files.follow([`${folder}/rules.yaml`]);
    Deno.symlinkSync("2", `${folder}/data_next`);
    Deno.renameSync(`${folder}/data_next`, `${folder}/data`);
    await changed();
  });
});

Deno.test("FileWatch does not tell of other files, nor of what was accepted", async () => {
  await scene(async ({ folder, files, changed, count }) => {
    const path = `${folder}/rules.yaml`;
    Deno.writeTextFileSync(path, "one");
    files.follow([path]);
    Deno.writeTextFileSync(`${folder}/alerts.txt`, "an alert");
    Deno.writeTextFileSync(path, "the second");
    files.accept();
    await new Promise((resolve) => setTimeout(resolve, 50));
    Deno.writeTextFileSync(path, "the third one");
    await changed();
    assertEquals(count(), 1);
  });
});
