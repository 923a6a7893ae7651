import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { basename } from "node:path";

test("what tests leave in the temporary directory goes with the run: it is the run's own, for the programs that they start as well", () => {
  expect(basename(tmpdir())).toMatch(/^qvd-ha-test-/);
  expect(execFileSync("mktemp", ["-u", "-t", "x-XXXXXX"], { encoding: "utf8" })).toContain(`${tmpdir()}/`);
});
