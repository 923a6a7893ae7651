import { Secret, sh } from "../../remote";
import { keyText } from "../../ssh/keyText";
import type { Plan, Step } from "../../step";
import { plan as planOf } from "../../step";
import type { ClientSeen } from "./read";
import { PATHS, renderConfig, renderKnownHosts } from "./render";
import type { FenceClientSpec } from "./spec";

const write = (node: string, reason: string, path: string, mode: string, content: string | Secret): Step => ({
  node,
  reason,
  command: {
    script: sh`f=${path}; mkdir -p "$(dirname "$f")"; umask 077; cat >"$f.new"; chmod ${mode} "$f.new"; mv "$f.new" "$f"`,
    stdin: content,
  },
});

export function plan(wanted: FenceClientSpec, seen: ClientSeen): Plan {
  const knownHosts = renderKnownHosts(wanted.hypervisors);
  const config = renderConfig(wanted);
  // The key last: with it but without the other two, an agent could meet a stranger and say yes.
  const perNode = Object.entries(seen).flatMap(([node, s]) => [
    ...(s.knownHosts === knownHosts
      ? []
      : [write(node, "know the hypervisors' host keys", PATHS.knownHosts, "644", knownHosts)]),
    ...(s.config === config ? [] : [write(node, "accept no other host key when fencing", PATHS.config, "644", config)]),
    ...(s.key === "same"
      ? []
      : [write(node, "install the fencing key", wanted.keyPath, "600", new Secret(keyText(wanted.privateKey)))]),
  ]);
  return planOf([perNode], "the fencing key and the hypervisors' host keys are there");
}

export function remove(spec: FenceClientSpec, seen: ClientSeen): Plan {
  const paths = [spec.keyPath, PATHS.config, PATHS.knownHosts];
  return planOf(
    [
      Object.entries(seen)
        .filter(([, s]) => s.key !== "absent" || s.config !== undefined || s.knownHosts !== undefined)
        .map(([node]) => ({
          node,
          reason: "remove the fencing key and what belongs to it",
          command: { script: sh`rm -f ${paths}; rmdir --ignore-fail-on-non-empty /etc/qvd-ha 2>/dev/null || true` },
        })),
    ],
    "no fencing key is there",
  );
}
