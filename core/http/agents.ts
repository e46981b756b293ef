/** Connections to a server, straight or through a proxy. */
import type { Agent, AgentOptions, ClientRequest, ClientRequestArgs } from "node:http";
import type { Duplex } from "node:stream";
import { proxyAuthorization } from "./proxy.ts";
import type { ClientTls } from "./trust.ts";

export interface AgentRequest {
  readonly isSecure: boolean;
  /** Absent: the server is asked itself. */
  readonly proxy: URL | undefined;
  readonly tls: ClientTls;
  readonly keepAlive: boolean;
}

/** Of a server without TLS, the proxy is asked instead of it (RFC 9112 3.2.2): that is the request's part. */
export async function newAgent(request: AgentRequest): Promise<Agent> {
  const { isSecure, proxy, keepAlive, tls } = request;
  const options: AgentOptions = { keepAlive, maxSockets: 1, scheduling: "lifo" };
  const http = await import("node:http");
  if (!isSecure) return new http.Agent(options);
  const https = await import("node:https");
  const secure = { ...options, ...tls, ca: tls.ca && [...tls.ca] };
  if (!proxy) return new https.Agent(secure);
  const agent = new https.Agent(secure);
  const asked = new Set<ClientRequest>();
  agent.createConnection = (await tunnelThrough(proxy, asked)) as typeof agent.createConnection;
  const destroy = agent.destroy.bind(agent);
  agent.destroy = () => {
    for (const request of asked) request.destroy(new Error("it does not answer"));
    destroy();
  };
  return agent;
}

type Connected = (error: Error | null, socket: Duplex) => void;

/** Connections that the proxy leads to the server, which sees TLS from end to end (RFC 9110 9.3.6). */
async function tunnelThrough(proxy: URL, asked: Set<ClientRequest>) {
  const [http, tls, net] = await Promise.all([
    import("node:http"),
    import("node:tls"),
    import("node:net"),
  ]);
  const authorization = proxyAuthorization(proxy);
  return (options: ClientRequestArgs, connected: Connected): void => {
    const failed = (error: Error) => connected(error, undefined as never);
    const place = `${options.host}:${options.port}`;
    const request = http.request({
      host: bare(proxy.hostname),
      port: proxy.port || 80,
      method: "CONNECT",
      path: place,
      headers: { host: place, ...authorization && { "proxy-authorization": authorization } },
      agent: false,
    });
    // Until it has answered, or whoever asks has given up.
    asked.add(request);
    request.once("close", () => asked.delete(request));
    request.once("connect", (response, socket) => {
      asked.delete(request);
      // TLS on top of it tells of its errors.
      socket.on("error", () => {});
      if (response.statusCode !== 200) {
        socket.destroy();
        failed(new Error(`the proxy answered ${response.statusCode}`));
        return;
      }
      const host = bare(String(options.host));
      const servername = net.isIP(host) === 0 ? host : "";
      connected(null, tls.connect({ ...options, socket, servername } as never));
    });
    request.once("response", (response) => {
      response.resume();
      failed(new Error(`the proxy answered ${response.statusCode}`));
    });
    request.on("error", (error) => failed(new Error(`no way to the proxy: ${error.message}`)));
    request.end();
  };
}

/** IPv6 addresses are in brackets only within an address. */
export function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, "$1");
}
