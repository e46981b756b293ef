/** A proxy that leads to any place (CONNECT), for whoever knows its password. */
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface ConnectProxy extends AsyncDisposable {
  /** `credentials` with an @ at its end. */
  url(credentials: string): string;
  /** Where it has led to. */
  readonly led: string[];
}

export async function connectProxy(credentials: string): Promise<ConnectProxy> {
  const led: string[] = [];
  const open = new Set<Socket>();
  const server = createServer((client) => {
    open.add(client);
    client.on("error", () => {});
    client.once("close", () => open.delete(client));
    client.once("data", (head) => {
      const text = head.toString("latin1");
      const [, place] = /^CONNECT (\S+) /.exec(text) ?? [];
      const [, given] = /^proxy-authorization: Basic (\S+)/mi.exec(text) ?? [];
      if (place === undefined || given !== btoa(credentials)) {
        client.end("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n");
        return;
      }
      led.push(place);
      const port = Number(place.split(":").at(-1));
      const upstream = connect(port, "127.0.0.1", () => {
        client.write("HTTP/1.1 200 OK\r\n\r\n");
        client.pipe(upstream).pipe(client);
      });
      open.add(upstream);
      upstream.on("error", () => client.destroy());
      upstream.once("close", () => open.delete(upstream));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: (given) => `http://${given}127.0.0.1:${(server.address() as AddressInfo).port}`,
    led,
    [Symbol.asyncDispose]: () => {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
