/** A web server of this machine that keeps what it is sent. */

export interface Received {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
  /** The same, where it is no text. */
  readonly bytes: Uint8Array;
}

export interface HttpReceiver extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly received: readonly Received[];
  /** What it answers from now on; an empty 200 unless told otherwise. */
  answer: (request: Received) => Response | Promise<Response>;
  /** Nobody listens any more. */
  stop(): Promise<void>;
}

export function httpReceiver(): HttpReceiver {
  const received: Received[] = [];
  let stopped: Promise<void> | undefined;
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    async (request) => {
      const { method, headers, url } = request;
      const { pathname, search } = new URL(url);
      const bytes = await request.bytes();
      const body = new TextDecoder().decode(bytes);
      const one = { method, headers, path: `${pathname}${search}`, body, bytes };
      received.push(one);
      return await receiver.answer(one);
    },
  );
  const stop = () => stopped ??= server.shutdown();
  const receiver: HttpReceiver = {
    url: `http://127.0.0.1:${server.addr.port}`,
    received,
    answer: () => new Response(null),
    stop,
    [Symbol.asyncDispose]: stop,
  };
  return receiver;
}
