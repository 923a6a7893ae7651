import { lines, sh } from "../../remote";
import type { Plan, Step } from "../../step";
import { plan as planOf } from "../../step";
import type { Guard, WatchdogSeen } from "./read";
import { MODULES, renderConfig, renderModules } from "./render";
import type { WatchdogSpec } from "./spec";

const write = (node: string, path: string, stdin: string, reason: string, then = sh`:`): Step => ({
  node,
  reason,
  command: { script: lines(sh`f=${path}; cat >"$f.new"; chmod 644 "$f.new"; mv -T "$f.new" "$f"`, then), stdin },
});

function due(node: string, wanted: WatchdogSpec, g: Guard): Step[] {
  const { module } = wanted;
  const load =
    module !== undefined && (g.modules !== renderModules(module) || !g.device)
      ? [
          write(
            node,
            MODULES,
            renderModules(module),
            `load the watchdog's module ${module}, and at boot`,
            sh`modprobe ${module}`,
          ),
        ]
      : [];
  const gone =
    module === undefined && g.modules !== undefined
      ? [{ node, reason: "load no module for the watchdog", command: { script: sh`rm -f ${MODULES}` } }]
      : [];
  const config =
    g.config === renderConfig(wanted)
      ? []
      : [write(node, wanted.config, renderConfig(wanted), `write ${wanted.config}`)];
  const enable = g.enabled
    ? []
    : [
        {
          node,
          reason: "start sbd with Corosync",
          command: { script: sh`systemctl daemon-reload; systemctl enable --quiet sbd` },
        },
      ];
  return [...load, ...gone, ...config, ...enable];
}

/** @throws Error where it cannot be done, before anything is touched: sbd takes its settings when Corosync starts, and a reset of a node that serves is no way to set them */
export function plan(wanted: WatchdogSpec, seen: WatchdogSeen): Plan {
  const nodes = Object.entries(seen).map(([node, { guard }]) => ({ node, guard, steps: due(node, wanted, guard) }));
  const refused = nodes.flatMap(({ node, guard: g, steps }) => [
    ...(g.installed ? [] : [`${node} lacks sbd: install the package`]),
    ...(!g.device && wanted.module === undefined
      ? [
          `${node} has no ${wanted.device}: name the module that makes it (fencing.sbd.module: softdog where there is no real one)`,
        ]
      : []),
    ...(g.cluster && steps.length > 0
      ? [
          `${node} runs Corosync, and sbd starts and stops with it alone: stop the cluster on both nodes (make service-stop, then systemctl stop corosync on each), repeat`,
        ]
      : []),
  ]);
  if (refused.length > 0) throw new Error(`Watchdog: ${refused.join("; ")}. Nothing was touched`);
  return planOf([nodes.flatMap((n) => n.steps)], "the watchdog guards both nodes");
}

/** After the cluster has gone. A module stays loaded until the next boot: whoever else opened the watchdog may need it. */
export function remove(spec: WatchdogSpec, seen: WatchdogSeen): Plan {
  return planOf(
    [
      Object.entries(seen)
        .filter(([, { guard: g }]) => g.enabled || g.modules !== undefined)
        .map(([node]) => ({
          node,
          reason: "start no sbd any more",
          command: {
            script: sh`systemctl disable --quiet sbd 2>/dev/null || true
rm -f ${MODULES}
sed -i '1{/Managed by qvd-ha/d}' ${spec.config} 2>/dev/null || true`,
          },
        })),
    ],
    "no sbd starts",
  );
}
