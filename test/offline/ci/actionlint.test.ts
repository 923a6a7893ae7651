import { spawnSync } from "node:child_process";
import { GITHUB, ROOT } from "../../unit/ci/workflows";

// Proves that the workflow's syntax, expressions and contexts are what GitHub documents, as actionlint knows it.

const ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.7";

const lint = (args: readonly string[], input?: string): { status: number | null; text: string } => {
  const { status, stdout, stderr } = spawnSync("go", ["run", ACTIONLINT, ...args], {
    cwd: ROOT,
    input,
    encoding: "utf8",
  });
  return { status, text: `${stdout}${stderr.replace(/^go: downloading .*\n/gm, "")}` };
};

it("has nothing to say of the workflow", () => {
  expect(lint([GITHUB])).toEqual({ status: 0, text: "" });
}, 300_000);

it("would have something to say of a wrong one", () => {
  const { status, text } = lint(
    ["-"],
    "on: pull_request\njobs: {a: {runs-on: ubuntu-24.04, steps: [{run: 'echo ${{ github.nothing }}'}]}}\n",
  );
  expect(status).toBe(1);
  expect(text).toContain("nothing");
}, 300_000);
