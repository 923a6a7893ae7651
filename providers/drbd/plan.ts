import type { Plan, Step } from "../step";
import { plan as planOf } from "../step";
import { sh } from "../remote";
import { inherits, isOurs } from "./foreign";
import { inspect } from "./inspect";
import type { Verdict } from "./inspect";
import type { AllSeen, DrbdSeen } from "./read";
import { isConfigured, liveOf, onlyDisk, pathsOf, sorted } from "./read";
import { GLOBAL_TEXT, renderResource, resourcePath, sections } from "./render";
import type { SectionName } from "./running";
import { sameValue } from "./running";
import type { Spec } from "./spec";
import { nodeNames } from "./spec";
import * as step from "./steps";

const managed = (seen: AllSeen): boolean => Object.values(seen).some((s) => s.cluster.managed);
const attached = (s: DrbdSeen): boolean => s.state !== undefined && s.state.disk !== "Diskless";

/** Options that run with other values than the spec's; never their values, since one is a secret. */
function differing(spec: Spec, verdict: Verdict, s: DrbdSeen): string[] {
  if (!s.state) return [];
  const wanted = sections(spec, verdict.dialect);
  return (["options", "net", "disk"] as const satisfies SectionName[]).flatMap((name) =>
    Object.entries(wanted[name]).flatMap(([k, v]) => {
      const now = s.running[name][k];
      return now === undefined || sameValue(v, now) ? [] : [k];
    }),
  );
}

/** A file of ours must be as rendered; somebody else's needs only say the same, and lead to the device that everybody uses. */
function asWanted(spec: Spec, seen: AllSeen, node: string, text: string): boolean {
  const s = seen[node] as DrbdSeen;
  if (!s.files.foreign) return s.files.resource === text;
  return (s.device || !s.state) && same(sorted(liveOf(spec, seen, node)), sorted(spec));
}

/** The global file that somebody else wrote for this resource stays, as long as it gives the resource nothing beside. */
function globalDiffers(spec: Spec, verdict: Verdict, s: DrbdSeen): boolean {
  const text = s.files.global;
  if (text === undefined || isOurs(text) || !isConfigured(s)) return text !== GLOBAL_TEXT;
  return inherits(text, spec, verdict.dialect);
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Configuration, module, metadata and the running resource of one node. */
function prepare(spec: Spec, seen: AllSeen, verdict: Verdict, node: string): Step[] {
  const s = seen[node] as DrbdSeen;
  const paths = pathsOf(spec, seen);
  const path = paths[node] ?? "";
  const serial = spec.nodes[node]?.disk.serial ?? "";
  const text = renderResource(spec, verdict.dialect, paths);
  const all: Step[] = [];
  const rewritten = !asWanted(spec, seen, node, text);
  if (globalDiffers(spec, verdict, s)) all.push(step.writeGlobal(node));
  if (rewritten) {
    const file = resourcePath(spec);
    if (s.files.foreign && s.files.foreign.file !== file)
      throw new Error(
        `${node}: DRBD resource ${spec.resource} is configured in ${s.files.foreign.file}, and not as wanted. Nothing was touched. Fix: move it to ${file}.`,
      );
    // Only root may read it: it has the shared secret.
    all.push(
      step.writeFile(
        node,
        file,
        "0600",
        text,
        `${file} is ${s.files.resource === undefined ? "missing" : "not as wanted"}`,
      ),
    );
  } else if (!s.files.foreign && s.files.mode !== undefined && s.files.mode !== "600")
    all.push({
      node,
      reason: `${resourcePath(spec)}, which has the shared secret, has permissions ${s.files.mode} instead of 600`,
      command: { script: sh`chmod 0600 ${resourcePath(spec)}` },
    });
  if (!s.software.loaded) all.push(step.loadModule(node));
  if (s.udevHost) all.push(step.nameHost(node, s.udevHost));
  const creating = verdict.create.includes(node);
  const wiping = verdict.wipe.includes(node);
  if (wiping) all.push(step.wipe(node, serial, path, "overwrite says to wipe what is on it"));
  const disk = onlyDisk(s);
  if (creating)
    all.push(step.createMetadata(spec, node, path, disk?.size ?? 0, !wiping && disk?.zeros?.kind === "zero"));
  const why = adjustReason(spec, seen, verdict, s, rewritten, creating);
  if (why) all.push(step.adjust(spec, node, why));
  const runs = why !== undefined || s.state !== undefined;
  if (!s.device && runs) all.push(step.awaitDevice(spec, node));
  return all;
}

function adjustReason(
  spec: Spec,
  seen: AllSeen,
  verdict: Verdict,
  s: DrbdSeen,
  rewritten: boolean,
  creating: boolean,
): string | undefined {
  // What the cluster stopped stays stopped: it alone starts its resources.
  if (!s.state) return managed(seen) ? undefined : "the resource is down";
  if (creating || !attached(s)) return "the disk is not attached";
  const names = differing(spec, verdict, s);
  if (names.length > 0) return `running options differ: ${names.join(", ")}`;
  if (rewritten) return "the running resource must follow its new configuration";
  return s.state.connection === "StandAlone" ? "the resource is not connected and does not try to be" : undefined;
}

/** Peers that had given up may refuse each other again, and only time tells; one that is down is the cluster's to start. */
const reconnected = (spec: Spec, seen: AllSeen): Step[] => {
  const names = nodeNames(spec);
  const alone = names.filter((n) => seen[n]?.state?.connection === "StandAlone");
  return names.every((n) => seen[n]?.state) ? alone.map((n) => step.awaitConnection(spec, n)) : [];
};

/** The file system is made where none is and nothing else is either; both disks together were judged before. */
function lacksFileSystem(spec: Spec, seen: AllSeen): boolean {
  return nodeNames(spec).every((n) => {
    const disk = onlyDisk(seen[n]);
    const consent = spec.overwrite.includes(spec.nodes[n]?.disk.serial ?? "");
    const foreign = disk?.signatures.filter((x) => x.type !== "drbd") ?? [];
    return (
      disk !== undefined &&
      ((foreign.length === 0 && disk.zeros?.kind === "zero") || (consent && willBeBare(foreign, disk.metadata)))
    );
  });
}

const willBeBare = (foreign: readonly unknown[], metadata: unknown): boolean => foreign.length === 0 || !metadata;

/** @throws Error naming everything that forbids to go on; then nothing was touched */
export function plan(spec: Spec, seen: AllSeen): Plan {
  const verdict = inspect(spec, seen);
  if (verdict.refusals.length > 0)
    throw new Error(
      `DRBD resource ${spec.resource} is refused, nothing was touched:\n${verdict.refusals.map((r) => `- ${r}`).join("\n")}`,
    );
  const names = nodeNames(spec);
  const [first = ""] = names;
  const prepared = names.flatMap((n) => prepare(spec, seen, verdict, n));
  if (managed(seen)) return planOf([prepared, reconnected(spec, seen)], "as wanted; the cluster runs the resource");

  const stages: Step[][] = [prepared];
  const settled = names.every((n) => seen[n]?.state?.disk === "UpToDate" && seen[n]?.state?.peerDisk === "UpToDate");
  if (verdict.bothFresh) {
    const full = spec.initialSync === "full" || !verdict.bothZero;
    const peerBlank = names.every((n) => n === first || onlyDisk(seen[n])?.zeros?.kind === "zero");
    stages.push([step.firstCopy(spec, first, full, peerBlank)]);
  }
  if (!settled || verdict.bothFresh) stages.push(names.map((n) => step.awaitUpToDate(spec, n)));
  if (lacksFileSystem(spec, seen)) stages.push([step.makeFileSystem(spec, first)]);
  return planOf(stages);
}

/** Takes the resource down and its configuration away. Disks keep data and metadata unless `dataPolicy` is `destroy`. @throws Error while the cluster runs it */
export function remove(spec: Spec, seen: AllSeen): Plan {
  if (managed(seen))
    throw new Error(
      `DRBD resource ${spec.resource} is run by the cluster: take it out of the cluster's configuration first`,
    );
  const paths = pathsOf(spec, seen);
  const all = nodeNames(spec).flatMap((node): Step[] => {
    const s = seen[node];
    if (!s) return [];
    const file = resourcePath(spec);
    const serial = spec.nodes[node]?.disk.serial ?? "";
    const disk = onlyDisk(s);
    const steps: Step[] = [];
    if (s.state)
      steps.push({
        node,
        reason: "take the resource down",
        danger: "stops",
        command: { script: sh`drbdsetup down ${spec.resource}`, timeoutSeconds: 180 },
      });
    if (spec.dataPolicy === "destroy" && disk && disk.signatures.length > 0)
      steps.push(step.wipe(node, serial, paths[node] ?? disk.path, "dataPolicy is destroy"));
    if (s.files.resource !== undefined)
      steps.push({ node, reason: `remove ${file}`, command: { script: sh`rm -f ${file}` } });
    if (isOurs(s.files.global)) steps.push(step.giveBackGlobal(node));
    return steps;
  });
  return planOf([all], "nothing is there");
}
