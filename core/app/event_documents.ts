/** Events in texts that people give. */
import type { EventDocuments, Registry } from "../plugin/mod.ts";

/** How the events of a source look in files, where they are documents. */
export async function eventDocumentsOf(
  source: string,
  registry: Registry,
): Promise<EventDocuments | undefined> {
  if (!registry.eventSources().includes(source)) return undefined;
  return (await registry.load("source", source)).documents;
}
