/** Endpoints that are asked and change nothing. */
import { type Endpoint, refusal } from "../../web/mod.ts";

const METHODS = "GET, HEAD";

/** Whatever the request says: nothing of it but the method is looked at. */
export function readOnly(path: string, reply: () => Response | Promise<Response>): Endpoint {
  return {
    path,
    handle: ({ method }) => {
      if (method === "GET" || method === "HEAD") return reply();
      return refusal({
        status: 405,
        error: `${method} is not possible here`,
        help: `use one of ${METHODS}`,
        headers: { allow: METHODS },
      });
    },
  };
}
