/** Versions of three numbers, as rule files and plugins ask for them. */

export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/** `1.2.3`; what follows the third number is ignored, as Falco does. */
export function parseVersion(text: string): Version | undefined {
  const match = /^\s*([0-9]{1,9})\.([0-9]{1,9})\.([0-9]{1,9})/.exec(text);
  if (!match) return undefined;
  return { major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3]) };
}

/** The same major number and not older than wanted. */
export function isCompatible(available: Version, wanted: Version): boolean {
  if (available.major !== wanted.major) return false;
  if (available.minor !== wanted.minor) return available.minor > wanted.minor;
  return available.patch >= wanted.patch;
}

export function versionText({ major, minor, patch }: Version): string {
  return `${major}.${minor}.${patch}`;
}
