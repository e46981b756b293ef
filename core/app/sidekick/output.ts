/**
 * What a key of falcosidekick's becomes here. The tables in `outputs/` are made of these; reading,
 * documentation and tests all go by them.
 */

/** Values of falcod's keys, by their path in an entry of `sinks:` ("tls.insecure"). */
export type Values = Readonly<Record<string, Value>>;
export type Value = string | readonly string[] | Readonly<Record<string, string>>;

/** A value that falcod cannot have, in words that continue "…: ". */
export interface Problem {
  readonly problem: string;
  /** What to do about it. */
  readonly help?: string;
}

/** What is written at another key of the section; absent: nothing. */
export type Beside = (key: string) => string | undefined;

export interface SidekickKey {
  /** falcod's key, for documentation; absent: it has none. */
  readonly to?: string;
  /**
   * `same`: the value is taken as it is. `list`: a sequence, or texts with commas between. `texts`: a
   * mapping, or `name:text` with commas between. `made`: what `make` says. `idle`: nothing comes of it.
   */
  readonly kind: "same" | "list" | "texts" | "made" | "idle";
  /** What documentation names instead of `to`, where several keys are put together. */
  readonly shown?: string;
  /** Where nothing is written and falcod's own default is another one. */
  readonly standard?: string;
  readonly make?: (text: string, beside: Beside) => Values | Problem;
  /** Of `idle`: what a user who has set it has to know. */
  readonly because?: string;
  /** Of `idle`: the value that asks for nothing, in small letters. */
  readonly harmless?: string;
}

export interface SidekickOutput {
  /** Where its keys stand: "slack", "aws.sqs". */
  readonly section: string;
  /** What falcosidekick's metrics call it, and the name of the sink. */
  readonly destination: string;
  /** falcod's type of sink. */
  readonly sink: string;
  /** It is on when none of these is empty. */
  readonly enabledBy: readonly string[];
  /** Its own keys, in small letters. */
  readonly keys: Readonly<Record<string, SidekickKey>>;
  /** Keys of the section around it that are for all in there: those of "aws". */
  readonly shared?: Readonly<Record<string, SidekickKey>>;
  /** Puts together what is one value here and several there. */
  readonly finish?: (values: Values) => Values;
  /** What holds whatever is written. */
  readonly always?: Values;
  /** A client certificate is `mutualtls` in its section and files that all outputs share. */
  readonly hasTls: boolean;
}

/** The value goes where falcod has it. */
export function same(to: string, standard?: string): SidekickKey {
  return { to, kind: "same", ...standard !== undefined && { standard } };
}

/** A text that is a part of falcod's `shown`, which `finish` puts together. */
export function part(name: string, shown: string): SidekickKey {
  return { ...made(name, (text) => ({ [name]: text })), shown };
}

export function list(to: string): SidekickKey {
  return { to, kind: "list" };
}

export function texts(to: string): SidekickKey {
  return { to, kind: "texts" };
}

/** `to`: what documentation names; `make` may give others as well. */
export function made(
  to: string,
  make: (text: string, beside: Beside) => Values | Problem,
  standard?: string,
): SidekickKey {
  return { to, kind: "made", make, ...standard !== undefined && { standard } };
}

/** One of falcod's names, in any case, as falcosidekick takes them. */
export function named(to: string, names: readonly string[]): SidekickKey {
  return made(to, (text) => {
    const name = names.find((name) => name.toLowerCase() === text.toLowerCase());
    return name === undefined ? { problem: `one of ${names.join(", ")}` } : { [to]: name };
  });
}

/** Without a reason nothing is lost by it; nor with the value `harmless`. */
export function idle(because?: string, harmless?: string): SidekickKey {
  return {
    kind: "idle",
    ...because !== undefined && { because },
    ...harmless !== undefined && { harmless },
  };
}

/** `checkcert: false` is `tls.insecure: true`. */
export const checkCert: SidekickKey = {
  ...made("tls.insecure", (text) => {
    const isOn = truth(text);
    return isOn === undefined ? { problem: "true or false" } : { "tls.insecure": String(!isOn) };
  }),
  shown: "not tls.insecure",
};

/** Falcosidekick has no bound where it is 0. */
const MOST_AT_ONCE = 64;
const atOnce = made("max_concurrency", (text) => {
  if (!/^\d{1,5}$/.test(text)) return { problem: "a number" };
  const count = Number(text);
  return { max_concurrency: String(count === 0 ? MOST_AT_ONCE : Math.min(count, MOST_AT_ONCE)) };
});

/** Of every output over HTTP. */
const HTTP_KEYS: Readonly<Record<string, SidekickKey>> = {
  checkcert: checkCert,
  mutualtls: { to: "tls.client_certificate", kind: "idle" },
  maxconcurrentrequests: atOnce,
};

const COMMON_KEYS: Readonly<Record<string, SidekickKey>> = {
  minimumpriority: same("minimum_priority"),
};

type Given =
  & Pick<SidekickOutput, "section" | "sink" | "enabledBy" | "keys">
  & Partial<SidekickOutput>;

/** An output over HTTP. */
export function httpOutput(given: Given): SidekickOutput {
  return output({ ...given, hasTls: true, keys: { ...given.keys, ...HTTP_KEYS } });
}

export function output(given: Given): SidekickOutput {
  return {
    destination: given.section.replaceAll(".", ""),
    hasTls: false,
    ...given,
    keys: { ...given.keys, ...COMMON_KEYS },
  };
}

/** Falcosidekick's readings of true and false; absent: neither. */
export function truth(text: string): boolean | undefined {
  if (/^(1|t|true|yes|on|y)$/i.test(text)) return true;
  return /^(0|f|false|no|off|n)$/i.test(text) ? false : undefined;
}

/** Durations as Go writes them: `1s`, `1m30s`, `1.5h`; numbers alone are nanoseconds. As milliseconds. */
export function goDuration(text: string): number | undefined {
  if (/^\d{1,18}$/.test(text)) return Math.round(Number(text) / 1e6);
  if (!/^(?:\d{1,12}(?:\.\d{1,9})?(?:h|m|s|ms|us|µs|ns))+$/.test(text)) return undefined;
  let ms = 0;
  for (const [, number, unit] of text.matchAll(/([\d.]+)(h|ms|m|s|us|µs|ns)/g)) {
    ms += Number(number) * UNIT_MS[unit as keyof typeof UNIT_MS];
  }
  return Math.round(ms);
}

const UNIT_MS = { h: 3_600_000, m: 60_000, s: 1000, ms: 1, us: 1e-3, "µs": 1e-3, ns: 1e-6 };

/** Texts between commas, but for those of templates, without blanks around them; empty ones are left out. */
export function split(text: string): readonly string[] {
  const parts = text.match(/(?:\{\{.*?\}\}|[^,])+/gs) ?? [];
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

/** `name:text` between commas; a name alone has an empty text. */
export function pairs(text: string, sign = ":"): Readonly<Record<string, string>> {
  return Object.fromEntries(
    split(text).map((part) => {
      const colon = part.indexOf(sign);
      return colon < 0
        ? [part, ""] as const
        : [part.slice(0, colon).trim(), part.slice(colon + 1).trim()] as const;
    }),
  );
}
