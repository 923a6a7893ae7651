import { spawn } from "node:child_process";
import { join } from "node:path";

/** A Vega-Lite specification; Vega itself judges it. */
export type Spec = Readonly<Record<string, unknown>>;

/** Draws pictures, without a browser. @throws Error with Vega's words */
export async function draw(specs: readonly Spec[]): Promise<string[]> {
  if (specs.length === 0) return [];
  const child = spawn(process.execPath, [join(__dirname, "vega.mjs")], { stdio: ["pipe", "pipe", "pipe"] });
  const out: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on("data", (b: Buffer) => out.push(b));
  child.stderr.on("data", (b: Buffer) => errors.push(b));
  child.stdin.end(JSON.stringify(specs));
  const code = await new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
  if (code !== 0) throw new Error(`the pictures cannot be drawn: ${Buffer.concat(errors).toString().trim()}`);
  return JSON.parse(Buffer.concat(out).toString("utf8")) as string[];
}
