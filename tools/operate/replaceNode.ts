import { deviceOf } from "@qvd-ha/providers/dist/drbd/spec";
import { lines, sh } from "@qvd-ha/providers/dist/remote";
import { ask } from "../cli/ask";
import { Refused } from "../cli/stack";
import { problems } from "../status/health";
import type { Status } from "../status/read";
import { activeNode, view } from "../status/read";
import type { Machine } from "./machine";
import { newDisk, removeMachine } from "./machine";
import { OPERATION } from "./mark";
import { marksOf, note, takeBack } from "./marks";
import { managed, quorum, reasons } from "./needs";
import { sizesFact } from "./sizes";
import { comeBack, inStandby, intoStandby, known, leave, outOfStandby } from "./standby";
import type { Work } from "./work";

export interface Replacement {
  /** Who makes machines: the program, or somebody else. */
  readonly platform: "libvirt" | "existing";
  /** The data disk alone is new. */
  readonly diskOnly: boolean;
  /** Serial number of the data disk that is given up, as a person has typed it. */
  readonly disk?: string | undefined;
}

const VERB = "replace-node";

/** How far it has come, as the mark says: taken out, and its machine or disk gone. */
type Stage = "out" | "gone";

/** What comes next, for whoever called. */
export type Next = "machine" | "hands";

const online = (s: Status, node: string): boolean => view(s)?.nodes.some((n) => n.name === node && n.online) ?? false;

/** Everything that would make the other one the only copy, or no copy at all. */
function objections(w: Work, s: Status, node: string): string[] {
  const other = w.hands.nodes.find((n) => n !== node) as string;
  const report = s.nodes[other];
  const disk = report?.reachable ? report.drbd?.disk : undefined;
  return [
    ...reasons(s, quorum, managed),
    ...(activeNode(s) === node ? [`${node} serves: make switch-over TO=${other} first`] : []),
    ...(report?.reachable ? [] : [`${other} does not answer, and would have the only copy`]),
    ...(report?.reachable && disk !== "UpToDate"
      ? [`the disk of ${other} is ${disk ?? "down"}: it would be the only copy, and must be UpToDate`]
      : []),
    ...(activeNode(s) === undefined ? ["no node runs the database (make doctor)"] : []),
    ...(view(s)?.unclean.includes(node)
      ? [`${node} is unclean: it waits to be fenced (docs/operations.md, "Fencing does not succeed")`]
      : []),
  ];
}

/** Serial number of a node's data disk, as the other one's DRBD has it in its configuration. */
async function diskOf(w: Work, node: string): Promise<string> {
  const other = w.hands.nodes.find((n) => n !== node) as string;
  const text = await w.must(
    other,
    sh`drbdadm dump ${w.hands.drbdResource} 2>/dev/null`,
    "reading DRBD's configuration",
  );
  const at = text.search(new RegExp(`^\\s*on "?${node}"? \\{`, "m"));
  const path = at < 0 ? undefined : /\bdisk\s+"?(\/[^";\s]+)/.exec(text.slice(at))?.[1];
  if (path === undefined) throw new Error(`DRBD's configuration names no disk of ${node}`);
  return path.split("/").at(-1) as string;
}

/** What destroys data is agreed to by naming the disk. */
async function nameDisk(w: Work, node: string, given: string | undefined): Promise<void> {
  const name = await diskOf(w, node);
  const named = (word: string): boolean =>
    word !== "" && (name === word || name.endsWith(`-${word}`) || name.endsWith(`_${word}`));
  const how = `replace-node: all that is on ${name} of ${node} is given up; name it: make replace-node NODE=${node} DISK=<its serial number>`;
  const word =
    given ||
    (await ask(`All that is on ${name} of ${node} is given up. Its serial number: `, `${how}. Nothing was touched`));
  if (!named(word)) throw new Refused(`${how}. "${word}" is not it. Nothing was touched`);
}

/** In order: nothing runs there, and it has said good-bye, so that nobody fences it. */
async function takeOut(w: Work, node: string, staysInStandby: boolean): Promise<void> {
  const s = await w.look();
  if (online(s, node)) {
    await leave(w, node);
    w.say(`${node}: leaving the cluster`);
    await w.must(node, sh`systemctl stop pacemaker corosync`, "leaving the cluster", 600, "leave");
    await w.until(`${node} is offline`, w.hands.boundSeconds, (now) =>
      online(now, node) ? [`${node} is online`] : [],
    );
  }
  if (!staysInStandby && inStandby(await w.look(), node)) await w.apply(outOfStandby(node));
}

const stageOf = async (w: Work, node: string): Promise<Stage | undefined> =>
  (await marksOf(w, VERB, node)).get(node)?.[0] as Stage | undefined;

/** With the node, for whoever reads it elsewhere. */
const noteStage = async (w: Work, node: string, stage: Stage): Promise<void> =>
  note(w, VERB, new Map([[node, [stage, node]]]), await w.spokesman(node));

/**
 * The first half: the node leaves in order, and on platform libvirt its machine or its data disk is taken away. What follows is `up`, which makes the new one, and `replaced`. Interrupted,
 * it is repeated; a machine that is new already is not taken away again.
 * @throws Refused where the node serves, or the other one does not hold all data
 */
export async function replaceNode(w: Work, name: string | undefined, r: Replacement): Promise<Next> {
  const node = known(w, name);
  const s = await w.look();
  const stage = await stageOf(w, node);
  if (stage === "gone") {
    w.begin(`an interrupted replacement of ${node} would go on: it is to be made anew`);
    w.say(`an interrupted replacement of ${node} goes on: it is to be made anew`);
    return "machine";
  }
  w.refuse(objections(w, s, node));
  const machine: Machine | undefined = r.platform === "libvirt" ? w.hands.hypervisor(node) : undefined;
  if (r.platform === "libvirt" && !machine)
    w.refuse([
      `nobody may log in to the hypervisor of ${node}: set hypervisorPrivateKey, or take its domain away by hand`,
    ]);
  const what = r.diskOnly ? "data disk" : "machine";
  if (stage === undefined) {
    if (online(s, node)) await w.agree(intoStandby(node));
    w.begin(`${node} would be taken out, and its ${what} replaced`);
    if (machine) await nameDisk(w, node, r.disk);
    await noteStage(w, node, "out");
  } else {
    w.begin(`an interrupted replacement of ${node} would go on`);
    w.say(`an interrupted replacement of ${node} goes on`);
  }
  // A machine that boots with a blank disk would have DRBD fail there: it waits until the disk is made a part of the mirror.
  await takeOut(w, node, r.diskOnly);
  if (!machine) {
    // Whoever repeats it says by that, that the new one is there.
    await noteStage(w, node, "gone");
    w.say(`${node} is out: switch it off, put the new ${what} in its place (blank, no smaller than the other one's)`);
    w.say(
      `in the stack's configuration: nodes[].disk.serial${r.diskOnly ? "" : ", nodes[].ssh.hostKey as the new machine itself shows it"}`,
    );
    w.say(`then make replace-node NODE=${node} again`);
    return "hands";
  }
  w.refuse(objections(w, await w.look(), node));
  if (r.diskOnly) {
    const other = w.hands.nodes.find((n) => n !== node) as string;
    const fact = sizesFact(w.hands.drbdResource);
    const { disk } = fact.parse(await w.hands.run(other, fact.command));
    w.say(`${machine.domain}: a blank data disk of ${disk} bytes takes the place of the old one`);
    await newDisk(machine, disk);
  } else {
    w.say(`${machine.domain}: the machine and its disks are taken away`);
    await removeMachine(machine);
  }
  await noteStage(w, node, "gone");
  return "machine";
}

/** KB of the last copy to the other node, as the kernel has told it, and of the device. */
async function copied(w: Work, active: string): Promise<{ copied: number; device: number } | undefined> {
  const device = deviceOf({ resource: w.hands.drbdResource });
  const said = await w.must(
    active,
    lines(
      sh`echo "device $(( $(blockdev --getsize64 ${device}) / 1024 ))"`,
      sh`journalctl -k -q -b --no-pager | sed -n 's/.*Began resync as SyncSource (will sync \([0-9]*\) KB.*/copied \1/p' | tail -n 1`,
    ),
    "asking what was copied",
  );
  const number = (key: string): number => Number(new RegExp(`^${key} (\\d+)$`, "m").exec(said)?.[1]);
  return number("copied") > 0 ? { copied: number("copied"), device: number("device") } : undefined;
}

/** What DRBD's metadata may leave of a device that is copied as a whole. */
const WHOLE = 0.99;

/** The second half, when the new one is there: waits until both hold all data, and sees that all of it was copied. */
export async function replaced(w: Work, name: string | undefined): Promise<void> {
  const node = known(w, name);
  if ((await stageOf(w, node)) === undefined) return w.say(`${node} is not being replaced: nothing to do`);
  w.begin("it would be waited until both nodes hold all data");
  await comeBack(w, node);
  const s = await w.look();
  const active = activeNode(s);
  if (active === undefined || active === node) throw new Error(`${active ?? "nobody"} serves now: make doctor`);
  const seen = await copied(w, active);
  if (seen && seen.copied < seen.device * WHOLE)
    throw new Error(
      `only ${seen.copied} of ${seen.device} KB were copied to ${node}: is that the old disk? Compare both by make verify; then: crm_attribute --node ${node} --name ${OPERATION} --delete`,
    );
  w.say(
    seen
      ? `${seen.copied} KB were copied to ${node}, all of the device`
      : `the kernel of ${active} does not tell any more what was copied`,
  );
  await takeBack(w, [node]);
  const open = problems(s).filter((p) => p.kind !== "failure");
  w.say(open.length === 0 ? `${node} is replaced: both nodes hold the same data` : open.map((p) => p.what).join("; "));
}
