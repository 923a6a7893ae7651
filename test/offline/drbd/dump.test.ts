import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseConfig } from "../../../providers/drbd/config";
import { GLOBAL_TEXT, renderResource } from "../../../providers/drbd/render";
import type { Dialect } from "../../../providers/drbd/spec";
import { paths, spec } from "../../unit/drbd/samples";

/** What drbd-utils 9.22 make of our files, without a kernel module: syntax, enums, which command lines would run. Needs drbd-utils and unshare as root. */
const TOOL: Record<Dialect, string> = { "8.4": "/lib/drbd/drbdadm-84", "9": "/usr/sbin/drbdadm" };

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), "drbd-"))));
afterEach(() => rmSync(dir, { recursive: true }));

function drbdadm(dialect: Dialect, text: string, ...args: string[]): string {
  const file = join(dir, "drbd.conf");
  writeFileSync(file, GLOBAL_TEXT + text);
  // The tools insist that the node's address is one of the machine's.
  const script = `ip link set lo up; ip addr add 192.168.0.91/24 dev lo; exec "$0" -c "$@"`;
  return execFileSync("unshare", ["-n", "bash", "-c", script, TOOL[dialect], file, ...args], {
    env: { ...process.env, __DRBD_NODE__: "qvddb1" },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}

describe.each(["8.4", "9"] as const)("drbdadm takes our file in dialect %s", (dialect) => {
  const rich = spec({
    options: {
      resource: { "on-no-data-accessible": "suspend-io" },
      net: { "max-buffers": "8000", "csums-alg": "crc32c" },
      disk: { "al-extents": "1237" },
    },
  });

  it("and dumps what we wrote", () => {
    const dumped = parseConfig(drbdadm(dialect, renderResource(rich, dialect, paths), "dump"));
    const body = dumped.find((s) => s.key === "resource")?.body ?? [];
    const net = body.find((s) => s.key === "net")?.body ?? [];
    expect(net).toEqual(
      expect.arrayContaining([
        { key: "protocol", words: ["C"] },
        { key: "shared-secret", words: ["s3cret-s3cret"] },
        { key: "max-buffers", words: ["8000"] },
        { key: "after-sb-0pri", words: ["disconnect"] },
      ]),
    );
    const handlers = body.find((s) => s.key === "handlers")?.body ?? [];
    expect(handlers.find((h) => h.key === "fence-peer")?.words[0]).toContain("--timeout 120 --dc-timeout 125");
  });

  it("and would bring the resource up with the disk of that serial and the fencing policy", () => {
    const commands = drbdadm(dialect, renderResource(spec(), dialect, paths), "-d", "adjust", "postgres");
    expect(commands).toContain(`attach 0 ${paths.qvddb1} ${paths.qvddb1} internal`);
    expect(commands).toContain("--fencing=resource-and-stonith");
    expect(commands).toContain("--protocol=C");
  });

  it("and knows the commands of our steps", () => {
    const text = renderResource(spec(), dialect, paths);
    expect(drbdadm(dialect, text, "-d", "new-current-uuid", "--clear-bitmap", "postgres/0")).toContain(
      "--clear-bitmap",
    );
    expect(drbdadm(dialect, text, "-d", "invalidate-remote", "postgres")).toContain("invalidate-remote");
  });

  it("and refuses a misspelt option, so the check is one", () => {
    const text = renderResource(spec(), dialect, paths).replace("on-io-error detach", "on-io-eror detach");
    expect(() => drbdadm(dialect, text, "dump")).toThrow();
  });
});
