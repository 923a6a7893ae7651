import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import type { Cib } from "@qvd-ha/providers/dist/pacemaker/cib";
import { canonical, foreignParts, merge, parseCib, readConfiguration } from "@qvd-ha/providers/dist/pacemaker/cib";
import { commit, unlessMoved } from "@qvd-ha/providers/dist/pacemaker/commit";
import { difference } from "@qvd-ha/providers/dist/pacemaker/plan";
import type { Xml } from "@qvd-ha/providers/dist/pacemaker/xml";
import { child } from "@qvd-ha/providers/dist/pacemaker/xml";
import { sh } from "@qvd-ha/providers/dist/remote";
import type { Change } from "./change";
import { quorum, reasons } from "./needs";
import type { Work } from "./work";

/** Largest CIB that is read, in bytes; a real one has some ten thousand. */
const LARGEST = 16 * 1024 * 1024;

/** The names that a cluster goes by. */
interface Identity {
  readonly name?: string;
  readonly nodes: readonly string[];
}

function identity({ xml }: Cib): Identity {
  const configuration = child(xml, "configuration");
  const pairs = (x: Xml | undefined): Xml[] => x?.children.flatMap((c) => (c.name === "nvpair" ? [c] : pairs(c))) ?? [];
  const name = pairs(configuration && child(configuration, "crm_config")).find(
    (p) => p.attrs["name"] === "cluster-name",
  )?.attrs["value"];
  const nodes = (configuration && child(configuration, "nodes"))?.children.map((n) => n.attrs["uname"] ?? "") ?? [];
  return { ...(name === undefined ? {} : { name }), nodes: nodes.sort() };
}

const named = (i: Identity): string => `cluster ${i.name ?? "without a name"} of ${i.nodes.join(" and ")}`;

/** Why a saved configuration is not this cluster's: its name, and the nodes that rules and agents call by theirs. */
export function strangers(live: Cib, saved: Cib): string[] {
  const [here, there] = [identity(live), identity(saved)];
  return canonical(here) === canonical(there)
    ? []
    : [`the saved configuration is that of ${named(there)}, and this is ${named(here)}`];
}

/** What a saved configuration has that goes in by no patch of ours, and stays as it is here. */
const beyond = (saved: Cib): string[] => foreignParts(saved).map((f) => `${f.what} ${f.id}`.trim());

/**
 * The saved configuration put in as one patch, without the status. What the running cluster or its operator owns stays as it is now: a fence of DRBD's, a ban, standby.
 * Undefined where it is in force already.
 */
export function putBack(live: Cib, saved: Cib): { change: Change; what: readonly string[] } | undefined {
  const [now, wanted] = [readConfiguration(live), readConfiguration(saved)];
  if (canonical(now) === canonical(wanted)) return undefined;
  const d = difference(now, wanted);
  const { script, stdin } = commit(live.xml, merge(live, wanted), unlessMoved(live));
  const listed = (verb: string, names: readonly string[]): string[] =>
    names.length > 0 ? [`${verb} ${names.join(", ")}`] : [];
  return {
    what: [
      ...listed("add", d.added),
      ...listed("change", d.changed),
      ...listed("remove", d.removed),
      ...listed("set options", d.options),
    ],
    // A shell of its own: it has a directory and an end of its own.
    change: {
      says: "put the saved configuration back",
      script: sh`(${script}
)`,
      ...(stdin === undefined ? {} : { stdin }),
    },
  };
}

/** cib.xml of an archive, or of a file that is one. @throws Error */
function fromFile(path: string): string {
  if (path.endsWith(".xml")) return readFileSync(path, "utf8");
  const r = spawnSync("tar", ["-xzOf", path, "--wildcards", "*/cib.xml"], { encoding: "utf8", maxBuffer: LARGEST });
  if (r.status !== 0 || r.stdout === "") throw new Error(`${path} has no cib.xml: ${r.stderr.trim()}`);
  return r.stdout;
}

/** On this machine, or by its name from the node that keeps it. */
async function saved(w: Work, file: string): Promise<string> {
  if (existsSync(file)) return fromFile(file);
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(file)) w.refuse([`there is no file ${file} here`]);
  for (const node of w.hands.nodes) {
    const a = await w.hands
      .run(node, {
        script: sh`. /etc/qvd-ha/configuration.conf
tar -xzOf "$directory"/${file} --wildcards '*/cib.xml'`,
      })
      .catch(() => undefined);
    if (a?.code === 0 && a.stdout !== "") return a.stdout;
  }
  w.refuse([`there is no ${file}, neither here nor where ${w.hands.nodes.join(" or ")} keep theirs`]);
  return "";
}

/** Archives that the nodes have, for who does not say which. */
async function archives(w: Work): Promise<string[]> {
  const said = await Promise.all(
    w.hands.nodes.map((node) =>
      w.hands
        .run(node, {
          script: sh`. /etc/qvd-ha/configuration.conf 2>/dev/null || exit 0
find "$directory" -maxdepth 1 -name 'cluster-*.tar.gz' -printf '%f\n' | sort | tail -n 5`,
        })
        .then((a) =>
          a.stdout
            .split("\n")
            .filter((f) => f !== "")
            .map((f) => `${f} (${node})`),
        )
        .catch(() => []),
    ),
  );
  return said.flat();
}

/** The cluster's configuration as it was saved: what would come of it told by Pacemaker's scheduler, agreed to, put in as one patch, and seen to be in force. */
export async function restoreConfiguration(w: Work, file: string | undefined): Promise<void> {
  if (file === undefined)
    w.refuse([
      `FILE is missing: an archive of the configuration's backup, or a CIB as XML, on this machine or by name on a node. There are: ${(await archives(w)).join(", ") || "none"}`,
    ]);
  w.refuse(reasons(await w.look(), quorum));
  const text = await saved(w, file as string);
  const there = parseCib(text);
  const here = async (): Promise<Cib> =>
    parseCib(await w.must(await w.spokesman(), sh`cibadmin --query`, "asking for the configuration"));
  const live = await here();
  w.refuse(strangers(live, there));
  for (const part of beyond(there)) w.say(`not put back, as it goes in by hand only: ${part}`);
  const back = putBack(live, there);
  if (back === undefined) return w.say("that configuration is in force already: nothing to do");
  for (const line of back.what) w.say(line);
  await w.agree(back.change);
  await w.apply(back.change);
  const left = putBack(await here(), there);
  if (left) throw new Error(`somebody else changed the configuration meanwhile: ${left.what.join("; ")}. Repeat it`);
  w.say("the cluster's configuration is the saved one");
}
