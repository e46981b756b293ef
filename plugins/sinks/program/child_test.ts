import { assertEquals, assertRejects } from "../../../tests/assert.ts";
import { Child } from "./child.ts";

Deno.test("a program runs nothing before it is expected, and nothing at all when it never is", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "falcod-program-" });
  const expected = Promise.withResolvers<void>(), never = new Promise<void>(() => {});
  const told: number[] = [];
  const tell = (until: Promise<void>) => (pid: number) => {
    told.push(pid);
    return until;
  };
  const first = new Child(`cat > ${folder}/first`, tell(expected.promise));
  const second = new Child(`cat > ${folder}/second`, tell(never));
  assertEquals(told, [first.pid, second.pid]);
  await second.kill();
  assertEquals([...Deno.readDirSync(folder)], []);
  expected.resolve();
  await first.write(new TextEncoder().encode("an alert\n"));
  assertEquals((await first.finish()).success, true);
  assertEquals(Deno.readTextFileSync(`${folder}/first`), "an alert\n");
  await assertRejects(() => Deno.stat(`${folder}/second`), Deno.errors.NotFound);
  Deno.removeSync(folder, { recursive: true });
});
