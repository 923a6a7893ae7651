import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dump, load } from "js-yaml";
import { must, ROOT } from "./stack";

type Keys = Record<string, unknown>;

/** The configuration file of the stack dev. */
export const DEV = join(ROOT, "Pulumi.dev.yaml");
const dev = (): { config: Keys } & Keys => load(readFileSync(DEV, "utf8")) as { config: Keys } & Keys;
/** What stands in it. */
export const devKeys = (): Keys => dev().config;

/** Settings as a stack's file names them. */
export const prefixed = (settings: Keys): Keys =>
  Object.fromEntries(Object.entries(settings).map(([k, v]) => [`qvd-ha:${k}`, v]));

/** Another configuration of the stack dev, in a file of its own: that one's keys, and others in their place or beside them. */
export class Changed {
  readonly file: string;

  constructor(name: string) {
    this.file = join(ROOT, `.state/e2e/Pulumi.${name}.yaml`);
  }

  /**
   * @param keys without their namespace
   * @param secrets by name, each from a file; nothing of it comes to an argument
   */
  async write(keys: Keys, secrets: Readonly<Record<string, string>> = {}): Promise<void> {
    const whole = dev();
    writeFileSync(this.file, dump({ ...whole, config: { ...whole.config, ...prefixed(keys) } }));
    for (const [name, from] of Object.entries(secrets))
      await must(`. ./env.sh && pulumi config set --secret --stack dev --config-file ${this.file} ${name} <${from}`);
  }
}
