import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Answer, Connection } from "@qvd-ha/providers/dist/remote";

export const ROOT = join(__dirname, "..", "..", "..");
const STATE = join(ROOT, ".state", "e2e");
/** With QVD_HA_E2E_RUNNING, the tests are about the stack that the given environment names (QVD_HA_INSTANCE, PULUMI_BACKEND_URL), which is up. */
const given = process.env.QVD_HA_E2E_RUNNING ? process.env : undefined;
export const BACKEND = given?.PULUMI_BACKEND_URL?.replace("file://", "") ?? join(STATE, "backend");
export const LOG = join(ROOT, ".state", "test", "e2e.log");

/** A lab and a state of its own, beside whatever a person has running from this checkout. */
export const environment: NodeJS.ProcessEnv = {
  ...process.env,
  QVD_HA_INSTANCE: given?.QVD_HA_INSTANCE ?? `e2e-${createHash("sha256").update(ROOT).digest("hex").slice(0, 6)}`,
  PULUMI_BACKEND_URL: `file://${BACKEND}`,
};

mkdirSync(BACKEND, { recursive: true });
mkdirSync(join(ROOT, ".state", "test"), { recursive: true });

const DEPLOYED = join(STATE, "deployed");

/** Said once the stack is up, and when it is no more: what comes between is about it. */
export const deployed = (): void => writeFileSync(DEPLOYED, "");
export const undeployed = (): void => rmSync(DEPLOYED, { force: true });

/** Ends a test at once that has no cluster to be about. @throws Error where deployment.test.ts has not brought it up */
export function standing(): void {
  if (!given && !existsSync(DEPLOYED)) throw new Error("the stack is not up: deployment.test.ts did not get that far");
}

export interface Result {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a command to its end, or kills its whole process group after `killAfter` milliseconds; what it prints goes to the log, too. */
export function sh(
  command: string,
  options: { killAfter?: number; input?: string; unlogged?: boolean } = {},
): Promise<Result> {
  appendFileSync(LOG, `\n$ ${command}\n`);
  return new Promise((resolve, reject) => {
    const child = spawn("bash", ["-c", command], { cwd: ROOT, env: environment, detached: true });
    let output = "";
    const take = (d: Buffer): void => {
      output += d.toString();
      if (!options.unlogged) appendFileSync(LOG, d);
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    // A command may end without having read it.
    child.stdin.on("error", () => undefined).end(options.input ?? "");
    const timer =
      options.killAfter === undefined
        ? undefined
        : setTimeout(() => process.kill(-(child.pid as number), "SIGKILL"), options.killAfter);
    child.once("error", reject).once("close", (code) => {
      clearTimeout(timer);
      resolve({ code, output });
    });
  });
}

/** The end of an output, without the lines that only say that it goes on. */
const endOf = (output: string): string =>
  output
    .split("\n")
    .filter((l) => l.trim() !== "" && !/^@ \w+\.*$/.test(l.trim()))
    .join("\n")
    .slice(-4000);

/** A command that must succeed; its output. */
export async function must(command: string, options: { input?: string; unlogged?: boolean } = {}): Promise<string> {
  const { code, output } = await sh(command, options);
  if (code === 0) return output;
  const lab = await sh("QVD_HA_CONSOLE_LINES=8 lab/lab status");
  throw new Error(`${command} ended with ${code}. The lab:\n${lab.output}\n${endOf(output)}`);
}

/** Until a status finds nothing that speaks against the cluster. */
export async function untilHealthy(status: () => Promise<Result>, minutes: number): Promise<void> {
  for (const end = Date.now() + minutes * 60_000; Date.now() < end; await new Promise((r) => setTimeout(r, 5_000)))
    if ((await status()).code === 0) return;
  throw new Error(`not healthy after ${minutes} min`);
}

/** For what prints secrets because it was asked to: the log is searched for them later. */
const SECRETLY = { unlogged: true };

/** With the checkout's environment, and where the guests can be reached. */
export const inLab = (command: string): string => `. ./env.sh && lab/lab exec -- ${command}`;
export const pulumi = (args: string): string => inLab(`pulumi ${args} --stack dev --non-interactive`);

export interface Outputs {
  readonly address: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly nodes: string[];
  readonly worstCaseFailoverSeconds: number;
  readonly connections: Record<string, Connection>;
}

export async function outputs(): Promise<Outputs> {
  return JSON.parse(
    await must(`. ./env.sh && pulumi stack output --json --show-secrets --stack dev`, SECRETLY),
  ) as Outputs;
}

/** Every value in the state that is a secret, decrypted, with the names of what holds it. */
export async function secrets(): Promise<Map<string, string>> {
  const state = JSON.parse(await must(`. ./env.sh && pulumi stack export --show-secrets --stack dev`, SECRETLY)) as {
    deployment: { resources: { urn: string; outputs?: Record<string, unknown> }[] };
  };
  const found = new Map<string, string>();
  const SECRET = /^(result|base64|hex|privateKey|password|sharedSecret|authkey)$/;
  const walk = (urn: string, value: unknown, key = ""): void => {
    if (typeof value === "string") {
      if (!SECRET.test(key) || value.length < 12) return;
      // Of a key, a line from between the marks: that is what a log would show. The third: the first two are the same for all keys.
      const text = value.includes("PRIVATE KEY") ? value.split("\n")[3] : value;
      if (!text || text.length < 12) throw new Error(`${urn}: ${key} has a form that cannot be searched for`);
      found.set(text, `${urn.split("::").pop()}.${key}`);
    } else if (value !== null && typeof value === "object") {
      const { plaintext } = value as { plaintext?: unknown };
      if (typeof plaintext === "string") walk(urn, JSON.parse(plaintext), key);
      else for (const [k, v] of Object.entries(value)) walk(urn, v, k);
    }
  };
  for (const r of state.deployment.resources) walk(r.urn, r.outputs);
  return found;
}

/** A script on every node at once, as root. @param timeoutSeconds default 300 */
export async function onNodes(
  connections: Record<string, Connection>,
  script: string,
  stdin?: string,
  timeoutSeconds?: number,
): Promise<Record<string, Answer>> {
  const runner = inLab("node -r ts-node/register/transpile-only test/e2e/support/onNodes.ts");
  const output = await must(runner, { input: JSON.stringify({ connections, script, stdin, timeoutSeconds }) });
  const line = output.split("\n").find((l) => l.startsWith('{"')) as string;
  return JSON.parse(line) as Record<string, Answer>;
}

/** The state as it lies on disk, encrypted as far as it is. */
export const stateText = (): string =>
  [".pulumi/stacks/qvd-ha/dev.json", ".pulumi/stacks/qvd-ha/dev.json.bak"]
    .map((f) => join(BACKEND, f))
    .filter(existsSync)
    .map((f) => readFileSync(f, "utf8"))
    .join("\n");
