/** A falcod that raises an alert whenever a test asks it something: audit events need no rights. */
import { assertEquals } from "../assert.ts";
import { freePort } from "../free_port.ts";
import { Folder } from "./program.ts";
import { Running } from "./running.ts";

const RULES = `
- rule: Somebody asks
  desc: Any request
  source: k8s_audit
  condition: ka.verb = get
  output: asked by %ka.user.name
  priority: NOTICE
`;

const COMMON = `
engine: {kind: nodriver}
watch_config_files: false
stdout_output: {enabled: false}
`;

export interface Watched {
  readonly falcod: Running;
  readonly folder: Folder;
  /** Has alerts of these users made, one after the other. */
  ask(...users: readonly string[]): Promise<void>;
  /** Writes the outputs, and has them read. */
  change(outputs: string): Promise<void>;
  /** Waits until the file says so. */
  fileSays(name: string, isSo: (text: string) => boolean): Promise<void>;
}

/** `FOLDER` in the outputs stands for a folder that is gone afterwards. */
export async function withFalcod(
  outputs: string,
  body: (watched: Watched) => Promise<void>,
  options?: { readonly folder?: Folder; readonly under?: readonly string[] },
) {
  const port = freePort();
  const audit = `http://127.0.0.1:${port}/k8s-audit`;
  const plugins = `
plugins:
  - {name: k8saudit, library_path: libk8saudit.so, open_params: "${audit}"}
`;
  using own = options?.folder ? undefined : new Folder({});
  const folder = options?.folder ?? own!;
  Deno.writeTextFileSync(folder.file("rules.yaml"), RULES);
  const write = (outputs: string) => {
    const text = outputs.replaceAll("FOLDER", folder.path);
    Deno.writeTextFileSync(folder.file("falco.yaml"), COMMON + plugins + text);
  };
  write(outputs);
  const args = ["-c", folder.file("falco.yaml"), "-r", folder.file("rules.yaml")];
  await using falcod = await Running.startUntil(
    "falcod: watching",
    args,
    options?.under && { under: options.under },
  );
  let changes = 0;
  await body({
    falcod,
    folder,
    ask: async (...users) => {
      for (const username of users) {
        const event = {
          kind: "Event",
          apiVersion: "audit.k8s.io/v1",
          auditID: "1",
          stage: "ResponseComplete",
          verb: "get",
          user: { username },
          stageTimestamp: "2026-01-31T12:00:00.000000Z",
        };
        const headers = { "content-type": "application/json" };
        const reply = await fetch(audit, { method: "POST", headers, body: JSON.stringify(event) });
        assertEquals([reply.status, await reply.text()], [200, ""]);
      }
    },
    change: async (outputs) => {
      write(outputs);
      falcod.process.kill("SIGHUP");
      changes++;
      await falcod.until(() => falcod.error.split(" in effect").length > changes);
    },
    fileSays: async (name, isSo) => {
      for (;;) {
        const text = await Deno.readTextFile(`${folder.path}/${name}`).catch(() => "");
        if (isSo(text)) return;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
  });
}

/** Who asked, by the alerts in a text. */
export const usersIn = (text: string) =>
  [...text.matchAll(/asked by (\w+)/g)].map(([, user]) => user!);
