/** Alerts in a file: Falco's `file_output`. */
import type { SinkPlugin } from "../../../core/mod.ts";
import { FileSink } from "./file_sink.ts";
import { fileFault } from "./open_file.ts";
import { type FileConfig, schema } from "./schema.ts";

const plugin: SinkPlugin<FileConfig> = {
  kind: "sink",
  name: "file",
  summary: "A file, one alert a line, put aside by size or age where asked",
  schema,
  isAlone: true,
  create: ({ filename, keep_alive, mode, rotate }, context) =>
    new FileSink({
      path: filename,
      keepAlive: keep_alive,
      mode: parseInt(mode, 8),
      rotation: {
        maxSizeBytes: rotate.max_size_mb > 0 ? rotate.max_size_mb * 2 ** 20 : Infinity,
        maxAgeMs: rotate.max_age > 0 ? rotate.max_age : Infinity,
        keep: rotate.keep,
        compress: rotate.compress,
      },
    }, context),
  check: async ({ filename }) => {
    const fault = await fileFault(filename);
    if (!fault) return [];
    const help = filename.startsWith("~/")
      ? '"~" is no folder here: write all of it, or ${HOME}'
      : fault.isForbidden
      ? "let the user that falcod runs as write there, or name another file"
      : "make its folder, or name a file that falcod may write to";
    return [{ path: ["filename"], what: fault.what, help }];
  },
};
export default plugin;
