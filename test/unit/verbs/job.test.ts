import { spawnSync } from "node:child_process";
import { join } from "node:path";

// Proves that a job never looks at a stack that it has just made, or at a backend that nobody named. Pulumi and the toolchain are stand-ins.

const VERBS = join(__dirname, "..", "..", "..", "tools", "verbs");

const setUp = (env: Record<string, string>): string => {
  const script = `
    mkdir -p tools/toolchain; printf '#!/bin/sh\\n' >tools/toolchain/bootstrap; chmod +x tools/toolchain/bootstrap
    : >env.sh
    pulumi() { echo "pulumi $*" >&2; }
    set_up`;
  const { stdout, stderr } = spawnSync(
    "bash",
    [
      "-c",
      `. ${VERBS}/common.sh; in_lab() { [ "$stack" = dev ]; }; lab_dir=$(mktemp -d); cd "$lab_dir"; ${script}; rm -rf "$lab_dir"`,
    ],
    { env: { PATH: process.env.PATH, ...env }, encoding: "utf8" },
  );
  return `${stdout}${stderr}`;
};

test("a person's stack is made where there is none", () =>
  expect(setUp({ STACK: "prod" })).toContain("pulumi stack select prod --create"));

test("a job's is not", () => {
  const said = setUp({ STACK: "prod", CI: "true", PULUMI_BACKEND_URL: "s3://states" });
  expect(said).toContain("pulumi stack select prod --non-interactive");
});

test("a job must say where the state is", () => {
  const said = setUp({ STACK: "prod", CI: "true", PULUMI_BACKEND_URL: "" });
  expect(said).toContain("PULUMI_BACKEND_URL is not set");
  expect(said).not.toContain("pulumi stack");
});
