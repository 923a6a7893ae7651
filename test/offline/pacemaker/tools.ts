import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Runs a tool of Pacemaker; it says so when the package is missing. */
export function tool(
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
): { code: number; out: string; err: string } {
  const r = spawnSync(command, args, { encoding: "utf8", env: { ...process.env, LC_ALL: "C", ...env } });
  if (r.error)
    throw new Error(`${command} cannot be run (packages pacemaker and pacemaker-cli-utils): ${r.error.message}`);
  return { code: r.status ?? 255, out: r.stdout, err: r.stderr };
}

/** A directory of one test's own. */
export function scratch(): { dir: string; file: (name: string, text: string) => string; remove: () => void } {
  const dir = mkdtempSync(join(tmpdir(), "qvd-ha-cib-"));
  const file = (name: string, text: string): string => {
    const path = join(dir, name);
    writeFileSync(path, text);
    return path;
  };
  return { dir, file, remove: () => rmSync(dir, { recursive: true, force: true }) };
}
