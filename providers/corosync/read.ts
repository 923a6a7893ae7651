import { createHash } from "node:crypto";
import type { Fact, Seen } from "../fact";
import { sh } from "../remote";
import { overlay } from "../overlay";
import type { Keys } from "./keys";
import { parseMap, textOf } from "./keys";
import { CONF_PATH, KEY_PATH, parse } from "./render";
import { HELD, PENDING } from "./restart";
import type { Spec } from "./spec";
import { nodeNames } from "./spec";

export interface Units {
  readonly corosync: boolean;
  readonly pacemaker: boolean;
  /** Both start at boot. */
  readonly enabled: boolean;
  /** Units that are masked. */
  readonly masked: boolean;
}

/** What corosync and Pacemaker of one node say; empty while they are down. */
export interface Membership {
  /** Names of nodes that are online in Pacemaker. */
  readonly online: readonly string[];
  /** Resources that run somewhere. */
  readonly running: readonly string[];
  readonly quorate: boolean;
  /** Nodes on which something is promoted. */
  readonly promoted?: readonly string[];
  /** By link number: whether the link to every peer is connected. */
  readonly links: readonly boolean[];
  /** Pacemaker is told to leave everything as it is, by a restart of ours that has not ended. */
  readonly held?: boolean;
}

/** corosync-qdevice on one node. */
export interface DeviceState {
  /** It runs and starts at boot. */
  readonly running: boolean;
  /** The host of the third vote answers it. */
  readonly connected: boolean;
}

export type CorosyncFacts = {
  readonly conf: Fact<string | undefined>;
  /** SHA-256 of the key and its mode; the key itself is never read back. */
  readonly key: Fact<{ readonly sha256: string; readonly mode: string } | undefined>;
  /** What the daemon runs with; undefined where it is down. */
  readonly running: Fact<Keys | undefined>;
  /** Files were written for a running daemon that was not told yet. */
  readonly pending: Fact<boolean>;
  readonly units: Fact<Units>;
  readonly membership: Fact<Membership>;
  /** Undefined where no third vote is wanted. */
  readonly device: Fact<DeviceState | undefined>;
};
export type CorosyncSeen = Seen<CorosyncFacts>;
export type AllSeen = Readonly<Record<string, CorosyncSeen>>;

/** `systemctl show -p Id,ActiveState,UnitFileState` of several units: blocks of properties. */
export function parseUnits(text: string): Units {
  const blocks = text
    .split(/\n\s*\n/)
    .map((b) => Object.fromEntries(b.split("\n").map((l) => l.split("=") as [string, string])));
  const unit = (name: string): Record<string, string> => blocks.find((b) => b.Id === `${name}.service`) ?? {};
  const active = (name: string): boolean =>
    ["active", "activating", "deactivating", "reloading"].includes(unit(name).ActiveState ?? "");
  const both = ["corosync", "pacemaker"].map((n) => unit(n).UnitFileState ?? "");
  return {
    corosync: active("corosync"),
    pacemaker: active("pacemaker"),
    enabled: both.every((s) => s === "enabled"),
    masked: both.some((s) => s.startsWith("masked")),
  };
}

/** `corosync-cfgtool -s` of corosync 3: one part per link, and in it a line per node. */
export function parseLinks(text: string): boolean[] {
  return text
    .split(/^LINK ID /m)
    .slice(1)
    .map((part) => {
      const states = [...part.matchAll(/nodeid:?\s+\d+:?\s+(\S+)/g)].map((m) => m[1]);
      const peers = states.filter((s) => s !== "localhost");
      return peers.length > 0 && peers.every((s) => s === "connected");
    });
}

const attribute = (tag: string, name: string): string | undefined => new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1];

/** `crm_mon --output-as=xml -1` of Pacemaker 2.1 and 3.0. */
export function parseMonitor(xml: string): Pick<Membership, "online" | "running" | "quorate" | "promoted"> {
  const tags = (name: string): string[] => [...xml.matchAll(new RegExp(`<${name} [^>]*>`, "g"))].map((m) => m[0]);
  // Only the list of nodes has `online`; the same tag stands below a resource for where it runs.
  const online = tags("node").filter((t) => attribute(t, "online") === "true");
  const running = tags("resource").filter(
    (t) => attribute(t, "active") === "true" && attribute(t, "orphaned") !== "true",
  );
  return {
    online: [...new Set(online.map((t) => attribute(t, "name") ?? ""))].sort(),
    running: [...new Set(running.map((t) => attribute(t, "id") ?? ""))].sort(),
    promoted: [...xml.matchAll(/<resource [^>]*\brole="(?:Promoted|Master)"[^>]*>\s*<node name="([^"]+)"/g)].map(
      (m) => m[1] as string,
    ),
    quorate: attribute(tags("current_dc")[0] ?? "", "with_quorum") === "true",
  };
}

/** Ends well where the host of the third vote answers; `timeout` may stand before it. */
export const DEVICE_ANSWERS = sh`corosync-qdevice-tool -s 2>/dev/null | grep -qE '^State:[[:space:]]+Connected'`;

const deviceState: Fact<DeviceState | undefined> = {
  command: {
    script: sh`if systemctl -q is-active corosync-qdevice && systemctl -q is-enabled corosync-qdevice; then echo running; fi
if timeout 20 ${DEVICE_ANSWERS}; then echo connected; fi`,
  },
  parse: ({ stdout }) => ({ running: /^running$/m.test(stdout), connected: /^connected$/m.test(stdout) }),
};

export function facts(spec: Spec): CorosyncFacts {
  return {
    conf: {
      command: { script: sh`if [ -f ${CONF_PATH} ]; then echo @file; cat ${CONF_PATH}; fi` },
      parse: (a) => (a.stdout.startsWith("@file\n") ? a.stdout.slice(6) : undefined),
    },
    key: {
      command: { script: sh`if [ -f ${KEY_PATH} ]; then sha256sum <${KEY_PATH}; stat -c %a ${KEY_PATH}; fi` },
      parse: (a) => {
        const [hash, mode] = a.stdout.split("\n");
        return hash && mode ? { sha256: hash.split(" ")[0] ?? "", mode } : undefined;
      },
    },
    running: {
      command: { script: sh`corosync-cmapctl 2>/dev/null || true` },
      parse: (a) => {
        const keys = parseMap(a.stdout);
        return Object.keys(keys).length > 0 ? keys : undefined;
      },
    },
    pending: {
      command: { script: sh`[ ! -e ${PENDING} ] || echo yes` },
      parse: (a) => a.stdout.trim() === "yes",
    },
    units: {
      command: { script: sh`systemctl show -p Id,ActiveState,UnitFileState corosync.service pacemaker.service` },
      parse: (a) => parseUnits(a.stdout),
    },
    membership: {
      command: {
        script: sh`if systemctl -q is-active corosync; then timeout 30 corosync-cfgtool -s || true; fi
echo @monitor
if systemctl -q is-active pacemaker; then
  timeout 60 crm_mon --output-as=xml -1 || true
  if timeout 60 cibadmin -Q -l --xpath ${`//crm_config//nvpair[@id='${HELD}']`} >/dev/null 2>&1; then echo @held; fi
fi`,
        timeoutSeconds: 180,
      },
      parse: (a) => {
        const [links = "", monitor = ""] = a.stdout.split("@monitor\n");
        const held = monitor.includes("\n@held") ? { held: true } : {};
        return { links: parseLinks(links), ...parseMonitor(monitor), ...held };
      },
    },
    device: spec.device ? deviceState : { command: { script: sh`:` }, parse: () => undefined },
  };
}

export const keyHash = (spec: Spec): string =>
  createHash("sha256").update(Buffer.from(spec.authkey, "base64")).digest("hex");

/** Stands for a key that is not the known one; it is no secret, and no key. */
const OTHER_KEY = "(differs)";

/** Undefined for a file that nobody can read: it is replaced as a whole. */
export function parsed(conf: string | undefined, known: Spec): Spec | undefined {
  try {
    return conf === undefined ? undefined : parse(conf, known);
  } catch {
    return undefined;
  }
}

/** What the file says and what the daemon runs with: whichever is not as known shows. */
function liveOf(known: Spec, seen: CorosyncSeen): Spec[] {
  if (seen.conf === undefined) return [];
  const authkey = seen.key?.sha256 === keyHash(known) ? known.authkey : OTHER_KEY;
  const texts = [seen.conf, ...(seen.running ? [textOf(seen.running)] : [])];
  return texts.map((text) => ({ ...(parsed(text, known) ?? known), authkey }));
}

/** The spec as it stands on the nodes, whatever is not as known on any of them; a node without the file is left out of `nodes`. */
export function live(known: Spec, seen: AllSeen): Spec | undefined {
  const found = nodeNames(known).flatMap((n) => (seen[n] ? liveOf(known, seen[n]) : []));
  if (found.length === 0) return undefined;
  const shown = overlay(known, found);
  const nodes = Object.fromEntries(Object.entries(shown.nodes).filter(([n]) => !seen[n] || seen[n].conf !== undefined));
  return { ...shown, nodes };
}
