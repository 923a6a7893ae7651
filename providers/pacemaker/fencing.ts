import { milliseconds } from "./duration";
import type { Element } from "./spec";

/** The nodes that a fence device can fence, as far as its parameters tell; `any` where the agent itself is asked. */
export function covers(device: Element): readonly string[] | "any" {
  if (device.kind !== "primitive") return [];
  const p = device.params;
  if (p["pcmk_host_check"] === "none") return "any";
  const map = p["pcmk_host_map"];
  // node:plug pairs; several plugs of one node are joined by commas.
  const mapped = map?.split(/[;\s]+/).flatMap((pair) => /^([^:=]+)[:=]/.exec(pair.trim())?.[1] ?? []) ?? [];
  // external/libvirt writes node:domain where the two differ.
  const listed = p["pcmk_host_list"] ?? p["hostlist"]?.replace(/:[^\s,;]*/g, "");
  const all = [...new Set([...mapped, ...(listed?.split(/[\s,;]+/).filter(Boolean) ?? [])])];
  return all.length > 0 ? all : "any";
}

/** Seconds after which a node without quorum counts as reset by its own watchdog; 0 where the cluster does not count on one. */
export function watchdogSeconds(properties: Readonly<Record<string, string>>): number {
  const ms = milliseconds(properties["stonith-watchdog-timeout"] ?? "0");
  return ms === undefined ? 0 : Math.max(0, ms / 1000);
}
