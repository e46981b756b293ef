/** Names of images: `[registry[:port]/]path[:tag][@digest]`. */

export interface ImageName {
  readonly repository: string | undefined;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

/** Splits a reference; a bare image id has no parts. A colon before the last slash belongs to a port. */
export function parseImageName(reference: string): ImageName {
  if (/^(sha256:)?[0-9a-f]{64}$/.test(reference)) return NOTHING;
  const [name = "", digest] = splitAt(reference, reference.indexOf("@"));
  const colon = name.lastIndexOf(":");
  const [repository, tag] = splitAt(name, colon > name.lastIndexOf("/") ? colon : -1);
  return {
    repository: repository || undefined,
    tag: tag || undefined,
    digest: digest || undefined,
  };
}

/**
 * What is known of an image: the name it was asked for, completed from the tags and digests that the
 * engine keeps for it. The same image may have other names, too, which nobody asked for (falco 1787);
 * one that was asked for by its id alone goes by the first.
 */
export function describeImage(
  reference: string | undefined,
  repoTags: readonly string[],
  repoDigests: readonly string[],
): ImageName {
  const asked = reference === undefined ? NOTHING : parseImageName(reference);
  const tags = repoTags.map(parseImageName);
  const digests = repoDigests.map(parseImageName);
  const own = (known: readonly ImageName[]) => {
    const { repository } = asked;
    if (repository === undefined) return known[0];
    // A mirror's name may end like the one that was asked for.
    return known.find((name) => plainRepository(name.repository) === plainRepository(repository)) ??
      known.find((name) => isShortOf(name.repository, repository));
  };
  return {
    repository: own(digests)?.repository ?? own(tags)?.repository ?? asked.repository,
    // Asked for by digest, the image has no tag, whatever else the same image is called.
    tag: asked.digest ? asked.tag : asked.tag ?? own(tags)?.tag,
    // That of another name is still the image's.
    digest: asked.digest ?? (own(digests) ?? digests[0])?.digest,
  };
}

const NOTHING: ImageName = { repository: undefined, tag: undefined, digest: undefined };

/** `nginx` and `docker.io/library/nginx` are the same. */
function plainRepository(name: string | undefined): string | undefined {
  return name?.replace(/^(?:index\.)?docker\.io\//, "").replace(/^library\//, "");
}

/** Podman completes short names by its configuration: either may be the end of the other. */
function isShortOf(known: string | undefined, asked: string): boolean {
  return known !== undefined && (known.endsWith(`/${asked}`) || asked.endsWith(`/${known}`));
}

function splitAt(text: string, at: number): [string, string | undefined] {
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
