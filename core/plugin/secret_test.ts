import { assert, assertEquals, assertThrows } from "../../tests/assert.ts";
import { Secret } from "./secret.ts";

Deno.test("a secret shows itself only to who asks for it", () => {
  const secret = new Secret({ value: "xoxb-1" });
  const shown = [
    String(secret),
    `${secret}`,
    JSON.stringify({ secret }),
    Deno.inspect({ secret }),
    String(Object.entries(secret)),
  ];
  for (const text of shown) assert(!text.includes("xoxb"), text);
  assertEquals([secret.reveal(), secret.isEmpty], ["xoxb-1", false]);
});

Deno.test("a secret in a file is read when it is asked for, without its line end", async () => {
  const folder = await Deno.makeTempDir({ prefix: "falcod-secret-" });
  try {
    const file = `${folder}/token`;
    const secret = new Secret({ file });
    assertThrows(() => secret.reveal(), {
      name: "SinkError",
      code: "unavailable",
      message: `Cannot read the secret in "${file}": there is no such file`,
    });
    for (const text of ["one\n", "two\r\n", " three "]) {
      await Deno.writeTextFile(file, text);
      assertEquals(secret.reveal(), text.replace(/\r?\n$/, ""));
    }
    await Deno.writeTextFile(file, "x".repeat(100_000));
    assertThrows(() => secret.reveal(), /more than 65536 bytes/);
    const pipe = `${folder}/pipe`;
    await new Deno.Command("mkfifo", { args: [pipe] }).output();
    assertThrows(() => new Secret({ file: pipe }).reveal(), /it is no file/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
