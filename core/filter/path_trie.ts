/** The paths of a `pmatch`, looked up component by component. */
import { Glob } from "./glob.ts";

interface Node {
  /** A path ends here, and everything below it matches. */
  ends: boolean;
  /** Absent where nothing is below it: most nodes end a path. */
  below: Below | undefined;
}

interface Below {
  /** By the first character of their component: comparing is cheaper than cutting it out to look it up. */
  readonly children: Map<number, Child[]>;
  /** The children by their component, asked where there are many; patterns with a slash before them. */
  readonly byName: Map<string, Node>;
  /** Components with `*`, `?` or `[`. */
  readonly patterns: { readonly glob: Glob; readonly node: Node }[];
}

interface Child {
  readonly name: string;
  readonly node: Node;
}

/** As many children with one first character are compared one by one. */
const FEW = 16;

/**
 * Holds for a path when one of its own is the path or a directory above it. Empty components do
 * not count: `/a//b/`, `/a/b` and `a/b` are one path, and `/` is above all.
 */
export class PathTrie {
  readonly #root: Node = newNode();
  /** The same few stand in many paths. */
  readonly #globs = new Map<string, Glob>();

  constructor(paths: Iterable<string>) {
    for (const path of paths) this.#add(path);
  }

  matches(path: string): boolean {
    let node = this.#root;
    let at = 0;
    // Ways through wildcards not tried yet. A node has one depth, so each is tried at most once.
    let others: { readonly node: Node; readonly at: number }[] | undefined;
    for (;;) {
      while (path[at] === "/") at++;
      if (node.ends) return true;
      let child: Node | undefined;
      const { below } = node;
      if (below && at < path.length) {
        const slash = path.indexOf("/", at);
        const start = at;
        at = slash < 0 ? path.length : slash;
        for (const { glob, node: next } of below.patterns) {
          if (glob.matches(path.slice(start, at))) (others ??= []).push({ node: next, at });
        }
        const alike = below.children.get(path.charCodeAt(start));
        if (alike && alike.length > FEW) child = below.byName.get(path.slice(start, at));
        else {
          child = alike?.find(({ name }) =>
            name.length === at - start && path.startsWith(name, start)
          )?.node;
        }
      }
      if (child) {
        node = child;
        continue;
      }
      const other = others?.pop();
      if (!other) return false;
      ({ node, at } = other);
    }
  }

  #add(path: string): void {
    let node = this.#root;
    for (const component of path.split("/")) {
      if (component === "") continue;
      if (node.ends) return;
      node = this.#childOf(node, component);
    }
    node.ends = true;
    node.below = undefined;
  }

  #childOf(parent: Node, component: string): Node {
    const below: Below = parent.below ??= { children: new Map(), byName: new Map(), patterns: [] };
    const isPattern = Glob.isPattern(component);
    const name = isPattern ? `/${component}` : component;
    const known = below.byName.get(name);
    if (known) return known;
    const node = newNode();
    below.byName.set(name, node);
    if (isPattern) {
      below.patterns.push({ glob: this.#glob(component), node });
      return node;
    }
    const first = component.charCodeAt(0);
    const alike = below.children.get(first);
    if (alike) alike.push({ name: component, node });
    else below.children.set(first, [{ name: component, node }]);
    return node;
  }

  #glob(pattern: string): Glob {
    let glob = this.#globs.get(pattern);
    if (!glob) this.#globs.set(pattern, glob = new Glob(pattern));
    return glob;
  }
}

function newNode(): Node {
  return { ends: false, below: undefined };
}
