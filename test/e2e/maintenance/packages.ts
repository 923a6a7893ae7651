import { execFileSync } from "node:child_process";
import { readdirSync, rmSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Connection } from "@qvd-ha/providers/dist/remote";
import { must, onNodes, ROOT } from "../support/stack";

const MIB = 1024 ** 2;

/** Options by which this machine's apt looks at another release of Debian, with lists of its own in that folder; none for its own release. */
async function release(folder: string, codename: string): Promise<string> {
  if ((await must(". /etc/os-release && echo $VERSION_CODENAME")).trim() === codename) return "";
  const archives = await must(
    "apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' | sort -u | sed 's,/$,,'",
  );
  const lines = archives
    .trim()
    .split("\n")
    .map((uri) => `deb ${uri} ${codename}${uri.includes("security") ? "-security" : ""} main`);
  mkdirSync(join(folder, "lists", "partial"), { recursive: true });
  writeFileSync(join(folder, "sources.list"), `${lines.join("\n")}\n`);
  const options = `-o Dir::Etc::SourceList=${folder}/sources.list -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists=${folder}/lists -o Dir::Cache=${folder}`;
  await must(`apt-get -q ${options} update`);
  return options;
}

/** Packages that the guests' own small repository does not have, with all that a guest lacks for them, fetched by this machine's apt and installed there. */
export async function install(connections: Record<string, Connection>, packages: readonly string[]): Promise<void> {
  const folder = join(ROOT, ".state/e2e/packages");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "partial"), { recursive: true });
  const states = await onNodes(connections, ". /etc/os-release; echo $VERSION_CODENAME; cat /var/lib/dpkg/status");
  const [answer] = Object.values(states);
  if (!answer) throw new Error("no guest answers");
  const [codename = ""] = answer.stdout.split("\n", 1);
  writeFileSync(join(folder, "status"), answer.stdout.slice(codename.length + 1));
  await must(
    `apt-get -q ${await release(folder, codename)} -y --no-install-recommends --download-only -o Dir::State::status=${folder}/status -o Dir::Cache::archives=${folder} -o Debug::NoLocking=1 install ${packages.join(" ")}`,
  );
  // By standard input: one argument may have 128 KiB.
  const files = readdirSync(folder).filter((f) => f.endsWith(".deb"));
  const archive = execFileSync("tar", ["-C", folder, "-c", ...files], { maxBuffer: 256 * MIB }).toString("base64");
  const answers = await onNodes(
    connections,
    "d=$(mktemp -d)\nbase64 -d | tar -x -C $d\nDEBIAN_FRONTEND=noninteractive dpkg --install $d/*.deb </dev/null\nrm -r $d",
    archive,
  );
  for (const [node, a] of Object.entries(answers))
    if (a.code !== 0) throw new Error(`${node}: dpkg ended with ${a.code}: ${a.stderr}`);
}
