/**
 * Texts put together from a process's image.
 *
 * An image never changes and is shared by all processes forked from the one that ran exec, so each
 * text is made once and kept as long as the image is.
 */
import { type Image, wordsOf } from "../event/mod.ts";
import { type Process, type State, UNSEEN_IMAGE } from "../state/mod.ts";

interface ImageTexts {
  args: string | undefined;
  commandLine: string | undefined;
  env: string | undefined;
}

const texts = new WeakMap<Image, ImageTexts>();

function textsOf(image: Image): ImageTexts {
  let known = texts.get(image);
  if (known === undefined) {
    known = { args: undefined, commandLine: undefined, env: undefined };
    texts.set(image, known);
  }
  return known;
}

/** argv without argv[0], separated by spaces. */
export function argsText(image: Image): string {
  return textsOf(image).args ??= wordsOf(image)?.args.line ?? image.args.join(" ");
}

/**
 * Name and arguments: the name that proc.name shows, whatever the thread or process calls itself later;
 * libs userspace/libsinsp/threadinfo.cpp populate_cmdline.
 */
export function commandLine({ comm, image }: Pick<Process, "comm" | "image">): string {
  const line = argsText(image);
  if (line === "" && image.args.length === 0) return comm;
  // Threads have names of their own.
  if (comm !== image.comm) return `${comm} ${line}`;
  return textsOf(image).commandLine ??= `${comm} ${line}`;
}

/** The environment's `NAME=value` separated by spaces. */
export function envText(image: Image): string {
  return textsOf(image).env ??= wordsOf(image)?.env.line ?? image.env.join(" ");
}

/** Value of a variable, without spaces around it; "" when it is not set. */
export function envValue(image: Image, name: string): string {
  for (const entry of image.env) {
    if (entry.length > name.length && entry[name.length] === "=" && entry.startsWith(name)) {
      return trimSpaces(entry.slice(name.length + 1));
    }
  }
  return "";
}

function trimSpaces(text: string): string {
  let start = 0, end = text.length;
  while (start < end && text[start] === " ") start++;
  while (end > start && text[end - 1] === " ") end--;
  return text.slice(start, end);
}

/** A capture has events of the thread, and does not know it. */
export function isUnknown({ thread }: State): boolean {
  return thread !== undefined && thread.id === thread.process.id && isUnseen(thread.process);
}

/** A capture knows nothing of the main thread, be others of the process known or not. */
export function isUnseen({ image }: Process): boolean {
  return image === UNSEEN_IMAGE;
}

const LARGEST_ID = 0xffff_ffff;

/**
 * The id of a process or thread as fields show it: what has more than 32 bits is no id of the host, but
 * was made up by whoever recorded. libs userspace/libsinsp/sinsp_filtercheck_thread.cpp
 * should_extract_xid; ids inside of namespaces show as they are.
 */
export function hostId(id: number): number | undefined {
  return id >= -1 && id <= LARGEST_ID ? id : undefined;
}

/** Directories end in a slash, as upstream's; an unknown one stays empty. */
export function withSlash(path: string): string {
  return path === "" || path.endsWith("/") ? path : `${path}/`;
}
