import { Command, InvalidArgumentError } from "@commander-js/extra-typings";
import { assertEquals, assertThrows } from "../../../tests/assert.ts";
import { refuseChisel, refuseCondition, sysdigFlagMeant } from "./sysdig_flags.ts";

function refusal(...words: string[]): string | undefined {
  let said: string | undefined;
  const command = new Command().exitOverride().configureOutput({ writeErr: (text) => said = text });
  try {
    refuseCondition(words, command);
  } catch {
    // it ends the command
  }
  return said;
}

Deno.test("sysdigFlagMeant() knows flags in any spelling, with their value behind them, by command", () => {
  assertEquals(sysdigFlagMeant("-p", "replay"), "(Did you mean --print?)");
  assertEquals(sysdigFlagMeant("-p%evt.num", "replay"), "(Did you mean --print?)");
  assertEquals(sysdigFlagMeant("--numevents", "replay"), sysdigFlagMeant("-n5", "replay"));
  assertEquals(sysdigFlagMeant("-pc", "replay")?.includes("%container.name"), true);
  assertEquals(sysdigFlagMeant("-p", "validate"), undefined);
  assertEquals(sysdigFlagMeant("--pretty", "replay"), undefined);
  assertEquals(sysdigFlagMeant("--constructor", "constructor"), undefined);
});

Deno.test("refuseCondition() takes no condition for a file", () => {
  const begin = "error: a condition is written behind --filter: --filter ";
  for (
    const [words, condition] of [
      [["x.scap", "proc.name=cat"], "proc.name=cat"],
      [["x.scap", "fd.num", "<", "3", "and", "evt.type=read"], "'fd.num < 3 and evt.type=read'"],
      [["(not proc.aname[2] in (a, b))"], "'(not proc.aname[2] in (a, b))'"],
      [["evt.type!=switch"], "'evt.type!=switch'"],
    ] as const
  ) assertEquals(refusal(...words), `${begin}${condition}\n`);
});

Deno.test("refuseCondition() leaves files alone, be they there or not", () => {
  assertEquals(refusal("a.scap", "b.scap"), undefined);
  for (const path of ["trace.scap", "a b.scap", "../x.scap.gz", "-", "/tmp/a=b.scap"]) {
    assertEquals(refusal(path), undefined, path);
  }
  const folder = Deno.makeTempDirSync();
  try {
    Deno.writeTextFileSync(`${folder}/proc.name=cat`, "");
    assertEquals(refusal(`${folder}/proc.name=cat`), undefined);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("refuseChisel() takes the name of a script for no configuration", () => {
  for (const name of ["topprocs_cpu", "spy_users", "echo_fds", "fdcount_by", "ps"]) {
    assertThrows(() => refuseChisel(name), InvalidArgumentError);
  }
  for (const path of ["falco.yaml", "/etc/falco/falco.yaml", "config", "top.yaml"]) {
    assertEquals(refuseChisel(path), path);
  }
});
