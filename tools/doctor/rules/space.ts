import type { FileSystem, Space } from "../facts/space";
import type { Look } from "../look";
import type { Rule, Said } from "./rule";

const NEARLY = 85;
const FULL = 97;

function full(l: Look, where: string, f: FileSystem, s: Space): Said[] {
  const used = Math.max(f.usedPercent, f.inodesUsedPercent ?? 0);
  if (used < NEARLY) return [];
  const ofData = f.mount === s.data;
  const what = (f.inodesUsedPercent ?? 0) > f.usedPercent ? "of its inodes" : "";
  return [
    {
      severity: used >= FULL ? (ofData ? "critical" : "serious") : "warning",
      where,
      what: `${f.mount} is ${used} % full${what ? ` (${what})` : ""}, ${(f.availableBytes / 2 ** 20).toFixed(0)} MiB left`,
      why: ofData
        ? "the database stops when it is full, and moving does not help: the other node has the same data"
        : "logs, the cluster's own state and packages have no place",
      next: ofData
        ? [l.on(where, `du -xh --max-depth=2 ${f.mount}`)]
        : [
            // Whichever the system has.
            l.on(where, "apt-get clean || dnf clean all || zypper clean"),
            l.on(where, "journalctl --vacuum-size=50M"),
            l.on(where, `du -xh --max-depth=2 --threshold=50M ${f.mount}`),
          ],
    },
  ];
}

/** File systems that are full, read-only, shut down or frozen. */
export const space: Rule = (l) =>
  l.reached.flatMap(([where]): Said[] => {
    const s = l.details(where).space;
    if (!s) return [];
    const readOnly = s.readOnly.map((mount): Said => {
      const ofData = mount === s.data;
      return {
        severity: ofData ? "critical" : "serious",
        where,
        what: `${mount} is read-only`,
        why: ofData
          ? "the database cannot write"
          : "the kernel does that after an error of the disk; nothing can be kept",
        next: [l.on(where, "journalctl -k --no-pager -n 30"), l.on(where, `mount -o remount,rw ${mount}`)],
      };
    });
    const frozen: Said[] =
      s.frozen.length > 0
        ? [
            {
              severity: "critical",
              where,
              what: `a file system is frozen; waiting for it: ${[...new Set(s.frozen)].slice(0, 4).join(", ")}`,
              why: "nothing is written; the cluster fences the node for it, unless it is in maintenance mode",
              next: [l.on(where, `fsfreeze --unfreeze ${s.data ?? "/"}`)],
            },
          ]
        : [];
    const shut: Said[] =
      s.shutDown && s.frozen.length === 0
        ? [
            {
              severity: "critical",
              where,
              what: `${s.data} does not answer: the file system has shut itself down, or its disk hangs`,
              why: "the database cannot write",
              next: [l.on(where, "journalctl -k --no-pager -n 30"), l.make("switch-over")],
            },
          ]
        : [];
    return [...readOnly, ...frozen, ...shut, ...uniqueBy(s.fileSystems).flatMap((f) => full(l, where, f, s))];
  });

/** `df` tells of one file system once for each place that was asked for. */
const uniqueBy = (all: readonly FileSystem[]): FileSystem[] =>
  all.filter((f, i) => all.findIndex((o) => o.mount === f.mount) === i);
