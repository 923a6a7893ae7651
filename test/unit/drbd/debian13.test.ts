import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseResource } from "../../../providers/drbd/render";
import { facts } from "../../../providers/drbd/read";
import { paths, spec } from "./samples";

/** What the drbd-utils of Debian 13 make of our files, recorded; each file says how. Their kernel's side is not in it: its module is 8.4, as that of Debian 12. */
const recorded = (name: string): string => readFileSync(join(__dirname, "recorded", name), "utf8");

test.each(["8.4", "9"] as const)("drbdadm dump in dialect %s says what was wanted", (dialect) => {
  const parsed = parseResource(recorded(`dump-debian13-${dialect}`), spec(), dialect);
  const { connections: _c, nodes: _n, dialect: _d, ...rest } = spec();
  // Of a file from before c-fill-target was written.
  expect(parsed?.spec).toEqual({ ...rest, fillTarget: "(missing)" });
  expect(parsed?.nodes.qvddb1).toMatchObject({ address: "192.168.0.91", path: paths.qvddb1 });
});

test("the version, where no module is loaded", () => {
  const stdout = `file \n${recorded("version-debian13")}`;
  expect(facts(spec(), "qvddb1").software.parse({ code: 0, stdout, stderr: "" })).toEqual({
    loaded: false,
    module: "",
    utils: "9.22.0",
  });
});
