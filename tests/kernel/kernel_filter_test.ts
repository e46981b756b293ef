/**
 * The filter in the kernel hides nothing: the same deeds raise the same alerts with and without it.
 * Between them files are opened again and again until the probe has been told that nobody wants them;
 * then the same name comes to mean something else.
 */
import { assert, assertEquals } from "../assert.ts";
import { corpusPath, corpusTest } from "../corpus.ts";
import { kernelTest, type SeenAlert, withFalcod } from "./harness.ts";
import { summaryOf } from "./summary.ts";

const UPSTREAM = ["falco_rules", "falco-incubating_rules", "falco-sandbox_rules"]
  .map((name) => `rules/current/${name}.yaml`);

/** Each deed is done in it, freshly made. */
const NAME = `falcod-filter-${Deno.pid}`;
const FOLDER = `/tmp/${NAME}`;

const rule = (name: string, condition: string) => `
- rule: ${name}
  desc: For a test
  condition: ${condition}
  output: "%evt.type %evt.res %fd.nameraw -> %fd.realpath by %proc.name"
  priority: NOTICE
`;
const OPENS = "evt.type in (open, openat, openat2, creat)";
const RULES = rule("Secret opened", `${OPENS} and evt.failed = false and fd.name contains secret`) +
  rule("Written", `${OPENS} and evt.is_open_write = true and fd.name endswith /both`) +
  rule("By head", `${OPENS} and fd.name endswith /whose and proc.name = head`) +
  rule("Refused", `${OPENS} and evt.res = ENOTDIR and fd.name contains /plain/`) +
  rule("Created", `${OPENS} and evt.is_open_create = true and fd.name endswith /made`) +
  rule("In the directory", `${OPENS} and fd.directory = ${FOLDER}/watched`);

/** Reads a file, by one and the same process and processor, until an answer must have come. */
const READ = `use POSIX; sub often { my $p = shift;
  for (1 .. 40) { open my $f, "<", $p; close $f; select undef, undef, undef, 0.02 if $_ % 4 == 0 } }`;
const perl = (script: string) => `taskset -c 0 perl -e '${READ} ${script}'`;

const NOTHING = "nothing of interest", DOTS = "a name with dots";
const DEEDS: Deeds = {
  [NOTHING]: perl(`often "plain"; often "${FOLDER}/plain"`),
  "a link is set to another file": perl(
    `symlink "plain", "l"; often "l"; unlink "l"; symlink "secret", "l"; often "l"`,
  ),
  "a directory above is renamed": perl(
    `mkdir "a"; open my $f, ">", "a/x"; chdir "a"; often "x"; rename "../a", "../secrets"; often "x"`,
  ),
  "the file is renamed behind a link": perl(
    `mkdir "a"; open my $f, ">", "a/x"; symlink "a", "l"; often "l/x"; rename "a", "secrets";
     unlink "l"; symlink "secrets", "l"; often "l/x"`,
  ),
  "another file is renamed to the name": perl(
    `symlink "secret", "s"; often "plain"; rename "s", "plain"; often "plain"`,
  ),
  "the directory of a relative name changes": perl(
    `mkdir "watched"; open my $f, ">", "watched/plain"; often "plain"; chdir "watched"; often "plain"`,
  ),
  "the same file is written, too": perl(
    `often "both"; open my $f, ">>", "both"; often "both"`,
  ),
  "another program reads the file": `${perl(`often "whose"`)}; head -n 1 whose; cat whose`,
  "the open fails otherwise": perl(
    `often "plain/x"; often "missing"; unlink "plain"; often "plain/x"`,
  ),
  "the file is made": perl(
    `for (1 .. 30) { open my $f, ">>", "made"; close $f; select undef, undef, undef, 0.02 }
     unlink "made"; open my $f, ">>", "made"`,
  ),
  [DOTS]: perl(`often "../${NAME}/plain"; often "./plain"`),
  "another directory is mounted over it": `unshare --mount ${
    perl(
      `mkdir "m"; mkdir "secrets"; for ("m/x", "secrets/x") { open my $f, ">", $_ } often "m/x";
     system "mount", "--bind", "secrets", "m"; often "m/x"; system "umount", "m"; often "m/x"`,
    )
  }`,
  "the root changes": perl(
    `mkdir "secrets"; mkdir "secrets/tmp"; mkdir "secrets/tmp/${NAME}";
     open my $f, ">", "secrets/tmp/${NAME}/plain"; often "${FOLDER}/plain";
     chroot "secrets"; often "${FOLDER}/plain"`,
  ),
};

const HARMLESS = [NOTHING, DOTS];

/** None of them asks what is anywhere in a name: whole directories can be left out. */
const DIRECTORY_RULES = rule("Directory", `${OPENS} and fd.directory = ${FOLDER}/watched`) +
  rule("Below", `${OPENS} and fd.name startswith ${FOLDER}/watched/`) +
  rule("End", `${OPENS} and fd.name endswith /secret`) +
  rule("Name", `${OPENS} and fd.filename in (hidden, other) and evt.is_open_read = true`) +
  rule("Pattern", `${OPENS} and fd.name glob ${FOLDER}/*/deep/*.key`) +
  rule("Dots", `${OPENS} and fd.nameraw contains "../w" and fd.name startswith ${FOLDER}/`) +
  rule("Missing", `${OPENS} and evt.res = ENOENT and fd.directory = ${FOLDER}/watched`);

/** Makes files, each with a name of its own, and reads them; both until an answer must have come. */
const MANY = `use POSIX; my $n = 1000;
  sub nap { select undef, undef, undef, 0.02 if $_[0] % 4 == 0 }
  sub many { my ($p, $q) = @_; my @made;
    for (1 .. 24) { push @made, "$p" . ++$n . ($q // "");
      my ($d) = $made[-1] =~ m{(.*)/}; my ($up) = $d =~ m{(.*)/}; mkdir $up if $up; mkdir $d;
      open my $f, ">", $made[-1]; nap $_ }
    for (@made) { open my $f, "<", $_; nap $n++ } }
  sub missing { my $p = shift; for (1 .. 24) { open my $f, "<", "$p" . ++$n; nap $_ } }
  sub at { open my $f, "<", shift }`;
const many = (script: string) => `taskset -c 0 perl -e '${MANY} ${script}'`;

const FRESH_NAMES = "names that never come again";
const LONG = "l".repeat(248);
const DIRECTORY_DEEDS: Deeds = {
  [FRESH_NAMES]: many(`many "a/f"; many "${FOLDER}/a/f"; many "d/", "/f"; missing "a/m"`),
  "names that rules ask for": many(
    `many "a/f"; link "secret", "a/secret"; at "a/secret"; link "secret", "a/hidden"; at "a/hidden"`,
  ),
  "the directory is renamed": many(`many "a/f"; rename "a", "watched"; many "watched/f"`),
  "the directory is renamed behind a link": many(
    `many "a/f"; symlink "a", "l"; many "l/f"; rename "a", "watched"; unlink "l";
     symlink "watched", "l"; many "l/f"`,
  ),
  "a directory above is renamed": many(
    `mkdir "b"; chdir "b"; many "d/", "/f"; rename "../b", "../watched"; many "d/", "/f"`,
  ),
  "the last name is a link into another directory": many(
    `many "a/f"; many "watched/f"; symlink "../watched/f1001", "a/l"; open my $f, ">", "watched/x";
     symlink "../watched/x", "a/lx"; at "a/lx"; symlink "../secret", "a/lll"; at "a/lll"`,
  ),
  "the directory of relative names changes": many(
    `mkdir "a"; mkdir "watched"; chdir "a"; many "f"; many "./f"; chdir "../watched"; many "f"`,
  ),
  "dots lead elsewhere": many(
    `many "a/f"; many "a/../a/f"; many "watched/f"; many "a/../watched/f"; at "a/.."; at "a/."`,
  ),
  "a pattern goes below": many(
    `many "d/", "/f"; mkdir "d/deep"; for ("f", "x.key") { open my $f, ">", "d/deep/$_"; at "d/deep/$_" }`,
  ),
  "what is missing is missing elsewhere": many(
    `mkdir "a"; mkdir "watched"; missing "a/m"; missing "watched/m"; rename "a", "watched/a";
     rename "watched", "b"; rename "b/a", "watched"; missing "watched/m"; missing "b/m"`,
  ),
  "another directory is mounted over it": `unshare --mount ${
    many(
      `many "a/f"; many "watched/f"; open my $f, ">", "watched/x"; open $f, ">", "a/x";
       system "mount", "--bind", "watched", "a"; at "a/x"; many "a/f"; system "umount", "a";
       system "mount", "--bind", "a", "watched"; many "watched/f"; system "umount", "watched";
       system "mount", "--bind", "secret", "a/x"; at "a/x"; system "umount", "a/x"`,
    )
  }`,
  "the root changes": many(
    `many "${FOLDER}/a/f"; mkdir "watched"; mkdir "watched/tmp"; mkdir "watched/tmp/${NAME}";
     mkdir "watched/tmp/${NAME}/a"; chroot "watched"; many "${FOLDER}/a/f"`,
  ),
  "a tree is mounted nowhere": `unshare --mount ${
    many(
      `mkdir "watched"; many "watched/sub/f"; open my $f, ">", "watched/sub/x";
       system "mount", "--bind", "watched", "watched"; chdir "watched"; my ($here, $top) = (".", "/");
       syscall(155, $here, $here) == 0 or die; syscall 166, $here, 2;
       chdir "/sub"; for (1 .. 40) { at "x"; nap $_ }
       syscall(81, syscall 428, -100, $top, 1) == 0 or die; chdir "sub"; at "x"`,
    )
  }`,
  "long names": many(
    `many "${LONG}/f"; rename "${LONG}", "watched"; many "watched/${LONG}";
     symlink "watched", "${LONG}"; many "${LONG}/f"`,
  ),
  "short names": many(
    `many "a/f"; for ("e", "et", "..x", "x..", "...") { open my $f, ">", "a/$_"; at "a/$_" }`,
  ),
};

const FRESH = `rm -rf ${FOLDER}; mkdir ${FOLDER}; cd ${FOLDER}
  echo x >plain; echo x >secret; echo x >both; echo x >whose`;

/** What does not differ from run to run. */
function essence({ rule, output }: SeenAlert): string {
  return `${rule}: ${output.replaceAll(/\d+/g, "N")}`;
}

type Deeds = Readonly<Record<string, string>>;

async function play(
  rules: readonly string[],
  deeds: Deeds,
  kernelFilter: boolean,
): Promise<{ readonly alerts: Record<string, readonly string[]>; readonly filtered: number }> {
  const alerts: Record<string, readonly string[]> = {};
  let filtered = 0;
  const args = ["-o", `engine.falcod.kernel_filter=${kernelFilter}`];
  await withFalcod({ rules, args }, async (falcod) => {
    for (const [name, deed] of Object.entries(deeds)) {
      const seen = await falcod.alertsOf(`${FRESH}\n${deed}\nrm -rf ${FOLDER}`);
      alerts[name] = seen.map(essence).sort();
    }
    const { code, log } = await falcod.stop();
    assertEquals(code, 0, log);
    filtered = summaryOf(log).get("syscall filtered_in_kernel.file") ?? 0;
  });
  return { alerts, filtered };
}

async function compare(
  rules: readonly string[],
  deeds: Deeds = DEEDS,
): Promise<Record<string, readonly string[]>> {
  const without = await play(rules, deeds, false);
  const withFilter = await play(rules, deeds, true);
  assertEquals(withFilter.alerts, without.alerts);
  assertEquals(without.filtered, 0);
  assert(withFilter.filtered > 200, `only ${withFilter.filtered} left out`);
  console.log(`left out in the kernel: ${withFilter.filtered}`);
  return without.alerts;
}

kernelTest("the kernel filter hides nothing when names come to mean other files", async () => {
  const file = Deno.makeTempFileSync({ prefix: "falcod-test-", suffix: ".yaml" });
  Deno.writeTextFileSync(file, RULES);
  try {
    const alerts = await compare([file]);
    const made = alerts[NOTHING]!.length; // of making the files
    for (const [name, seen] of Object.entries(alerts)) {
      assertEquals(seen.length > made, !HARMLESS.includes(name), name);
    }
  } finally {
    Deno.removeSync(file);
  }
});

kernelTest("the kernel filter hides nothing that no directory was asked about", async () => {
  const file = Deno.makeTempFileSync({ prefix: "falcod-test-", suffix: ".yaml" });
  Deno.writeTextFileSync(file, DIRECTORY_RULES);
  try {
    const alerts = await compare([file], DIRECTORY_DEEDS);
    const made = alerts[FRESH_NAMES]!.length; // of making the files
    for (const [name, seen] of Object.entries(alerts)) {
      assertEquals(seen.length > made, ![FRESH_NAMES, "short names"].includes(name), name);
    }
  } finally {
    Deno.removeSync(file);
  }
});

kernelTest("the kernel filter hides nothing of a directory among many of its kind", async () => {
  const file = Deno.makeTempFileSync({ prefix: "falcod-test-", suffix: ".yaml" });
  Deno.writeTextFileSync(file, rule("Directory", `${OPENS} and fd.directory = ${FOLDER}/watched`));
  const among = "files of a directory that comes after others", absolute = "their absolute names";
  const after = (folder: string) =>
    many(`many "${folder}d", "/file"; mkdir "watched"; for ("file", "other") {
      open my $f, ">", "${folder}watched/$_"; at "${folder}watched/$_" } at "${folder}watched/none"`);
  try {
    const deeds = { [among]: after(""), [absolute]: after(`${FOLDER}/`) };
    const { alerts } = await play([file], deeds, true);
    assertEquals(alerts, (await play([file], deeds, false)).alerts);
    // Two are of taking all away.
    assertEquals([alerts[among]?.length, alerts[absolute]?.length], [7, 7]);
  } finally {
    Deno.removeSync(file);
  }
});

kernelTest("the kernel filter works below a root that is a directory", async () => {
  const file = Deno.makeTempFileSync({ prefix: "falcod-test-", suffix: ".yaml" });
  Deno.writeTextFileSync(file, rule("Secret opened", `${OPENS} and fd.name contains secret`));
  const below = `unshare --mount ${
    perl(
      `system "mount", "--bind", ".", "."; chdir "${FOLDER}"; my $here = ".";
       syscall(155, $here, $here) == 0 or die; syscall 166, $here, 2;
       for (1 .. 400) { open my $f, "<", "/plain"; close $f; select undef, undef, undef, 0.02 if $_ < 10 }
       open my $f, "<", "/secret"`,
    )
  }`;
  try {
    const { alerts, filtered } = await play([file], { below }, true);
    assert(alerts.below?.some((alert) => alert.includes("/secret ->")), alerts.below?.join("\n"));
    assert(filtered > 300, `only ${filtered} left out`);
  } finally {
    Deno.removeSync(file);
  }
});

corpusTest("the kernel filter changes no alert of upstream's rules", UPSTREAM, async () => {
  await compare([...UPSTREAM.map((file) => corpusPath(file)!), "rules/falco_rules.yaml"]);
  await compare([corpusPath(UPSTREAM[0]!)!], DIRECTORY_DEEDS);
}, kernelTest);

kernelTest("what new rules want is no longer left out after a reload", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "falcod-test-" });
  const file = `${folder}/rules.yaml`;
  const about = (name: string) => rule("Opened", `${OPENS} and fd.name = ${folder}/${name}`);
  Deno.writeTextFileSync(file, about("one"));
  for (const name of ["one", "two"]) Deno.writeTextFileSync(`${folder}/${name}`, name);
  try {
    await withFalcod({ rules: [file] }, async (falcod) => {
      const read = perl(`often "${folder}/one"; often "${folder}/two"`);
      const before = await falcod.alertsOf(read);
      Deno.writeTextFileSync(`${file}.new`, about("two"));
      Deno.renameSync(`${file}.new`, file);
      await falcod.logged(/rules? (is|are) in effect/);
      const after = await falcod.alertsOf(read);
      assertEquals([before.length, after.length], [40, 40]);
      assert(before.every(({ output }) => output.includes("/one ")));
      assert(after.every(({ output }) => output.includes("/two ")));
    });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
