/** What tests of this folder need. */
import type { ContainerSettings } from "./config/container_engines.ts";

/** Nobody is asked about containers. */
export const noContainers: ContainerSettings = {
  docker: [],
  podman: [],
  podmanOfUsers: [],
  dockerOfUsers: [],
  cri: [],
  containerd: [],
  labelMaxLength: 100,
  alertWaitMs: 0,
  notRecognized: new Set(),
  onlyContainer: undefined,
};
