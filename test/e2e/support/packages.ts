import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Connection } from "@qvd-ha/providers/dist/remote";
import { must, onNodes, ROOT } from "./stack";

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

/** An empty folder for packages, and what this machine's apt needs to be told to look at the guests' release. */
async function place(
  connections: Record<string, Connection>,
  name: string,
): Promise<{ folder: string; options: string; status: string }> {
  const folder = join(ROOT, ".state/e2e", name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "partial"), { recursive: true });
  const states = await onNodes(connections, ". /etc/os-release; echo $VERSION_CODENAME; cat /var/lib/dpkg/status");
  const [answer] = Object.values(states);
  if (!answer) throw new Error("no guest answers");
  const [codename = ""] = answer.stdout.split("\n", 1);
  return { folder, options: await release(folder, codename), status: answer.stdout.slice(codename.length + 1) };
}

/** Files of a folder, put before a script that finds them in `$d`. By standard input: one argument may have 128 KiB. */
async function send(
  connections: Record<string, Connection>,
  folder: string,
  files: readonly string[],
  script: string,
): Promise<void> {
  const archive = execFileSync("tar", ["-C", folder, "-c", ...files], { maxBuffer: 256 * MIB }).toString("base64");
  const answers = await onNodes(connections, `d=$(mktemp -d)\nbase64 -d | tar -x -C $d\n${script}\nrm -r $d`, archive);
  for (const [node, a] of Object.entries(answers))
    if (a.code !== 0) throw new Error(`${node}: ended with ${a.code}: ${a.stderr}`);
}

const debs = (folder: string): string[] => readdirSync(folder).filter((f) => f.endsWith(".deb"));

/** Packages that the guests' own small repository does not have, with all that a guest lacks for them, fetched by this machine's apt and installed there. */
export async function install(connections: Record<string, Connection>, packages: readonly string[]): Promise<void> {
  const { folder, options, status } = await place(connections, "packages");
  writeFileSync(join(folder, "status"), status);
  await must(
    `apt-get -q ${options} -y --no-install-recommends --download-only -o Dir::State::status=${folder}/status -o Dir::Cache::archives=${folder} -o Debug::NoLocking=1 install ${packages.join(" ")}`,
  );
  await send(connections, folder, debs(folder), "DEBIAN_FRONTEND=noninteractive dpkg --install $d/*.deb </dev/null");
}

/** Ends the version of a package that is a newer one by nothing else. */
const NEWER = "+e2e1";

/** Has apt on the guests know a newer version of these packages, which has the same files: a repository in a folder of theirs. */
export async function offerNewer(connections: Record<string, Connection>, packages: readonly string[]): Promise<void> {
  const { folder, options } = await place(connections, "newer");
  await must(`cd ${folder} && apt-get -q ${options} download ${packages.join(" ")}`);
  const entries: string[] = [];
  for (const file of debs(folder)) {
    const tree = join(folder, "tree");
    await must(
      `cd ${folder} && rm -rf tree && dpkg-deb -R ${file} tree && rm ${file} && sed -i 's/^Version: .*/&${NEWER}/' tree/DEBIAN/control && dpkg-deb -Zgzip --root-owner-group -b tree ${file}`,
    );
    const control = readFileSync(join(tree, "DEBIAN/control"), "utf8").trim();
    const content = readFileSync(join(folder, file));
    const sum = createHash("sha256").update(content).digest("hex");
    entries.push(`${control}\nFilename: ./${file}\nSize: ${content.length}\nSHA256: ${sum}\n`);
  }
  writeFileSync(join(folder, "Packages"), entries.join("\n"));
  const at = "/var/lib/qvd-ha-newer";
  await send(
    connections,
    folder,
    ["Packages", ...debs(folder)],
    `rm -rf ${at}; cp -r $d ${at}; chmod -R a+rX ${at}; echo 'deb [trusted=yes] file:${at} ./' >/etc/apt/sources.list.d/newer.list`,
  );
}
