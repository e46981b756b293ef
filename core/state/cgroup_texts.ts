/** A cgroup as events tell it. */

/** Controllers that upstream tells. In the unified hierarchy they all have the same path. */
const CONTROLLERS = ["cpuset", "cpu", "io", "memory"];

/** `cpuset=/a`, `cpu=/a` …; none for a process of which it is not known. */
export function cgroupTexts(path: string): readonly string[] {
  return path === "" ? [] : CONTROLLERS.map((controller) => `${controller}=${path}`);
}
