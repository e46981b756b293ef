import { assertEquals } from "../../tests/assert.ts";
import { FileWatch, Marking, type Watched } from "./_watch_files.ts";

const rules = (path: string): Watched => ({ path, use: "rules" });

interface Scene {
  readonly folder: string;
  readonly files: FileWatch;
  /** Waits for the next change that is told. */
  changed(): Promise<void>;
  /** Changes told so far. */
  readonly count: () => number;
}

async function scene(
  play: (scene: Scene) => Promise<void>,
  { everyMs = 5, settleMs = 10, patienceMs = 1_000_000 } = {},
): Promise<void> {
  const folder = Deno.makeTempDirSync({ prefix: "falcod-test-" });
  let told = 0, waitedFor = 0;
  let wake = () => {};
  const changed = () => {
    told++;
    wake();
  };
  try {
    using files = new FileWatch({ everyMs, settleMs, patienceMs, changed });
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
    files.follow([rules(path)]);
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
    files.follow([rules(`${folder}/etc/rules.d`)]);
    Deno.mkdirSync(`${folder}/etc/rules.d`, { recursive: true });
    await changed();
    Deno.writeTextFileSync(`${folder}/etc/rules.d/a.yaml`, "a");
    await changed();
    Deno.writeTextFileSync(`${folder}/etc/rules.d/a.yaml`, "longer");
    await changed();
  });
});

Deno.test("FileWatch tells of new files that are read: of the configuration, whatever their names", async () => {
  await scene(async ({ folder, files, changed, count }) => {
    for (const name of ["config.d", "rules.d"]) Deno.mkdirSync(`${folder}/${name}`);
    files.follow([
      rules(`${folder}/rules.d`),
      { path: `${folder}/config.d`, use: "configuration" },
    ]);
    Deno.writeTextFileSync(`${folder}/rules.d/README`, "not read");
    await new Promise((resolve) => setTimeout(resolve, 50));
    assertEquals(count(), 0);
    Deno.writeTextFileSync(`${folder}/config.d/10-outputs.conf`, "read");
    await changed();
  });
});

Deno.test("FileWatch follows a directory that is read for rules and for configuration", async () => {
  await scene(async ({ folder, files, changed, count }) => {
    const both: Watched[] = [rules(folder), { path: folder, use: "configuration" }];
    Deno.writeTextFileSync(`${folder}/other.conf`, "there");
    const marking = new Marking();
    for (const watched of both) marking.add(watched);
    files.follow(both, marking.marks);
    await new Promise((resolve) => setTimeout(resolve, 50));
    assertEquals(count(), 0);
    Deno.writeTextFileSync(`${folder}/other.conf`, "changed");
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
    files.follow([rules(`${folder}/rules.yaml`)]);
    Deno.symlinkSync("2", `${folder}/data_next`);
    Deno.renameSync(`${folder}/data_next`, `${folder}/data`);
    await changed();
  });
});

Deno.test("FileWatch does not tell of other files, nor of what was accepted", async () => {
  await scene(async ({ folder, files, changed, count }) => {
    const path = `${folder}/rules.yaml`;
    Deno.writeTextFileSync(path, "one");
    files.follow([rules(path)]);
    Deno.writeTextFileSync(`${folder}/alerts.txt`, "an alert");
    Deno.writeTextFileSync(path, "the second");
    files.accept();
    await new Promise((resolve) => setTimeout(resolve, 50));
    Deno.writeTextFileSync(path, "the third one");
    await changed();
    assertEquals(count(), 1);
  });
});

Deno.test("FileWatch tells of what happened between the reading and the first look", async () => {
  await scene(async ({ folder, files, changed, count }) => {
    const marking = new Marking();
    marking.add(rules(folder));
    Deno.writeTextFileSync(`${folder}/late.yaml`, "put there while falcod was starting");
    files.follow([rules(folder)], marking.marks);
    await changed();
    await new Promise((resolve) => setTimeout(resolve, 50));
    assertEquals(count(), 1);
  });
});

Deno.test("FileWatch follows a directory that is removed and made again at once", async () => {
  await scene(async ({ folder, files, changed }) => {
    const path = `${folder}/rules.d`;
    Deno.mkdirSync(path);
    Deno.writeTextFileSync(`${path}/a.yaml`, "a");
    files.follow([rules(path)]);
    for (const text of ["second", "the third"]) {
      Deno.removeSync(path, { recursive: true });
      Deno.mkdirSync(path);
      await changed();
      Deno.writeTextFileSync(`${path}/a.yaml`, text);
      await changed();
    }
  });
});

Deno.test("FileWatch follows an empty directory that is removed and made again at once", async () => {
  await scene(async ({ folder, files, changed }) => {
    const path = `${folder}/rules.d`;
    Deno.mkdirSync(path);
    files.follow([rules(path)]);
    Deno.removeSync(path);
    Deno.mkdirSync(path);
    // Nothing to tell of yet, so nothing to wait for but the look itself.
    await new Promise((resolve) => setTimeout(resolve, 50));
    Deno.writeTextFileSync(`${path}/a.yaml`, "a");
    await changed();
  });
});

Deno.test("FileWatch tells when another directory takes the place of a file's", async () => {
  await scene(async ({ folder, files, changed }) => {
    for (const name of ["etc", "new"]) {
      Deno.mkdirSync(`${folder}/${name}`);
      Deno.writeTextFileSync(`${folder}/${name}/rules.yaml`, `of ${name}`);
    }
    files.follow([rules(`${folder}/etc/rules.yaml`)]);
    Deno.renameSync(`${folder}/etc`, `${folder}/old`);
    Deno.renameSync(`${folder}/new`, `${folder}/etc`);
    await changed();
    Deno.writeTextFileSync(`${folder}/etc/rules.yaml`, "other");
    await changed();
  });
});

Deno.test("FileWatch sees every link on the way switch, a directory's too", async () => {
  await scene(async ({ folder, files, changed }) => {
    for (const version of ["1", "2"]) {
      Deno.mkdirSync(`${folder}/v${version}/rules.d`, { recursive: true });
      Deno.writeTextFileSync(`${folder}/v${version}/rules.d/a.yaml`, `version ${version}`);
    }
    Deno.mkdirSync(`${folder}/etc`);
    Deno.symlinkSync("../v1", `${folder}/etc/current`);
    files.follow([rules(`${folder}/etc/current/rules.d`)]);
    Deno.symlinkSync("../v2", `${folder}/etc/next`);
    Deno.renameSync(`${folder}/etc/next`, `${folder}/etc/current`);
    await changed();
    Deno.writeTextFileSync(`${folder}/v2/rules.d/a.yaml`, "written where the link leads");
    await changed();
  });
});

Deno.test("FileWatch sees a file change that a watched directory links to", async () => {
  await scene(async ({ folder, files, changed }) => {
    Deno.mkdirSync(`${folder}/rules.d`);
    Deno.mkdirSync(`${folder}/elsewhere`);
    Deno.writeTextFileSync(`${folder}/elsewhere/a.yaml`, "a");
    Deno.symlinkSync("../elsewhere/a.yaml", `${folder}/rules.d/a.yaml`);
    files.follow([rules(`${folder}/rules.d`)]);
    Deno.writeTextFileSync(`${folder}/elsewhere/a.yaml`, "longer");
    await changed();
  });
});

Deno.test("FileWatch tells of a file saved as editors do, once", async () => {
  await scene(async ({ folder, files, changed, count }) => {
    const path = `${folder}/rules.yaml`;
    Deno.writeTextFileSync(path, "one");
    files.follow([rules(path)]);
    Deno.renameSync(path, `${path}~`);
    Deno.writeTextFileSync(path, "");
    Deno.writeTextFileSync(path, "the second");
    await changed();
    await new Promise((resolve) => setTimeout(resolve, 50));
    assertEquals(count(), 1);
  });
});

Deno.test("FileWatch tells when a directory further up is replaced", async () => {
  await scene(async ({ folder, files, changed }) => {
    Deno.mkdirSync(`${folder}/a/b/c`, { recursive: true });
    Deno.writeTextFileSync(`${folder}/a/b/c/rules.yaml`, "one");
    files.follow([rules(`${folder}/a/b/c/rules.yaml`)]);
    Deno.mkdirSync(`${folder}/new/b/c`, { recursive: true });
    Deno.writeTextFileSync(`${folder}/new/b/c/rules.yaml`, "the other");
    Deno.renameSync(`${folder}/a`, `${folder}/old`);
    Deno.renameSync(`${folder}/new`, `${folder}/a`);
    await changed();
  });
});

Deno.test("FileWatch goes on and ends whatever others put beside a file: a named pipe", async () => {
  await scene(async ({ folder, files, changed }) => {
    const path = `${folder}/rules.yaml`;
    Deno.writeTextFileSync(path, "one");
    files.follow([rules(path)]);
    const made = await new Deno.Command("mkfifo", { args: [`${folder}/pipe.yaml`] }).output();
    assertEquals(made.success, true);
    Deno.writeTextFileSync(path, "other");
    await changed();
    // the directory goes as well, with the pipe
    Deno.renameSync(folder, `${folder}-old`);
    Deno.mkdirSync(folder);
    await changed();
    Deno.removeSync(`${folder}-old`, { recursive: true });
  });
});

Deno.test("FileWatch follows a directory with links to itself, and one with a named pipe", async () => {
  await scene(async ({ folder, files, changed }) => {
    const path = `${folder}/rules.d`;
    Deno.mkdirSync(path);
    for (const name of ["x", "y", "z"]) Deno.symlinkSync(".", `${path}/${name}.yaml`);
    await new Deno.Command("mkfifo", { args: [`${path}/pipe.yaml`] }).output();
    files.follow([rules(path)]);
    Deno.writeTextFileSync(`${path}/a.yaml`, "a");
    await changed();
  });
});

Deno.test("FileWatch waits for a file that keeps changing, but not for ever", async () => {
  const restless = async ({ folder, files, changed }: Scene) => {
    const path = `${folder}/rules.yaml`;
    Deno.writeTextFileSync(path, "");
    files.follow([rules(path)]);
    let text = "";
    const writing = setInterval(() => Deno.writeTextFileSync(path, text += "#"), 5);
    await changed();
    await changed();
    clearInterval(writing);
  };
  await scene(restless, { settleMs: 20, patienceMs: 60 });
});
