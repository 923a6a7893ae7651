import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Action } from "../../../drills/actions/action";
import { faults } from "../../../drills/faults";

// Proves that nft of this machine takes every rule, in a network namespace of its own, and that bash can read every script. The cluster's own
// words come from stand-ins; whether a packet is then really dropped between two nodes, only a drill can tell.
const STANDINS: Readonly<Record<string, string>> = {
  "corosync-cmapctl": String.raw`printf 'nodelist.node.%s_addr (str) = %s\n' 0.ring0 10.0.0.1 1.ring0 10.0.0.2 0.ring1 10.1.0.1 1.ring1 10.1.0.2`,
  drbdadm: String.raw`printf '        address          ipv4 10.1.0.%s:7789;\n' 1 2`,
  crm_resource:
    'case "$*" in --list-raw) echo p_fence_a; echo p_fence_b ;; *host_list*) echo "10.0.0.9 10.0.0.10" ;; *"parameter ip") echo 10.0.0.9 ;; *) exit 105 ;; esac',
  cibadmin: `echo '<primitive id="p_fence_a" class="stonith" type="fence_virsh"/>'`,
};

const directory = mkdtempSync(join(tmpdir(), "drill-rules-"));
for (const [name, body] of Object.entries(STANDINS))
  writeFileSync(join(directory, name), `#!/bin/bash\n${body}\n`, { mode: 0o755 });

const actions = faults.flatMap((f) => [...f.does, ...(f.expect.completes ?? [])].map((a) => [f.name, a] as const));
const scripts = (a: Action): string[] => [
  ...(a.kind === "script" || a.kind === "hypervisor" ? [a.script] : []),
  ...(a.undo ?? []).flatMap((u) => (u.kind === "power" ? [] : [u.script])),
];

function alone(script: string): { status: number | null; stdout: string; stderr: string } {
  const env = { ...process.env, PATH: `${directory}:/usr/sbin:/sbin:${process.env["PATH"]}` };
  return spawnSync("unshare", ["-n", "bash", "-euo", "pipefail", "-c", `ip link set lo up\n${script}`], {
    env,
    encoding: "utf8",
  });
}

describe("what the drills run on nodes", () => {
  it.each(actions.flatMap(([name, a]) => scripts(a).map((s) => [name, a.says, s] as const)))(
    "%s: bash reads how to %s",
    (_name, _says, script) => {
      const read = spawnSync("bash", ["-n", "-c", script], { encoding: "utf8" });
      expect(read.stderr).toBe("");
    },
  );

  const dropping = actions.flatMap(([name, a]) =>
    a.kind === "script" && a.script.includes("nft ") && a.undo ? [[name, a] as const] : [],
  );

  it.each(dropping)("%s: nft takes the rules, twice, and they are gone afterwards", (_name, a) => {
    const [undo] = scripts({ ...a, script: "true" }).slice(1);
    const once = alone(`${a.script}\nnft list ruleset\n${undo}\n${undo}\nnft list ruleset | wc -l`);
    expect(once.stderr).toBe("");
    expect(once.stdout).toMatch(/ip (s|d)addr|tcp (s|d)port/);
    expect(once.stdout).toMatch(/drop[^]*\n0\n$/);
  });
});
