import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "..", "..", "..");

export interface Preview {
  readonly status: number | null;
  readonly text: string;
}

/** A stack of its own, with its own backend, in a directory below the checkout; nothing is deployed. */
export class Stack {
  readonly dir: string;

  /** @param program a directory to copy, or text of a Pulumi.yaml */
  constructor(program: { copy: string } | { project: string }) {
    mkdirSync(join(ROOT, ".state"), { recursive: true });
    this.dir = mkdtempSync(join(ROOT, ".state", "policies-"));
    if ("copy" in program) cpSync(program.copy, this.dir, { recursive: true });
    else writeFileSync(join(this.dir, "Pulumi.yaml"), program.project);
    mkdirSync(join(this.dir, "backend"));
    this.pulumi(["stack", "init", "test", "--non-interactive"]);
  }

  configure(config: unknown, secrets: Readonly<Record<string, string>>): void {
    writeFileSync(join(this.dir, "Pulumi.test.yaml"), JSON.stringify({ config }));
    for (const [key, value] of Object.entries(secrets))
      this.pulumi(["config", "set", "--secret", key, "--stack", "test"], {}, value);
  }

  /** As if it had been deployed with these outputs, of the stack and nothing else. */
  deployed(outputs: Readonly<Record<string, unknown>>): void {
    const type = "pulumi:pulumi:Stack";
    const resource = { urn: `urn:pulumi:test::qvd-ha::${type}::qvd-ha-test`, type, custom: false, outputs };
    const file = join(this.dir, "deployed.json");
    writeFileSync(file, JSON.stringify({ version: 3, deployment: { manifest: {}, resources: [resource] } }));
    this.pulumi(["stack", "import", "--stack", "test", "--file", file]);
  }

  /** `pulumi preview` with the pack, as `make preview` calls it. */
  preview(policyConfig: unknown, env: Readonly<Record<string, string>> = {}): Preview {
    const file = join(this.dir, "policies.json");
    writeFileSync(file, JSON.stringify(policyConfig));
    const pack = ["--policy-pack", join(ROOT, "policies"), "--policy-pack-config", file];
    return this.run(["preview", "--stack", "test", "--non-interactive", "--color", "never", ...pack], env);
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }

  private pulumi(args: readonly string[], env = {}, input = ""): void {
    const { status, text } = this.run(args, env, input);
    if (status !== 0) throw new Error(`pulumi ${args[0]} ${args[1]}: ${text}`);
  }

  private run(args: readonly string[], env: Readonly<Record<string, string>>, input = ""): Preview {
    const script = `. ${ROOT}/env.sh && unset PULUMI_CONFIG_PASSPHRASE_FILE && exec pulumi "$@"`;
    const own = { PULUMI_BACKEND_URL: `file://${this.dir}/backend`, PULUMI_CONFIG_PASSPHRASE: "test" };
    const { status, stdout, stderr } = spawnSync("bash", ["-c", script, "pulumi", ...args], {
      cwd: this.dir,
      env: { ...process.env, ...own, ...env },
      input,
      encoding: "utf8",
      timeout: 150_000,
      killSignal: "SIGKILL",
    });
    return { status, text: `${stdout}${stderr}` };
  }
}
