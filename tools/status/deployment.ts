import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { connectionSchema } from "@qvd-ha/providers/dist/remote";
import { z } from "zod";

const hypervisorSchema = z.object({
  /** How to log in to it; absent where only the operator may. */
  connection: connectionSchema.optional(),
  /** Domain names by node name. */
  domains: z.record(z.string(), z.string()),
});

/** What the stack's outputs say of the deployed cluster: all that the status and the drills know of it. */
const deploymentSchema = z.object({
  address: z.string(),
  port: z.number().default(5432),
  database: z.string(),
  user: z.string(),
  password: z.string(),
  nodes: z.array(z.string()).length(2),
  drbdResource: z.string().default("postgres"),
  /** The node that served when the stack was last updated; it may be the other one by now. */
  activeNode: z.string().optional(),
  /** Absent in the outputs of a stack that was last updated by an older program. */
  profile: z.string().optional(),
  worstCaseFailoverSeconds: z.number().optional(),
  bound: z
    .object({ terms: z.array(z.object({ what: z.string(), seconds: z.number() })), total: z.number() })
    .optional(),
  connections: z.record(z.string(), connectionSchema),
  hypervisors: z.record(z.string(), hypervisorSchema).optional(),
  /** Only where the guests run in the embedded lab. */
  lab: z.object({ libvirtUri: z.string() }).optional(),
});

export type Deployment = z.output<typeof deploymentSchema>;

/** The stack has no usable outputs; the message says what to do. */
export class NotDeployed extends Error {
  override name = "NotDeployed";
}

/** Checks the outputs. The values themselves never appear in the error: some are secrets. @throws NotDeployed */
export function parseDeployment(outputs: unknown): Deployment {
  const parsed = deploymentSchema.safeParse(outputs);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((i) => `${i.path.join(".") || "outputs"}: ${i.message}`);
    throw new NotDeployed(
      `the stack's outputs are not those of a deployed database (run pulumi up): ${wrong.join("; ")}`,
    );
  }
  const missing = parsed.data.nodes.filter((n) => !parsed.data.connections[n]);
  if (missing.length > 0) throw new NotDeployed(`the stack's outputs have no connection to ${missing.join(" and ")}`);
  return parsed.data;
}

async function stackOutputs(): Promise<string> {
  try {
    const done = await promisify(execFile)("pulumi", ["stack", "output", "--json", "--show-secrets"], {
      maxBuffer: 16 * 1024 * 1024,
    });
    return done.stdout;
  } catch (e) {
    const stderr = (e as { stderr?: string }).stderr?.trim();
    throw new NotDeployed(`pulumi stack output failed: ${stderr || (e as Error).message}`);
  }
}

/** The deployment as the selected stack has it, or as a file of its outputs does. @throws NotDeployed */
export async function loadDeployment(outputsFile?: string): Promise<Deployment> {
  const text = outputsFile === undefined ? await stackOutputs() : readFileSync(outputsFile, "utf8");
  let outputs: unknown;
  try {
    outputs = JSON.parse(text);
  } catch {
    throw new NotDeployed(`${outputsFile ?? "pulumi stack output"} gives no JSON`);
  }
  return parseDeployment(outputs);
}

/** The connection of a node of the deployment. */
export function connectionOf(d: Deployment, node: string): Deployment["connections"][string] {
  const c = d.connections[node];
  if (!c) throw new NotDeployed(`the stack's outputs have no connection to ${node}`);
  return c;
}
