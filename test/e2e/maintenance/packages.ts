import { readdirSync, readFileSync, rmSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Connection } from "@qvd-ha/providers/dist/remote";
import { must, onNodes, ROOT } from "../support/stack";

/**
 * Packages that the guests' own small repository does not have, with all that a guest lacks for them, fetched by this machine's apt and installed there.
 * Both must run the same release.
 */
export async function install(connections: Record<string, Connection>, packages: readonly string[]): Promise<void> {
  const folder = join(ROOT, ".state/e2e/packages");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "partial"), { recursive: true });
  const states = await onNodes(connections, "cat /var/lib/dpkg/status");
  const [status] = Object.values(states);
  if (!status) throw new Error("no guest answers");
  writeFileSync(join(folder, "status"), status.stdout);
  await must(
    `apt-get -q -y --no-install-recommends --download-only -o Dir::State::status=${folder}/status -o Dir::Cache::archives=${folder} -o Debug::NoLocking=1 install ${packages.join(" ")}`,
  );
  const files = readdirSync(folder).filter((f) => f.endsWith(".deb"));
  const parts = files.map(
    (f) => `base64 -d >$d/${f} <<'END'\n${readFileSync(join(folder, f)).toString("base64")}\nEND`,
  );
  const answers = await onNodes(
    connections,
    `d=$(mktemp -d)\n${parts.join("\n")}\nDEBIAN_FRONTEND=noninteractive dpkg --install $d/*.deb\nrm -r $d`,
  );
  for (const [node, a] of Object.entries(answers))
    if (a.code !== 0) throw new Error(`${node}: dpkg ended with ${a.code}: ${a.stderr}`);
}
