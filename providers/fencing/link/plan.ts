import { sh } from "../../remote";
import type { Plan, Step } from "../../step";
import { plan as planOf } from "../../step";
import type { LinkSeen } from "./read";
import { runs, unitSeen } from "./read";
import { renderUnit, unitOf, unitPath } from "./render";
import type { FenceLinkSpec } from "./spec";

type Hypervisor = FenceLinkSpec["hypervisors"][number];

const write = (node: string, h: Hypervisor): Step => ({
  node,
  reason: `describe the standing connection to ${h.name}`,
  command: {
    script: sh`f=${unitPath(h.name)}; cat >"$f.new"; chmod 644 "$f.new"; mv "$f.new" "$f"; systemctl stop ${unitOf(h.name)} 2>/dev/null || true`,
    stdin: renderUnit(h),
  },
});

const start = (node: string, { name }: Hypervisor): Step => ({
  node,
  reason: `keep a connection to ${name} open`,
  command: {
    script: sh`systemctl daemon-reload; systemctl enable --quiet ${unitOf(name)}; systemctl restart ${unitOf(name)}`,
  },
});

export function plan(wanted: FenceLinkSpec, seen: LinkSeen): Plan {
  const perNode = Object.entries(seen).flatMap(([node, s]) =>
    wanted.hypervisors.flatMap((h) => {
      const written = unitSeen(s, h.name)?.text === renderUnit(h);
      return [...(written ? [] : [write(node, h)]), ...(written && runs(s, h.name) ? [] : [start(node, h)])];
    }),
  );
  return planOf([perNode], "the connections are kept open");
}

export function remove(spec: FenceLinkSpec, seen: LinkSeen): Plan {
  const units = spec.hypervisors.map((h) => unitOf(h.name));
  const paths = spec.hypervisors.map((h) => unitPath(h.name));
  const has = (s: LinkSeen[string]): boolean => spec.hypervisors.some((h) => unitSeen(s, h.name) !== undefined);
  return planOf(
    [
      Object.entries(seen)
        .filter(([, s]) => has(s))
        .map(([node]) => ({
          node,
          reason: "keep no connection to a hypervisor open",
          command: {
            script: sh`systemctl disable --quiet --now ${units} 2>/dev/null || true; rm -f ${paths}; systemctl daemon-reload`,
          },
        })),
    ],
    "no connection is kept open",
  );
}
