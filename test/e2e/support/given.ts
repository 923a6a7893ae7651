import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Connection } from "@qvd-ha/providers/dist/remote";
import { dump, load } from "js-yaml";
import { labDefaults } from "../../../lab/describe";
import type { LabDescription } from "../../../lab/describe";
import { devKeys, prefixed } from "./changed";
import type { Outputs, Result } from "./stack";
import { inLab, must, ROOT, sh, untilHealthy } from "./stack";

type Keys = Record<string, unknown>;

/** What the stack `dev` says together with its lab, as keys without their prefix: for a stack that is another one in some of them. */
export async function devSettings(): Promise<Keys & { nodes: Keys[]; hypervisors: Keys[] }> {
  const lab = JSON.parse(await must("lab/lab describe")) as LabDescription;
  const own = Object.entries(devKeys()).filter(([k]) => k.startsWith("qvd-ha:") && k !== "qvd-ha:lab");
  const said = Object.fromEntries(own.map(([k, v]) => [k.replace("qvd-ha:", ""), v]));
  return { ...labDefaults(lab), ...said } as Keys & { nodes: Keys[]; hypervisors: Keys[] };
}

/** The same for machines that the program does not make: these, with their host keys. */
export async function existingSettings(machines: Readonly<Record<string, Connection>>): Promise<Keys> {
  const { machine: _machine, ...dev } = await devSettings();
  return {
    ...dev,
    platform: "existing",
    nodes: dev.nodes.map((n) => ({ ...n, ssh: { hostKey: machines[String(n.name)]?.hostKey } })),
    hypervisors: dev.hypervisors.map(({ libvirtUri: _uri, ...h }) => h),
  };
}

/** As a stack's file has it. */
export const stackText = (settings: Keys): string => dump({ config: prefixed(settings) });

/** A stack of a chapter's own, whose machines the lab's `up` knows nothing of; it is deployed from inside the lab. */
export class GivenStack {
  readonly file: string;
  constructor(readonly name: string) {
    this.file = join(ROOT, `Pulumi.${name}.yaml`);
  }

  readonly pulumi = (args: string): string => inLab(`pulumi ${args} --stack ${this.name} --non-interactive`);

  /** Without a state, with that file and these secrets, each from a file of its own. */
  async create(text: string, secrets: Readonly<Record<string, string>>): Promise<void> {
    await sh(this.pulumi("stack rm --yes --force"));
    writeFileSync(this.file, text);
    await must(`. ./env.sh && pulumi stack init ${this.name} --non-interactive`);
    for (const [name, from] of Object.entries(secrets))
      await must(`. ./env.sh && pulumi config set --stack ${this.name} --secret ${name} <${from}`);
  }

  /** With that file from now on; what Pulumi and the secrets have written into it stays. */
  configure(text: string): void {
    const had = load(readFileSync(this.file, "utf8")) as { encryptionsalt?: string; config: Keys };
    const { config } = load(text) as { config: Keys };
    const secrets = Object.entries(had.config).filter(([, v]) => typeof v === "object" && v !== null && "secure" in v);
    writeFileSync(this.file, dump({ ...had, config: { ...config, ...Object.fromEntries(secrets) } }));
  }

  up(): Promise<string> {
    return must(this.pulumi("up --yes --skip-preview"));
  }

  /** A verb of the Makefile, for this stack, where its machines can be reached. */
  verb(command: string): Promise<Result> {
    return sh(`. ./env.sh && STACK=${this.name} lab/lab exec -- tools/verbs/${command}`);
  }

  async mustVerb(command: string): Promise<string> {
    const { code, output } = await this.verb(command);
    if (code !== 0) throw new Error(`${command} ended with ${code}:\n${output.slice(-4000)}`);
    return output;
  }

  /** Until status finds nothing that speaks against it. */
  async healthy(minutes: number): Promise<void> {
    await untilHealthy(() => this.verb("status"), minutes);
  }

  async outputs(): Promise<Outputs> {
    const shown = await must(`. ./env.sh && pulumi stack output --json --show-secrets --stack ${this.name}`, {
      unlogged: true,
    });
    return JSON.parse(shown) as Outputs;
  }

  /** SQL by the database address, as QVD's own role. */
  sql(text: string): Promise<string> {
    return this.mustVerb(`psql -Atqc "${text}"`);
  }

  /** The stack's memory and its file; nothing is destroyed. */
  async forget(): Promise<void> {
    await sh(this.pulumi("stack rm --yes --force"));
    rmSync(this.file, { force: true });
  }
}
