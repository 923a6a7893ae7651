import { Secret, sh } from "../../remote";
import type { Plan, Step } from "../../step";
import { plan as planOf } from "../../step";
import type { SecretSeen } from "./read";
import type { SecretFile } from "./render";
import { filesOf } from "./render";
import type { FenceSecretSpec } from "./spec";

const write = (node: string, { path, mode, content, what }: SecretFile): Step => ({
  node,
  reason: `install ${what}`,
  command: {
    script: sh`umask 077
f=${path}
mkdir -p -m 755 "$(dirname "$f")"
base64 -d >"$f.new"
chmod ${mode} "$f.new"
chown 0:0 "$f.new"
mv -f "$f.new" "$f"`,
    stdin: new Secret(content.toString("base64")),
  },
});

export function plan(wanted: FenceSecretSpec, seen: SecretSeen): Plan {
  const due = Object.entries(seen).flatMap(([node, { states }]) =>
    filesOf(wanted)
      .filter((_, i) => states[i] !== "same")
      .map((f) => write(node, f)),
  );
  return planOf([due], "the fence agent's secret is there");
}

export function remove(spec: FenceSecretSpec, seen: SecretSeen): Plan {
  const paths = filesOf(spec).map((f) => f.path);
  return planOf(
    [
      Object.entries(seen)
        .filter(([, { states }]) => states.some((s) => s !== "absent"))
        .map(([node]) => ({
          node,
          reason: `remove ${filesOf(spec)
            .map((f) => f.what)
            .join(" and ")}`,
          command: { script: sh`rm -f ${paths}; rmdir --ignore-fail-on-non-empty /etc/qvd-ha 2>/dev/null || true` },
        })),
    ],
    "no secret of the fence agent is there",
  );
}
