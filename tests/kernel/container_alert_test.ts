/** The first alert of a container tells what it is called; rules and exceptions for images hold for it. */
import { assertEquals } from "../assert.ts";
import { listening, notInstalled, type StartServer } from "./busybox.ts";
import { Containerd } from "./containerd.ts";
import { temporaryFolder } from "./engines.ts";
import { kernelTest, type Stage, withFalcod } from "./harness.ts";
import { Podman } from "./podman.ts";

const IMAGE = "docker.io/library/falcod-web:1.0";
const MARK = "falcod-mark";

const rule = (name: string, condition: string) => `
- rule: ${name}
  desc: About programs that are started with ${MARK} among their arguments
  condition: >
    evt.type in (execve, execveat) and evt.rawres = 0 and proc.args startswith ${MARK} and ${condition}
  output: started | %container.name %container.image.repository %container.image.tag
  priority: DEBUG
`;
const RULES = rule("For the image", "container.image.repository endswith /falcod-web") +
  rule("But for the image", "not container.image.repository endswith /falcod-web");

function withRules(folder: string): readonly string[] {
  Deno.writeTextFileSync(`${folder}/rules.yaml`, RULES);
  return [`${folder}/rules.yaml`];
}

kernelTest(
  "the first program of a container is known by its container's name and image",
  async () => {
    await using podman = await Podman.create([IMAGE]);
    await podman.startService();
    const options = { rules: withRules(podman.folder), args: podman.falcodArguments(1000) };
    await withFalcod(options, async (falcod, stage) => {
      for (const name of ["falcod-test-one", "falcod-test-two"]) {
        await stage.run(`PATH=${podman.programs}:$PATH
        podman run --rm --network none --name ${name} ${IMAGE} /bin/true ${MARK}`);
        const { output_fields: fields } = await falcod.alert("For the image");
        assertEquals(
          ["name", "image.repository", "image.tag", "known"].map((key) =>
            fields[`container.${key}`]
          ),
          [name, "docker.io/library/falcod-web", "1.0", undefined],
        );
      }
      await falcod.settle();
      assertEquals(falcod.alerts.map((alert) => alert.rule), ["For the image", "For the image"]);
    });
  },
);

kernelTest(
  "what podman notes on disk is known at once, also when its service is gone",
  async () => {
    await using podman = await Podman.create([IMAGE]);
    await podman.startService();
    const options = { rules: withRules(podman.folder), args: podman.falcodArguments(50) };
    await withFalcod(options, async (falcod) => {
      const namesIn = async (script: string) => {
        const alerts = await falcod.alertsOf(`PATH=${podman.programs}:$PATH\n${script}\nsleep 0.3`);
        assertEquals(alerts.filter(({ rule }) => rule !== "For the image"), []);
        return alerts.map(({ output_fields: fields }) => fields["container.name"]).sort();
      };
      const run = (name: string) =>
        `podman run --rm --network none --name ${name} ${IMAGE} /bin/true ${MARK}`;
      // falcod asks the service once where its storage is
      await new Promise((resolve) => setTimeout(resolve, 2000));
      // podman takes some tenths of a second to tell of each
      const together = ["a", "b", "c", "d", "e", "f"].map((end) => `falcod-test-${end}`);
      const script = together.map((name) => `${run(name)} & `).join("\n");
      assertEquals(await namesIn(`${script}\nwait`), together);
      await podman.stopService();
      assertEquals(await namesIn(run("falcod-test-alone")), ["falcod-test-alone"]);
    });
  },
);

kernelTest("an alert whose engine does not answer goes out all the same, and says so", async () => {
  await using podman = await Podman.create([IMAGE]);
  using _engine = Deno.listen({ transport: "unix", path: podman.socket });
  const options = { rules: withRules(podman.folder), args: podman.falcodArguments(50) };
  await withFalcod(options, async (falcod, stage) => {
    await stage.run(`PATH=${podman.programs}:$PATH
      podman run --rm --network none ${IMAGE} /bin/true ${MARK}`);
    const { output, output_fields: fields } = await falcod.alert("But for the image");
    assertEquals([fields["container.name"], fields["container.known"]], [null, false]);
    assertEquals(output.includes("<NA> <NA> <NA> | container.known=false"), true, output);
  });
});

/** Starts servers that falcod watches. */
function onStage(stage: Stage): StartServer {
  return async (command, socket) => {
    const id = await stage.run(`${command.join(" ")} >/dev/null 2>&1 & echo $!`);
    await listening(socket);
    return {
      socket,
      [Symbol.asyncDispose]: async () =>
        void await stage.run(`kill ${id}; tail --pid=${id} -f /dev/null`),
    };
  };
}

const FIELDS = [
  "container.name",
  "container.image.repository",
  "k8s.pod.name",
  "k8s.pod.label.app",
  "k8s.pod.sandbox_id",
] as const;

const PODS = `
- rule: Program of a pod
  desc: About what runs in pods of the namespace shop
  condition: >
    evt.type in (execve, execveat) and evt.rawres = 0 and k8s.ns.name = shop and proc.name = sleep
  output: started ${FIELDS.map((name) => `%${name}`).join(" ")}
  priority: DEBUG
`;

const missing = notInstalled("containerd", "ctr", "runc", "/usr/lib/cni/ptp");
if (missing.length > 0) console.log(`no pods are tried; not installed: ${missing.join(", ")}`);
else {
  kernelTest("the first program of a pod's container is known by its pod", async () => {
    await using stack = new AsyncDisposableStack();
    const folder = temporaryFolder(stack, "falcod-pods-");
    Deno.writeTextFileSync(`${folder}/rules.yaml`, PODS);
    const socket = `${folder}/containerd.sock`;
    const options = { rules: [`${folder}/rules.yaml`], args: asking(socket) };
    await withFalcod(options, async (falcod, stage) => {
      await using containerd = await Containerd.start(IMAGE, onStage(stage));
      Deno.symlinkSync(containerd.socket, socket);
      // falcod looks every five seconds whether somebody has come
      await new Promise((resolve) => setTimeout(resolve, 6000));
      const { pod } = await containerd.runPod(IMAGE);
      const seen: unknown[] = [];
      while (seen.length < 2) {
        const { output_fields: fields } = await falcod.alert("Program of a pod");
        seen.push(FIELDS.map((key) => fields[key]).join(" "));
      }
      const ofPod = `web-0 web ${pod.slice(0, 12)}`;
      assertEquals(seen.sort(), [`  ${ofPod}`, `nginx docker.io/library/falcod-web ${ofPod}`]);
    });
  });
}

/** falcod's arguments that have it ask who listens there, and no other engine. */
function asking(socket: string): readonly string[] {
  const off = { enabled: false };
  const on = { sockets: [socket] };
  const plugin = {
    name: "container",
    library_path: "libcontainer.so",
    init_config: {
      alert_wait_ms: 1000,
      engines: { docker: off, podman: off, cri: on, containerd: on },
    },
  };
  return ["-o", `plugins[]=${JSON.stringify(plugin)}`];
}
