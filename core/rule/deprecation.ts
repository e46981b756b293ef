/** Old spellings still work; each is told once, at its first place, with the new spelling. */
import type { Report, Span } from "../base/mod.ts";

interface Use {
  readonly code: string;
  readonly title: string;
  readonly help: string;
  readonly places: Span[];
}

/** Other places of one spelling that are named; further ones are counted. */
const PLACES_NAMED = 3;

export class Deprecations {
  readonly #uses = new Map<string, Use>();

  /** `append: true` beside the keys it appends to; what is told is told of its first place. */
  append(at: Span, keys: readonly string[]): void {
    const override = keys.map((key) => `${key}: append`).join(", ");
    this.#add("R050", at, '"append: true" is deprecated', `write override: {${override}}`);
  }

  /** A rule that is nothing but a name and `enabled`. */
  enabled(at: Span, enabled: boolean): void {
    const help = `write "enabled: ${enabled}" with override: {enabled: replace}`;
    this.#add("R051", at, 'a rule with nothing but "enabled" is deprecated', help);
  }

  containerInfo(at: Span): void {
    const help =
      "remove it: with suggested_output under append_output in falco.yaml, every output " +
      "says what is known of the container";
    this.#add("R052", at, '"%container.info" is deprecated', help);
  }

  reportAll(report: Report): void {
    for (const { code, title, help, places } of this.#uses.values()) {
      const [at, ...others] = places;
      const notes = others.slice(0, PLACES_NAMED).map((place) => ({
        message: "also here",
        at: place,
      }));
      const more = others.length - notes.length;
      report.add({
        code,
        severity: "warning",
        title,
        at,
        help,
        notes: more > 0 ? [...notes, { message: `and in ${more} more places` }] : notes,
      });
    }
  }

  #add(code: string, at: Span, title: string, help: string): void {
    const use = this.#uses.get(code);
    if (use) use.places.push(at);
    else this.#uses.set(code, { code, title, help, places: [at] });
  }
}
