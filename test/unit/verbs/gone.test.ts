import { spawnSync } from "node:child_process";
import { join } from "node:path";
import cases from "./gone.json";

// Proves when the verbs take a stack's machines for gone, which throws its state away. The answers of Pulumi, lab and libvirt are made up.

interface Case {
  readonly name: string;
  readonly lab?: string;
  readonly known: readonly string[] | string;
  readonly there: readonly string[] | string;
  readonly says: string;
}

const COMMON = join(__dirname, "..", "..", "..", "tools", "verbs", "common.sh");

const answer = (lines: readonly string[] | string, prefix = ""): string =>
  typeof lines === "string" ? "return 1" : `printf '%s' '${lines.map((l) => `${prefix}${l}\n`).join("")}'`;

const script = (c: Case): string => `
  . ${COMMON}
  in_lab() { ${c.lab === "none" ? "false" : "true"}; }
  lab_is_up() { ${c.lab === "down" ? "false" : "true"}; }
  known_to_state() { ${answer(c.known, "domain ")}; }
  lab_virsh() { ${answer(c.there)}; }
  if machines_gone; then echo gone; else echo there; fi`;

test.each((cases as Case[]).map((c) => [c.name, c] as const))("%s", (_name, c) => {
  const { stdout, stderr } = spawnSync("bash", ["-c", script(c)], { encoding: "utf8" });
  expect(`${stdout}${stderr}`).toContain(c.says);
  if (!["gone", "there"].includes(c.says)) expect(stdout).toBe("");
});
