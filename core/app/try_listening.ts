/** Whether an address can be listened on, found out by listening there for a moment. */
import { type Listen, WebError, WebServers } from "../web/mod.ts";

/** What keeps a server from it; absent: nothing. `warn` is told what servers warn of. */
export async function tryListening(
  listen: Listen,
  warn: (message: string) => void,
): Promise<WebError | undefined> {
  const web = new WebServers({ log: { info: () => {}, warning: warn, error: warn } });
  try {
    web.at(listen);
    await web.start();
    return undefined;
  } catch (error) {
    if (error instanceof WebError) return error;
    throw error;
  } finally {
    await web.shutdown();
  }
}
