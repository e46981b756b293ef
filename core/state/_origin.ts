/** What a process starts with, and how it is told from others that had its id. */
import {
  areSame,
  type Credentials,
  type Image,
  type Membership,
  type ProcessSnapshot,
  type StateChange,
  withWords,
  wordsOf,
} from "../event/mod.ts";
import type { NewThread } from "./_records.ts";
import {
  HOST_ID,
  type Thread,
  UNKNOWN_COMM,
  UNKNOWN_CREDENTIALS,
  UNKNOWN_IMAGE,
  UNKNOWN_MEMBERSHIP,
  UNSEEN_IMAGE,
  withVirtualPid,
} from "./process.ts";

/** What a new process starts with: copied from its parent, or from a snapshot. */
export interface Origin {
  readonly image: Image;
  readonly cwd: string;
  readonly membership: Membership;
  readonly containerId: string;
  readonly startClockNs: number;
  readonly comm: string;
  readonly credentials: Credentials;
}

export function originOf(snapshot: ProcessSnapshot): Omit<Origin, "containerId"> {
  const { image, cwd, membership, startClockNs, comm, credentials } = snapshot;
  return { image, cwd, membership, startClockNs, comm, credentials };
}

export type Fork = Extract<StateChange, { kind: "fork" }>;

/** Who makes a child; `commOfChildren` where it calls itself something else by now. */
export type Author = Pick<Thread, "process" | "comm" | "credentials"> & {
  readonly commOfChildren?: string | undefined;
};

/** What a new process has from whoever made it, as far as nobody has told otherwise. */
export function originOfChild(fork: Fork, author: Author | undefined): Origin {
  const { child: told, startClockNs } = fork;
  const parent = author?.process;
  const comm = commOfChild(fork, author);
  return {
    image: told?.image ?? imageCalled(parent?.image, comm),
    cwd: told?.cwd ?? parent?.cwd ?? "",
    membership: withVirtualPid(parent?.membership ?? UNKNOWN_MEMBERSHIP, fork.childVirtualPid),
    containerId: parent?.containerId ?? HOST_ID,
    startClockNs,
    comm,
    credentials: credentialsOfChild(fork, author),
  };
}

/** Likewise a new thread, which has its program with its process. */
export function newThreadOf(fork: Fork, author: Author | undefined): NewThread {
  const { child: told, childThreadId: threadId, childVirtualTid: virtualId, startClockNs } = fork;
  const comm = commOfChild(fork, author), credentials = credentialsOfChild(fork, author);
  const thread = { threadId, comm, credentials, virtualId, startClockNs };
  return told ? { ...thread, image: told.image } : thread;
}

function commOfChild({ child }: Fork, author: Author | undefined): string {
  return child?.comm ?? author?.commOfChildren ?? author?.comm ?? UNKNOWN_COMM;
}

function credentialsOfChild({ child }: Fork, author: Author | undefined): Credentials {
  return child?.credentials ?? author?.credentials ?? UNKNOWN_CREDENTIALS;
}

export function isPlaceholder(image: Image): boolean {
  return image === UNKNOWN_IMAGE || image === UNSEEN_IMAGE;
}

/** Also a copy of it: of a process that is known, though not what it runs. */
export function isUnseen({ comm, exe, exePath }: Image): boolean {
  return comm === UNSEEN_IMAGE.comm && exe === UNSEEN_IMAGE.exe && exePath === UNSEEN_IMAGE.exePath;
}

/** Whether threads with these images run the same, by whatever names, with the same words. */
export function isSameProgram(a: Image, b: Image): boolean {
  return a === b ||
    a.exe === b.exe && a.exePath === b.exePath &&
      a.argsTruncated === b.argsTruncated && a.exeInode === b.exeInode &&
      a.exeCtimeNs === b.exeCtimeNs && a.exeMtimeNs === b.exeMtimeNs &&
      a.exeWritable === b.exeWritable && a.exeOnOverlayUpper === b.exeOnOverlayUpper &&
      a.exeOnOverlayLower === b.exeOnOverlayLower && a.exeFromMemfd === b.exeFromMemfd &&
      haveSameArgs(a, b);
}

/** Thousands of threads may be started with many words: they are not taken apart for it. */
function haveSameArgs(a: Image, b: Image): boolean {
  const words = wordsOf(a)?.args, others = wordsOf(b)?.args;
  return words && others ? words.equals(others) : areSame(a.args, b.args);
}

/** A child's command line begins with the name that the child has. */
export function imageCalled(image: Image = UNKNOWN_IMAGE, comm: string): Image {
  if (isPlaceholder(image) || image.comm === comm) return image;
  const words = wordsOf(image);
  return words ? withWords(image, words, { comm }) : { ...image, comm };
}

/** /proc tells starts in ticks of 10 ms; no id comes round again within two of them. */
const START_TOLERANCE_NS = 20_000_000;

/** Unknown starts (0) contradict nothing. */
export function isSameStart(a: number, b: number): boolean {
  return a === 0 || b === 0 || Math.abs(a - b) < START_TOLERANCE_NS;
}

/** `a` is the start of an earlier process than the one that started at `b`. */
export function isEarlier(a: number, b: number): boolean {
  return a < b && !isSameStart(a, b);
}

/** Whether the kernel gives such ids to processes and threads. */
export function isId(id: number): boolean {
  return Number.isInteger(id) && id > 0;
}
