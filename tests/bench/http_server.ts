/** A web server in a thread of its own, which tells its port. */
const server = Deno.serve(
  { port: 0, hostname: "127.0.0.1", onListen() {} },
  async (request) => {
    await request.arrayBuffer();
    return new Response("ok");
  },
);
(self as unknown as Worker).postMessage(server.addr.port);
