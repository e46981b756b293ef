/** The container image, in a real container with the capabilities that the chart gives it. */
import { assert, assertEquals } from "../assert.ts";
import { kernelTest, Stage } from "../kernel/harness.ts";
import { Podman } from "../kernel/podman.ts";
import { binary } from "./binary.ts";

const IMAGE = "localhost/falcod:test";
const RULE = `- rule: Read
  desc: a file was read by its name
  condition: evt.type in (open, openat) and fd.name = /etc/hostname
  output: by %proc.name of %proc.pname
  priority: INFO
`;

/** Those of templates/_names.tpl that this machine has to give: podman refuses others. */
async function capabilities(): Promise<string> {
  const names = Deno.readTextFileSync("scripts/deploy/helm/falcod/templates/_names.tpl");
  const wanted = /"falcod.capabilities" -\}\}\s+\[(.*)\]/.exec(names)?.[1]?.split(", ") ?? [];
  assert(wanted.length > 0, "the chart names no capabilities");
  const { stdout } = await new Deno.Command("setpriv", { args: ["--dump"] }).output();
  const held = /Capability bounding set: (.*)/.exec(new TextDecoder().decode(stdout))?.[1]
    ?.toUpperCase().split(",") ?? [];
  return wanted.filter((name) => held.includes(name)).join();
}

if (binary !== "") {
  kernelTest("the image watches the machine, with capabilities and nothing else", async () => {
    await using podman = await Podman.create([]);
    const { folder } = podman;
    await Deno.writeTextFile(`${folder}/rules.yaml`, RULE);
    const script = `set -e
scripts/deploy/container/make_root.sh ${binary} ${folder}/image
tar -C ${folder}/image -c . |
  ${podman.command} import --change 'ENTRYPOINT ["/usr/bin/falcod"]' \\
    --change 'ENV HOST_ROOT=/host' - ${IMAGE} >&2`;
    const made = await new Deno.Command("bash", { args: ["-c", script] }).output();
    assert(made.success, new TextDecoder().decode(made.stderr));
    await using stage = new Stage();
    const child = new Deno.Command("sh", {
      args: [
        "-c",
        `exec env ${podman.command} run --rm --name falcod --pid host --network none ` +
        `--cap-drop all --cap-add ${await capabilities()} --read-only --tmpfs /tmp ` +
        `--security-opt no-new-privileges --security-opt seccomp=unconfined ` +
        `-v /etc:/host/etc:ro -v ${folder}/rules.yaml:/rules.yaml:ro ${IMAGE} ` +
        `run -r /rules.yaml --scope pid:${stage.processId} -o log_level=debug`,
      ],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    let error = "", out = "";
    const isWatching = Promise.withResolvers<void>(), hasAlerted = Promise.withResolvers<void>();
    const read = async (
      from: ReadableStream<Uint8Array<ArrayBuffer>>,
      take: (text: string) => void,
    ) => {
      for await (const text of from.pipeThrough(new TextDecoderStream())) take(text);
      isWatching.resolve();
      hasAlerted.resolve();
    };
    const reading = [
      read(child.stdout, (text) => (out += text).includes("\n") && hasAlerted.resolve()),
      read(child.stderr, (text) => (error += text).includes("watching") && isWatching.resolve()),
    ];
    await isWatching.promise;
    assert(error.includes("falcod: watching syscall"), error);
    await stage.run("cat /etc/hostname");
    await hasAlerted.promise;
    await podman.run("stop --time 20 falcod");
    await Promise.all(reading);
    assertEquals((await child.status).code, 0, error);
    assert(out.includes("by cat of sh\n"), out + error);
    assertEquals(/warning/i.test(error), false, error);
  });
}
