import type { Fact, Seen } from "../../fact";
import { overlay } from "../../overlay";
import { sh } from "../../remote";
import { MODULES, parseConfig, parseModules } from "./render";
import type { WatchdogSpec } from "./spec";

export interface Guard {
  readonly installed: boolean;
  /** The watchdog is there. */
  readonly device: boolean;
  readonly enabled: boolean;
  readonly active: boolean;
  /** Corosync runs, so that sbd can be neither started nor stopped alone. */
  readonly cluster: boolean;
  readonly config?: string;
  readonly modules?: string;
}

const text = (base64: string | undefined): string | undefined =>
  base64 === undefined ? undefined : Buffer.from(base64, "base64").toString("utf8");

function parse(stdout: string): Guard {
  const said = stdout.split("\n").map((l) => l.split(" "));
  const has = (word: string): boolean => said.some(([w]) => w === word);
  const of = (word: string): string | undefined => said.find(([w]) => w === word)?.[1];
  const config = text(of("config"));
  const modules = text(of("modules"));
  return {
    installed: has("installed"),
    device: has("device"),
    enabled: has("enabled"),
    active: has("active"),
    cluster: has("cluster"),
    ...(config === undefined ? {} : { config }),
    ...(modules === undefined ? {} : { modules }),
  };
}

export const facts = (spec: WatchdogSpec): { guard: Fact<Guard> } => ({
  guard: {
    command: {
      script: sh`if command -v sbd >/dev/null; then echo installed; fi
if [ -c ${spec.device} ]; then echo device; fi
if systemctl -q is-enabled sbd 2>/dev/null; then echo enabled; fi
if systemctl -q is-active sbd; then echo active; fi
if systemctl -q is-active corosync; then echo cluster; fi
if [ -f ${spec.config} ]; then echo "config $(base64 -w0 ${spec.config})"; fi
if [ -f ${MODULES} ]; then echo "modules $(base64 -w0 ${MODULES})"; fi`,
    },
    parse: ({ stdout }) => parse(stdout),
  },
});

export type WatchdogSeen = Readonly<Record<string, Seen<ReturnType<typeof facts>>>>;

/** Ours is there where sbd is meant to start; what it would start with is read from its file. */
export function live(known: WatchdogSpec, seen: WatchdogSeen): WatchdogSpec | undefined {
  const all = Object.values(seen).map((s) => s.guard);
  if (all.every((g) => !g.enabled && g.modules === undefined)) return undefined;
  return overlay(
    known,
    all.map((g) => {
      const { module: _module, ...rest } = known;
      const module = parseModules(g.modules ?? "");
      return { ...rest, ...parseConfig(g.config ?? ""), ...(module === undefined ? {} : { module }) };
    }),
  );
}
