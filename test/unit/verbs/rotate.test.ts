import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

// Proves what make rotate asks of Pulumi: what is replaced, what is set, and that a preview sets nothing. Pulumi is a stand-in that notes what it is told.

const ROOT = join(__dirname, "..", "..", "..");
const PULUMI = `#!/bin/bash
if [ "$1 $2" = "config set" ]; then printf '%s <%s>\\n' "$*" "$(cat)" >>"$SAID"; exit; fi
case "$1 $2" in
  "stack export") echo '{"deployment":{"resources":[{"urn":"urn:x::qvddb-password"}]}}' ;;
  "config --json") echo "$CONFIG" ;;
  "stack output") echo '{}' ;;
  *) echo "$*" >>"$SAID"; exit "\${FAILS:-0}" ;;
esac
`;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "rotate-"));
  for (const d of ["tools/verbs", "bin", ".state"]) mkdirSync(join(root, d), { recursive: true });
  for (const f of ["common.sh", "rotate"]) cpSync(join(ROOT, "tools/verbs", f), join(root, "tools/verbs", f));
  for (const there of ["tools/rotate", "node_modules", "tsconfig.json", "package.json"])
    symlinkSync(join(ROOT, there), join(root, there));
  const put = (name: string, text: string): void => writeFileSync(join(root, name), text, { mode: 0o755 });
  put("env.sh", "export QVD_HA_INSTANCE=t\n");
  put("Pulumi.site.yaml", "config: {}\n");
  put("tools/verbs/recover", '#!/bin/bash\necho "recover $*" >>"$SAID"\n');
  put("bin/pulumi", PULUMI);
  put("new", "first\nsecond\n");
});
afterEach(() => rmSync(root, { recursive: true }));

function rotate(args: readonly string[], env: Record<string, string> = {}) {
  const said = join(root, "said");
  const { status, stderr } = spawnSync(join(root, "tools/verbs/rotate"), args, {
    encoding: "utf8",
    env: {
      ...process.env,
      PATH: `${join(root, "bin")}${delimiter}${process.env.PATH}`,
      STACK: "site",
      SAID: said,
      CONFIG: '{"qvd-ha:ipmiPassword":{"secret":true},"qvd-ha:s3AccessKey":{},"qvd-ha:s3SecretKey":{}}',
      FILE: "",
      ...env,
    },
  });
  return { status, stderr, said: existsSync(said) ? readFileSync(said, "utf8").trim().split("\n") : [] };
}

const POLICIES = "--policy-pack policies";
const UP = `up --stack site --yes ${POLICIES} --non-interactive --suppress-outputs`;
const LOOK = `preview --stack site ${POLICIES} --diff --non-interactive --suppress-outputs`;

test("a secret that is made is replaced, and a preview of it replaces nothing", () => {
  expect(rotate(["database"])).toMatchObject({
    status: 0,
    said: ["recover site", `${UP} --replace urn:x::qvddb-password`],
  });
  rmSync(join(root, "said"));
  const seen = rotate(["database", "--preview"]);
  expect(seen).toMatchObject({ status: 0, said: [`${LOOK} --replace urn:x::qvddb-password`] });
  expect(seen.stderr).toContain("QVD cannot log in anew");
});

test("one of the configuration is set from the file and carried; what the configuration says of Pulumi goes along", () => {
  const file = join(root, "new");
  writeFileSync(file, "only\n");
  expect(rotate(["ipmi", "--config-file", "other.yaml"], { FILE: file })).toMatchObject({
    status: 0,
    said: [
      "recover site",
      "config set --stack site --secret ipmiPassword --config-file other.yaml <only>",
      `${UP} --config-file other.yaml`,
    ],
  });
});

test("two that belong together are set together, before the one up", () => {
  expect(rotate(["s3"], { FILE: join(root, "new") }).said).toEqual([
    "recover site",
    "config set --stack site --secret s3AccessKey <first>",
    "config set --stack site --secret s3SecretKey <second>",
    UP,
  ]);
  writeFileSync(join(root, "new"), "first\n");
  const half = rotate(["s3"], { FILE: join(root, "new") });
  expect(half.status).toBe(1);
  expect(half.stderr).toContain("a line for each of s3AccessKey s3SecretKey");
});

test("a preview of a given one is made with a copy of the configuration, which then is gone, also where it fails", () => {
  for (const FAILS of ["0", "255"]) {
    const { said, status } = rotate(["ipmi", "--preview"], { FILE: join(root, "new"), FAILS });
    const copy = join(root, ".state", "rotate-site.yaml");
    expect(said).toEqual([
      `config set --stack site --secret ipmiPassword --config-file ${copy} <first\nsecond>`.split("\n")[0],
      "second>",
      `${LOOK} --config-file ${copy}`,
    ]);
    expect(status).toBe(Number(FAILS));
    expect(existsSync(copy)).toBe(false);
    rmSync(join(root, "said"));
  }
});

test("refused, nothing is touched", () => {
  for (const [args, env] of [
    [["ipmi"], {}],
    [["passphrase"], {}],
    [["nothing"], {}],
    [["database"], { FILE: join(root, "new") }],
  ] as const)
    expect(rotate(args, env)).toMatchObject({ status: 3, said: [] });
  expect(rotate(["ipmi"], { FILE: join(root, "missing") })).toMatchObject({ status: 1, said: [] });
});
