import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Connection } from "@qvd-ha/providers/dist/remote";
import { Daemon } from "./daemon";
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

/** An empty folder for packages, and what this machine's apt needs to be told to look at that release; none: the guests' own. */
async function place(
  connections: Record<string, Connection>,
  name: string,
  codename?: string,
): Promise<{ folder: string; options: string; status: string }> {
  const folder = join(ROOT, ".state/e2e", name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "partial"), { recursive: true });
  const states = await onNodes(connections, ". /etc/os-release; echo $VERSION_CODENAME; cat /var/lib/dpkg/status");
  const [answer] = Object.values(states);
  if (!answer) throw new Error("no guest answers");
  const [own = ""] = answer.stdout.split("\n", 1);
  return { folder, options: await release(folder, codename ?? own), status: answer.stdout.slice(own.length + 1) };
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
  // They may be there already.
  if (debs(folder).length === 0) return;
  await send(connections, folder, debs(folder), "DEBIAN_FRONTEND=noninteractive dpkg --install $d/*.deb </dev/null");
}

/** What apt reads of a folder with packages. */
async function index(folder: string): Promise<void> {
  const entries: string[] = [];
  for (const file of debs(folder)) {
    const content = readFileSync(join(folder, file));
    const sum = createHash("sha256").update(content).digest("hex");
    const control = (await must(`dpkg-deb -f '${join(folder, file)}'`)).trim();
    entries.push(`${control}\nFilename: ./${file}\nSize: ${content.length}\nSHA256: ${sum}\n`);
  }
  writeFileSync(join(folder, "Packages"), entries.join("\n"));
}

/** A guest that is emulated unpacks slowly. */
const UPGRADE_SECONDS = 1500;
const AT = { address: "172.20.64.1", port: 8099 } as const;

/** Packages of another release of Debian beside or over those of the guests, with all that they need of it, by the guests' own apt. */
export async function installOf(
  codename: string,
  connections: Record<string, Connection>,
  packages: readonly string[],
): Promise<void> {
  const { folder, options, status } = await place(connections, codename, codename);
  writeFileSync(join(folder, "status"), status);
  await must(
    `apt-get -q ${options} -y --no-install-recommends --download-only -o Dir::State::status=${folder}/status -o Dir::Cache::archives=${folder} -o Debug::NoLocking=1 install ${packages.join(" ")}`,
  );
  await index(folder);
  const server = new Daemon();
  await server.start(`/usr/bin/python3 -m http.server --bind ${AT.address} --directory ${folder} ${AT.port}`, {
    port: AT.port,
    by: "tcp",
  });
  try {
    const only =
      "-o Dir::Etc::SourceList=/run/e2e.list -o Dir::Etc::SourceParts=/dev/null -o Dpkg::Options::=--force-confold";
    const answers = await onNodes(
      connections,
      `export DEBIAN_FRONTEND=noninteractive
echo 'deb [trusted=yes] http://${AT.address}:${AT.port}/ ./' >/run/e2e.list
{ apt-get -q ${only} update && apt-get -q ${only} -y --no-install-recommends install ${packages.join(" ")}; } </dev/null 2>&1 || exit 1
apt-get -q update`,
      undefined,
      UPGRADE_SECONDS,
    );
    for (const [node, a] of Object.entries(answers))
      if (a.code !== 0) throw new Error(`${node}: ended with ${a.code}: ${a.stdout.slice(-3000)}${a.stderr}`);
  } finally {
    server.stop();
  }
}

/** Ends the version of a package that is a newer one by nothing else. */
const NEWER = "+e2e1";

/** Has apt on the guests know a newer version of these packages, which has the same files: a repository in a folder of theirs. */
export async function offerNewer(connections: Record<string, Connection>, packages: readonly string[]): Promise<void> {
  const { folder, options } = await place(connections, "newer");
  await must(`cd ${folder} && apt-get -q ${options} download ${packages.join(" ")}`);
  for (const file of debs(folder))
    await must(
      `cd ${folder} && rm -rf tree && dpkg-deb -R ${file} tree && rm ${file} && sed -i 's/^Version: .*/&${NEWER}/' tree/DEBIAN/control && dpkg-deb -Zgzip --root-owner-group -b tree ${file}`,
    );
  await index(folder);
  const at = "/var/lib/qvd-ha-newer";
  await send(
    connections,
    folder,
    ["Packages", ...debs(folder)],
    `rm -rf ${at}; cp -r $d ${at}; chmod -R a+rX ${at}; echo 'deb [trusted=yes] file:${at} ./' >/etc/apt/sources.list.d/newer.list`,
  );
}
