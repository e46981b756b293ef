/**
 * Where container engines are asked that the configuration names no sockets of: those of Falco, and of
 * distributions of Kubernetes that have their containerd elsewhere (falcosecurity/plugins issue 514,
 * falco 3243). RKE2 has it where k3s does, and Docker's snap its socket where Docker does. A place where
 * nobody listens costs one look whenever others are looked for.
 */
import { basename, dirname } from "node:path";
import { onHost } from "../../base/mod.ts";
import { isListening } from "../../plugin/mod.ts";

/** containerd's, which speaks CRI there, too. */
const CONTAINERDS = [
  "/run/containerd/containerd.sock",
  "/run/k3s/containerd/containerd.sock",
  "/run/host-containerd/containerd.sock",
  "/run/k0s/containerd.sock",
  "/var/snap/microk8s/common/run/containerd.sock",
];

export const USUAL_SOCKETS = {
  docker: ["/var/run/docker.sock"],
  podman: ["/run/podman/podman.sock"],
  // kubeadm writes the last one, systemd makes the one before it.
  cri: [
    ...CONTAINERDS,
    "/run/crio/crio.sock",
    "/run/cri-dockerd.sock",
    "/var/run/cri-dockerd.sock",
  ],
  /** Falco asks one of them only: what ctr and nerdctl start with the others has no name there. */
  containerd: CONTAINERDS,
} as const;

/** In the folder that a user gets with a login. */
export const USERS_SOCKETS = { docker: "docker.sock", podman: "podman/podman.sock" } as const;

const USERS_FOLDER = "/run/user";
/** `sun_path` of linux include/uapi/linux/un.h, without the zero at its end. */
export const MAX_SOCKET_PATH = 107;
const MAX_USER_SOCKETS = 64;

export interface UserSocket {
  readonly userId: number;
  readonly socket: string;
}

/** As falcod can open them. One that is named twice, as in falco.yaml and after --cri, is asked once. */
export function socketsOnHost(sockets: readonly string[]): readonly string[] {
  const found = new Map<string, string>();
  for (const socket of sockets) {
    const path = onHost(socket);
    const place = placeOf(path);
    if (!found.has(place)) found.set(place, path);
  }
  return [...found.values()];
}

/** `/var/run` is another name of `/run` almost everywhere. */
function placeOf(path: string): string {
  try {
    return `${Deno.realPathSync(dirname(path))}/${basename(path)}`;
  } catch {
    return path;
  }
}

/**
 * Sockets of users' engines, by their place in a user's folder: those that are there now, as Falco has
 * it for podman. Whether falcod has to keep the right to open them is decided at the start.
 */
export function userSockets(
  place: string,
  folder: string = onHost(USERS_FOLDER),
): readonly UserSocket[] {
  const found: UserSocket[] = [];
  for (const name of entriesOf(folder)) {
    const socket = `${folder}/${name}/${place}`;
    if (!/^[1-9]\d{0,9}$/.test(name) || socket.length > MAX_SOCKET_PATH) continue;
    const userId = Number(name);
    if (isSocketOf(userId, socket) && found.length < MAX_USER_SOCKETS) {
      found.push({ userId, socket });
    }
  }
  return found.sort((left, right) => left.userId - right.userId);
}

/** Who can be asked on this machine, by the sockets that are looked at unasked. */
export async function enginesHere(): Promise<
  readonly { readonly engine: string; readonly socket: string }[]
> {
  const { docker, podman, cri, containerd } = USUAL_SOCKETS;
  const others = cri.filter((socket) => !containerd.includes(socket));
  const named = (engine: string, sockets: readonly string[]) =>
    socketsOnHost(sockets).map((socket) => ({ engine, socket }));
  const ofUsers = Object.entries(USERS_SOCKETS).flatMap(([engine, place]) =>
    userSockets(place).map(({ userId, socket }) => ({
      engine: `${engine} of user ${userId}`,
      socket,
    }))
  );
  const all = [
    ...named("docker", docker),
    ...named("podman", podman),
    ...named("containerd", containerd),
    ...named("CRI", others),
    ...ofUsers,
  ];
  const there = await Promise.all(all.map(({ socket }) => isListening(socket)));
  return all.filter((_, index) => there[index]);
}

function entriesOf(folder: string): readonly string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name);
  } catch {
    return [];
  }
}

/** A link to somebody else's is none. */
function isSocketOf(userId: number, path: string): boolean {
  try {
    const { isSocket, uid } = Deno.lstatSync(path);
    return isSocket === true && uid === userId;
  } catch {
    return false;
  }
}
