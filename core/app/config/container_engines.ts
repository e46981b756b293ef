/**
 * What falco.yaml says about container engines: `init_config` of Falco's container plugin, which is
 * built in here, and `container_engines` of the time before it.
 *
 * Facts: falcosecurity/plugins plugins/container README.md and plugin_config.cpp, falco 0.40 falco.yaml.
 */
import * as z from "zod";
import { socketPath } from "../../base/socket_address.ts";
import {
  type Container,
  type ContainerEngineName,
  parseImageName,
  unknownContainer,
} from "../../state/mod.ts";
import {
  MAX_SOCKET_PATH,
  socketsOnHost,
  USERS_SOCKETS,
  type UserSocket,
  userSockets,
  USUAL_SOCKETS,
} from "./engine_sockets.ts";
import { flag, idle, listOf, oneOf, replaced, section, text, whole, word } from "./_types.ts";
import type { Config } from "./schema.ts";

/** The name under `plugins`. */
export const CONTAINER_PLUGIN = "container";

const MAX_SOCKETS = 16;

const socket = word()
  .transform(socketPath)
  .refine((path) => path.startsWith("/") && path.length <= MAX_SOCKET_PATH, {
    error: "the absolute path of a unix socket",
  });
const sockets = () =>
  listOf(socket).refine((list) => list.length <= MAX_SOCKETS, {
    error: `at most ${MAX_SOCKETS} sockets`,
  });

const asked = () => section({ enabled: flag(true), sockets: sockets() });
/** Their containers are known by the cgroup, and nothing else is to be known of them. */
const byCgroup = () => section({ enabled: flag(true) });

/** `init_config` of the plugin named container. */
export const containerPluginConfig = section({
  label_max_len: whole({ min: 0, max: 65_536, standard: 100 }),
  /** falcod's own: how long an alert waits for what its container is called. */
  alert_wait_ms: whole({ min: 0, max: 1000, standard: 50 }),
  with_size: idle(flag(false), "no field shows sizes"),
  hooks: idle(
    listOf(oneOf(["create", "start"], "create")),
    "containers are asked about when they are made, and again when they are started",
  ),
  log_level: idle(
    oneOf(["trace", "debug", "info", "warn", "error"], "warn"),
    "log_level at the top counts",
  ),
  engine_timeout: idle(
    whole({ min: 0, max: 86_400, standard: 10 }),
    "no engine is waited for at the start",
  ),
  engines: z.strictObject({
    docker: asked(),
    podman: asked(),
    cri: asked(),
    containerd: asked(),
    lxc: byCgroup(),
    libvirt_lxc: byCgroup(),
    bpm: byCgroup(),
    static: section({
      enabled: flag(false),
      container_id: text(),
      container_name: text(),
      container_image: text(),
    }).refine(isComplete, { error: "container_id, container_name and container_image, too" }),
  }, { error: "a mapping" }).optional(),
});

/** `container_engines` at the top, falco 0.33 to 0.41. */
export const oldContainerEngines = section({
  docker: section({ enabled: flag(true) }),
  podman: section({ enabled: flag(true) }),
  cri: section({
    enabled: flag(true),
    sockets: sockets(),
    // What the program of 0.39 read, though its falco.yaml has sockets.
    cri: replaced(sockets(), "sockets", "acts"),
    disable_async: idle(flag(false), "alerts wait a little, and nothing else does"),
    "disable-cri-async": idle(flag(false), "alerts wait a little, and nothing else does"),
  }),
  lxc: byCgroup(),
  libvirt_lxc: byCgroup(),
  bpm: byCgroup(),
  rocket: idle(section({ enabled: flag(true) }), "rkt is no longer made"),
});

interface PluginEntry {
  readonly name: string;
  readonly init_config?: unknown;
}

/** An empty text is how Falco's falco.yaml spells "nothing". */
function given({ init_config }: PluginEntry): unknown {
  return init_config === "" ? undefined : init_config;
}

interface StaticEngine {
  readonly enabled: boolean;
  readonly container_id: string;
  readonly container_name: string;
  readonly container_image: string;
}

function isComplete(engine: StaticEngine): boolean {
  const { enabled, container_id: id, container_name: name, container_image: image } = engine;
  return !enabled || [id, name, image].every((text) => text !== "");
}

/** What is asked of whom; engines that are switched off have no sockets. */
export interface ContainerSettings {
  readonly docker: readonly string[];
  /** Of users who run Docker without being root; asked about their own containers alone, as is the next. */
  readonly dockerOfUsers: readonly UserSocket[];
  readonly podman: readonly string[];
  readonly podmanOfUsers: readonly UserSocket[];
  readonly cri: readonly string[];
  readonly containerd: readonly string[];
  readonly labelMaxLength: number;
  readonly alertWaitMs: number;
  /** Engines whose containers count as the host: they were switched off. */
  readonly notRecognized: ReadonlySet<ContainerEngineName>;
  /** Everything runs in this one, and no engine is asked. */
  readonly onlyContainer: Container | undefined;
}

/**
 * Where the configuration has containers asked about. What the plugin says counts whether or not
 * `load_plugins` names it: its work is built in and goes on in any case.
 */
export function containerSettings(config: Config): ContainerSettings {
  const plugin = config.plugins.find(({ name }) => name === CONTAINER_PLUGIN);
  const init = containerPluginConfig.parse(plugin && given(plugin));
  const engines = init.engines ?? oldEngines(config.container_engines);
  const { docker, podman, cri, containerd } = engines;
  return {
    docker: socketsOf(docker, USUAL_SOCKETS.docker),
    dockerOfUsers: ofUsers(docker, USERS_SOCKETS.docker),
    podman: socketsOf(podman, USUAL_SOCKETS.podman),
    podmanOfUsers: ofUsers(podman, USERS_SOCKETS.podman),
    cri: socketsOf(cri, USUAL_SOCKETS.cri),
    containerd: socketsOf(containerd, USUAL_SOCKETS.containerd),
    labelMaxLength: init.label_max_len,
    alertWaitMs: init.alert_wait_ms,
    notRecognized: new Set(
      BY_CGROUP.filter(([key]) => !engines[key].enabled).map(([, name]) => name),
    ),
    onlyContainer: init.engines?.static.enabled ? staticContainer(init.engines.static) : undefined,
  };
}

interface EngineEntry {
  readonly enabled: boolean;
  readonly sockets: readonly string[];
}

const BY_CGROUP = [["lxc", "lxc"], ["libvirt_lxc", "libvirt-lxc"], ["bpm", "bpm"]] as const;

function staticContainer(engine: StaticEngine): Container {
  const { container_id: id, container_name: name, container_image: image } = engine;
  const { repository, tag, digest } = parseImageName(image);
  return {
    ...unknownContainer({ id, fullId: id, engine: "static" }),
    known: true,
    name,
    image,
    imageRepository: repository,
    imageTag: tag,
    imageDigest: digest,
  };
}

/** There, only CRI had sockets to choose, and what it asked was containerd, too. */
function oldEngines({ docker, podman, cri, ...rest }: Config["container_engines"]) {
  return {
    ...rest,
    docker: { ...docker, sockets: [] },
    podman: { ...podman, sockets: [] },
    cri: { ...cri, sockets: [...cri.sockets, ...cri.cri] },
    containerd: { enabled: cri.enabled, sockets: [] },
  };
}

function socketsOf({ enabled, sockets }: EngineEntry, usual: readonly string[]) {
  return enabled ? socketsOnHost(sockets.length > 0 ? sockets : usual) : [];
}

/** A configuration that names sockets means those and no others. */
function ofUsers({ enabled, sockets }: EngineEntry, place: string): readonly UserSocket[] {
  return enabled && sockets.length === 0 ? userSockets(place) : [];
}
