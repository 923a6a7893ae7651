import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Connection } from "@qvd-ha/providers/dist/remote";
import { must } from "./stack";

/** Guests that `lab/baseline/guests` made, with virsh alone, and how a person reaches them. */
export interface Guests {
  /** Private keys (id_ed25519 for the guests, aries_ed25519 for the hypervisor) and known_hosts. */
  readonly directory: string;
  readonly connections: Record<string, Connection>;
  /** Public host key of the hypervisor. */
  readonly aries: string;
}

/** Of the lab, whether it is up or not. */
export async function stateDirectory(): Promise<string> {
  const { stateDirectory: directory } = JSON.parse(await must("lab/lab describe")) as { stateDirectory: string };
  return directory;
}

const ADDRESSES: Readonly<Record<string, string>> = {
  qvddb1: "172.20.64.91",
  qvddb2: "172.20.64.92",
  arbiter: "172.20.64.93",
};

/** The guests whose host keys are known in a directory, as a person would find them. */
export function guestsIn(directory: string, names: readonly string[] = ["qvddb1", "qvddb2"]): Guests {
  const lines = readFileSync(join(directory, "known_hosts"), "utf8").split("\n");
  const key = (host: string): string => {
    const [, type, blob] = lines.find((l) => l.startsWith(`${host} `))?.split(" ") ?? [];
    return `${type} ${blob}`;
  };
  const privateKey = readFileSync(join(directory, "id_ed25519"), "utf8");
  const reach = (name: string): Connection => {
    const host = ADDRESSES[name] as string;
    return { host, port: 22, user: "root", hostKey: key(host), privateKey };
  };
  return {
    directory,
    connections: Object.fromEntries(names.map((n) => [n, reach(n)])),
    aries: key("172.20.64.1"),
  };
}
