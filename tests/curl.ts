/** The real curl, as people use it. */

export interface CurlResult {
  /** 0 when there was no answer. */
  readonly status: number;
  /** "1.1", "2". */
  readonly httpVersion: string;
  /** By lower-case names; the first value of each. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What curl itself complains of. */
  readonly error: string;
}

const END = "\n--curl--";

/** Gives up after 20 s. */
export async function curl(...args: readonly string[]): Promise<CurlResult> {
  const { stdout, stderr } = await new Deno.Command("curl", {
    args: [
      "-sS",
      "--max-time",
      "20",
      "--noproxy",
      "*",
      "-w",
      `${END}%{json}${END}%{header_json}`,
      ...args,
    ],
  }).output();
  const decoder = new TextDecoder();
  const [body = "", about = "{}", headers = "{}"] = decoder.decode(stdout).split(END);
  const { http_code, http_version } = JSON.parse(about);
  return {
    status: http_code,
    httpVersion: http_version,
    headers: Object.fromEntries(
      Object.entries(JSON.parse(headers) as Record<string, string[]>)
        .map(([name, values]) => [name, values[0] ?? ""]),
    ),
    body,
    error: decoder.decode(stderr),
  };
}
