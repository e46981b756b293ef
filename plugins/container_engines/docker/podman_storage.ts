/**
 * What podman and CRI-O have on disk about the machine's containers, before their first program runs:
 * notes (`notes.ts`) and runtime specifications (`runtime_spec.ts`).
 *
 * podman's service answers later: about a container that is being started only when that is done, and
 * where many start together after some tenths of a second. Without the service this is all there is.
 */
import { type ContainerDetails, fileMark, onHost, readAtMost } from "../../../core/mod.ts";
import {
  detailsOfCriosNote,
  detailsOfNote,
  DRIVERS,
  isCrios,
  type Note,
  NOTE_FILES,
  noteOf,
  parseNotes,
  specFile,
} from "./notes.ts";
import { detailsOfSpec, parseSpec, podLabelsOf } from "./runtime_spec.ts";
import type { RuntimeSpec } from "./schema.ts";

/** Where root's containers are, unless storage.conf says otherwise; the second is gone at a restart. */
const STANDARD = ["/var/lib/containers/storage", "/run/containers/storage"];
const MAX_ROOTS = 8;
/** A container takes some 700 bytes; whoever has thousands has to wait for the service. */
const MAX_NOTES_BYTES = 2 << 20;
/** Some 15 KB are usual. */
const MAX_SPEC_BYTES = 1 << 20;
const MAX_KEPT = 256;

interface Kept<Content> {
  readonly mark: string;
  readonly content: Content;
}

export class PodmanStorage {
  /** Paths as the machine has them. */
  readonly #roots: Set<string>;
  readonly #labelMaxLength: number;
  /** By path, with the mark of what was read. */
  readonly #notes = new Map<string, Kept<readonly unknown[]>>();
  readonly #specs = new Map<string, Kept<RuntimeSpec | undefined>>();

  constructor(roots: readonly string[] = STANDARD, labelMaxLength = 100) {
    this.#roots = new Set(roots);
    this.#labelMaxLength = labelMaxLength;
  }

  /** Somebody knows of another one. */
  add(root: string): void {
    if (root.startsWith("/") && this.#roots.size < MAX_ROOTS) this.#roots.add(root);
  }

  /** Absent where nothing is on disk, or cannot be read. */
  glimpse(fullId: string): ContainerDetails | undefined {
    const note = this.#note(fullId);
    // Anybody's pod may have annotations like podman's: only the notes tell whose a container is.
    if (!note) return undefined;
    const spec = this.#spec(fullId);
    if (isCrios(note)) return this.#ofCrio(fullId, note, spec);
    return { ...detailsOfNote(note), ...spec && detailsOfSpec(spec, "podman") };
  }

  #ofCrio(fullId: string, note: Note, spec: RuntimeSpec | undefined): ContainerDetails {
    const sandboxId = note.told!["pod-id"]!;
    const sandbox = sandboxId === fullId ? note : this.#note(sandboxId);
    const sandboxSpec = this.#spec(sandboxId);
    return {
      ...detailsOfCriosNote(note, fullId, sandbox),
      ...spec && detailsOfSpec(spec, "cri-o"),
      ...sandboxSpec && { podLabels: podLabelsOf(sandboxSpec, this.#labelMaxLength) },
    };
  }

  #note(fullId: string): Note | undefined {
    for (const folder of this.#folders()) {
      for (const file of NOTE_FILES) {
        const notes = read(`${folder}/${file}`, this.#notes, {
          maxBytes: MAX_NOTES_BYTES,
          parse: parseNotes,
        });
        const note = notes && noteOf(notes, fullId);
        if (note) return note;
      }
    }
    return undefined;
  }

  #spec(fullId: string): RuntimeSpec | undefined {
    for (const folder of this.#folders()) {
      const spec = read(`${folder}/${specFile(fullId)}`, this.#specs, {
        maxBytes: MAX_SPEC_BYTES,
        parse: parseSpec,
      });
      if (spec) return spec;
    }
    return undefined;
  }

  *#folders(): Iterable<string> {
    for (const root of this.#roots) {
      for (const driver of DRIVERS) yield onHost(`${root}/${driver}-containers`);
    }
  }
}

/** Read again when it is another file: podman writes all of it anew. */
function read<Content>(
  path: string,
  kept: Map<string, Kept<Content>>,
  { maxBytes, parse }: {
    readonly maxBytes: number;
    readonly parse: (bytes: Uint8Array | undefined) => Content;
  },
): Content | undefined {
  const mark = fileMark(path);
  if (mark === "missing") {
    kept.delete(path);
    return undefined;
  }
  const known = kept.get(path);
  if (known?.mark === mark) return known.content;
  const content = parse(bytesOf(path, maxBytes));
  kept.delete(path);
  if (kept.size >= MAX_KEPT) kept.delete(kept.keys().next().value!);
  kept.set(path, { mark, content });
  return content;
}

/** It may be a link to anything: the kernel's own files tell no size, and some of them never end. */
function bytesOf(path: string, maxBytes: number): Uint8Array | undefined {
  try {
    // To open a pipe would wait.
    if (!Deno.statSync(path).isFile) return undefined;
    using file = Deno.openSync(path);
    const { isFile, size } = file.statSync();
    return isFile && size > 0 && size <= maxBytes ? readAtMost(file, maxBytes) : undefined;
  } catch {
    return undefined;
  }
}
