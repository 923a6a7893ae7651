import type { Parameters } from "../../../providers/postgres/meaning";
import { needRestart } from "../../../providers/postgres/meaning";

const parameters: Parameters = {
  max_connections: { unit: null, type: "integer", default: "100", context: "postmaster", running: "200" },
  shared_buffers: { unit: "8kB", type: "integer", default: "16384", context: "postmaster", running: "128MB" },
  work_mem: { unit: "kB", type: "integer", default: "4096", context: "user", running: "4MB" },
};

test.each<[string, Record<string, string>, Record<string, string>, string[]]>([
  ["another value", { max_connections: "300" }, { max_connections: "200" }, ["max_connections"]],
  [
    "the running value, where only the file was changed by hand",
    { max_connections: "200" },
    { max_connections: "300" },
    [],
  ],
  ["the running value in another notation", { shared_buffers: "131072kB" }, {}, []],
  ["one that goes back to its default", {}, { max_connections: "200" }, ["max_connections"]],
  ["one that is reloaded", { work_mem: "8MB" }, {}, []],
  ["one that the server did not tell", { huge_pages: "on" }, {}, []],
])("%s", (_name, wanted, file, names) => expect(needRestart(wanted, file, parameters)).toEqual(names));
