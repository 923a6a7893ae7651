import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Connection } from "@qvd-ha/providers/dist/remote";
import { closeAll, connectionsSchema } from "@qvd-ha/providers/dist/remote";
import { Command } from "commander";
import type { SecretName } from "../../components/config/secrets";
import { withArbiter } from "./arbiter";
import { complete } from "./complete";
import { hostKey } from "./hosts";
import * as print from "./print";
import { readCluster } from "./read";
import { derive, NotFound } from "./settings";

/** Exit status where the configuration does not say all: `pulumi up` with it would change something. */
const LEFT = 1;

interface Options {
  readonly node: string[];
  readonly key?: string;
  readonly knownHosts: string;
  readonly user: string;
  readonly port: string;
  readonly outputs?: string;
  readonly stack: string;
  readonly secrets?: string;
  readonly showSecrets?: boolean;
  readonly program?: boolean;
  readonly arbiter?: string;
}

/** A host key by ssh's own file, hashed names included. There is no "accept new". */
function knownKey(file: string, host: string, port: number): string {
  const name = port === 22 ? host : `[${host}]:${port}`;
  let found = "";
  try {
    found = execFileSync("ssh-keygen", ["-F", name, "-f", file], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch {
    // Reported below, as any other host that is not in there.
  }
  const lines = found.split("\n").filter((l) => l !== "" && !l.startsWith("#"));
  const plain = lines.map((l) => `${name} ${l.split(" ").slice(1).join(" ")}`).join("\n");
  const key = hostKey(plain, [name])?.key;
  if (!key) throw new NotFound(`${file} has no host key of ${name}: put it there, from the machine itself`);
  return key;
}

function connectionsOf(o: Options): Record<string, Connection> {
  if (o.outputs !== undefined) {
    const { connections } = JSON.parse(readFileSync(o.outputs, "utf8")) as { connections?: unknown };
    const parsed = connectionsSchema.safeParse(connections);
    if (!parsed.success) throw new NotFound(`${o.outputs} has no connections: run pulumi up, or name the nodes`);
    return parsed.data;
  }
  if (o.node.length !== 2) throw new NotFound("name both nodes: --node qvddb1=172.20.64.91 --node qvddb2=172.20.64.92");
  if (o.key === undefined) throw new NotFound("name the private key that logs in to the nodes: --key <file>");
  const privateKey = readFileSync(o.key, "utf8");
  const port = Number(o.port);
  return Object.fromEntries(
    o.node.map((given) => {
      const [name = "", host = name] = given.split("=");
      return [name, { host, port, user: o.user, hostKey: knownKey(o.knownHosts, host, port), privateKey }];
    }),
  );
}

/** Secrets in files that only their owner reads. */
function writeSecrets(directory: string, secrets: Readonly<Partial<Record<SecretName, string>>>) {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  return Object.fromEntries(
    Object.entries(secrets).map(([name, value]) => {
      const file = join(directory, name);
      writeFileSync(file, value, { mode: 0o600 });
      return [name, file];
    }),
  ) as Partial<Record<SecretName, string>>;
}

async function run(o: Options): Promise<void> {
  const connections = connectionsOf(o);
  const privateKey = (Object.values(connections)[0] as Connection).privateKey;
  const { settings, secrets, needs } = derive(
    withArbiter(await readCluster(connections), {
      ...(o.arbiter === undefined ? {} : { named: o.arbiter }),
      ...(o.outputs === undefined ? {} : { outputs: JSON.parse(readFileSync(o.outputs, "utf8")) as object }),
      key: (host) => knownKey(o.knownHosts, host, 22),
    }),
  );
  const all = { ...secrets, sshPrivateKey: privateKey };
  const done = await complete(settings, all);

  process.stdout.write(print.stackConfig(done.settings));
  const wanted: SecretName[] = [
    ...new Set([...(Object.keys(all) as SecretName[]), "databasePassword" as const, ...needs]),
  ];
  if (o.program) process.stdout.write(`---\n${print.program(done.settings, wanted)}`);
  if (o.showSecrets) {
    console.error("\nSecrets:");
    for (const [name, value] of Object.entries(all)) console.error(`${name}: ${value}`);
  }
  const files = o.secrets === undefined ? {} : writeSecrets(o.secrets, all);
  if (o.secrets === undefined && o.key !== undefined) Object.assign(files, { sshPrivateKey: o.key });
  console.error(`\nPut the above into Pulumi.${o.stack}.yaml, and the secrets into the stack:`);
  for (const line of print.instructions(o.stack, files, wanted)) console.error(`  ${line}`);
  if (o.secrets === undefined) console.error("With --secrets <directory>, the values are written to files there.");
  if (done.left.length === 0) {
    console.error("\npulumi up with it has nothing to do on the nodes.");
    return;
  }
  console.error("\nIt does not say all. pulumi up with it would:");
  for (const line of print.leftLines(done.left)) console.error(`  ${line}`);
  process.exitCode = LEFT;
}

new Command("export")
  .description(
    "A live cluster as a stack's configuration; exit status 1 when pulumi up with it would still change something",
  )
  .option(
    "--node <name=host>",
    "a node, by the name that it has in the cluster; twice",
    (v, all: string[]) => [...all, v],
    [],
  )
  .option("--key <file>", "private SSH key that logs in to the nodes")
  .option("--known-hosts <file>", "the nodes' host keys", join(process.env.HOME ?? "/root", ".ssh", "known_hosts"))
  .option("--user <name>", "who logs in", "root")
  .option("--port <number>", "where SSH listens", "22")
  .option("--outputs <file>", "a deployed stack's outputs as JSON, instead of nodes, key and host keys")
  .option("--arbiter <host>", "how this machine reaches the host of the third vote; default: as the nodes do")
  .option("--stack <name>", "name of the stack that is to have it", "adopted")
  .option("--secrets <directory>", "write the secrets there, each into a file that only its owner reads")
  .option("--show-secrets", "print the secrets")
  .option("--program", "also print a program that asks for the same by itself")
  .action(async (options: Options) => {
    try {
      await run(options);
    } finally {
      closeAll();
    }
  })
  .parseAsync()
  .catch((e: Error) => {
    console.error(e.message);
    process.exitCode = 2;
  });
