/** Has a plugin that starts a program, prints the program's number, and waits to be killed. */
import { attempting, TestGuest } from "./guest.ts";

const guest = new TestGuest({
  module: attempting(`
    const sleep = { args: ["1000"], stdin: "null", stdout: "null", stderr: "null" };
    return new Deno.Command("/bin/sleep", sleep).spawn().pid`),
  permissions: { run: ["/bin/sleep"] },
});
await guest.supervisor.running();
console.log((await guest.says("GOT ")).slice("GOT ".length));
