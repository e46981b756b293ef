/** What tests of Docker's API share: one container, and who tells of it. */
import { DockerEngine } from "./mod.ts";
import { type DockerConfig, dockerSchema } from "./schema.ts";

export const ID = "0123456789abcdef".repeat(4);
export const IMAGE_ID = "a".repeat(64);
export const NEVER = new AbortController().signal;

type Answers = Record<string, unknown>;

/** A Docker API on a socket of its own; a function as answer makes the whole response. */
export function serve(answers: Answers): AsyncDisposable & { socket: string } {
  const folder = Deno.makeTempDirSync({ prefix: "falcod-docker-" });
  const socket = `${folder}/docker.sock`;
  const handler = (request: Request): Response | Promise<Response> => {
    const answer = answers[new URL(request.url).pathname];
    if (answer === undefined) return Response.json({ message: "no such thing" }, { status: 404 });
    return typeof answer === "function" ? answer() : Response.json(answer);
  };
  const server = Deno.serve({ transport: "unix", path: socket, onListen: () => {} }, handler);
  return {
    socket,
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      Deno.removeSync(folder, { recursive: true });
    },
  };
}

export function engine(
  sockets: readonly string[],
  config: Partial<DockerConfig> = {},
): DockerEngine {
  return new DockerEngine({ ...dockerSchema.parse({ sockets }), ...config });
}

export const CONTAINER = {
  Id: ID,
  Name: "/web",
  Image: `sha256:${IMAGE_ID}`,
  Config: { Image: "nginx:1.25", Labels: { app: "nginx" } },
  HostConfig: { Privileged: true, NetworkMode: "shop", PidMode: "host", IpcMode: "private" },
  State: { StartedAt: "2026-07-01T10:00:00.123456789Z" },
  Mounts: [
    { Source: "/srv", Destination: "/data", Mode: "z", RW: true, Propagation: "rprivate" },
    "nonsense",
    { Source: "/proc", Destination: "/host/proc" },
  ],
  NetworkSettings: {
    IPAddress: "",
    Networks: { shop: { IPAddress: "10.1.2.3", GlobalIPv6Address: "fd00::3" } },
  },
};

/** A user other than root, to whom the socket belongs from now on. */
export function ownerOfSocket(socket: string): number {
  const owner = Deno.uid() || 1000;
  if (Deno.uid() === 0) Deno.chownSync(socket, owner, owner);
  return owner;
}
