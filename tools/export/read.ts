import { read } from "@qvd-ha/providers/dist/driver";
import type { AnyKind } from "@qvd-ha/providers/dist/kind";
import { defaultSettings } from "@qvd-ha/providers/dist/postgres/settings";
import type { Connection } from "@qvd-ha/providers/dist/remote";
import type { DatabaseFound, NodeFound } from "./facts";
import { databaseFacts, facts } from "./facts";
import type { Found } from "./settings";
import { configurationOf, databaseAt, NotFound } from "./settings";

const kind = (name: string, of: object): AnyKind => ({ name, id: () => name, facts: () => of }) as unknown as AnyKind;

/** Everything of a cluster that an export needs; changes nothing. @throws NotFound, ConnectionError */
export async function readCluster(connections: Readonly<Record<string, Connection>>): Promise<Found> {
  const seen = (await read(kind("export", facts), { connections })) as unknown as Record<string, NodeFound>;
  for (const [name, { machine }] of Object.entries(seen))
    if (machine.hostName !== name)
      throw new NotFound(`${connections[name]?.host} calls itself ${machine.hostName}, not ${name}`);
  const ids = (name: string): number => {
    const conf = seen[name]?.corosync ?? "";
    const own = conf.split(/node\s*\{/).find((part) => new RegExp(`^\\s*name:\\s*${name}\\s*$`, "m").test(part));
    return Number(/nodeid:\s*(\d+)/.exec(own ?? "")?.[1] ?? 0);
  };
  const names = Object.keys(seen).sort((a, b) => ids(a) - ids(b));
  const nodes = Object.fromEntries(names.map((n) => [n, seen[n] as NodeFound]));
  const os = Object.values(nodes)[0]?.machine.os;
  const at = {
    ...databaseAt(configurationOf(nodes), os),
    settings: Object.keys(defaultSettings({ port: 5432, authentication: "scram-sha-256" })),
  };
  const databases = (await read(kind("export", databaseFacts(at)), { connections })) as unknown as Record<
    string,
    DatabaseFound
  >;
  const database = Object.values(databases).find((d) => d.serves && d.database);
  return { nodes, connections, ...(database ? { database } : {}) };
}
