import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fenceAgents, surroundings } from "../../../drills/report/surroundings";
import type { Deployment } from "../../../tools/status/deployment";

// Proves what a report says of where it came from. The nodes' answers are stand-ins; how fence agents are found is tried with this machine's bash.
let answers: Record<string, string | Error>;
jest.mock("@qvd-ha/providers/dist/remote", () => ({
  ...jest.requireActual<object>("@qvd-ha/providers/dist/remote"),
  run: async ({ host }: { host: string }) => {
    const a = answers[host];
    if (a === undefined || a instanceof Error) throw a ?? new Error("no such host");
    return [{ code: 0, stdout: a, stderr: "" }];
  },
}));

const deployment = {
  profile: "fast",
  nodes: ["a", "b"],
  connections: { a: { host: "a" }, b: { host: "b" } },
} as unknown as Deployment;

describe("where a drill ran", () => {
  it("is what the nodes tell, the profile, and whether the data was read", async () => {
    answers = { a: "system=Debian 12\nPacemaker=\n", b: "system=Debian 12\nPostgreSQL=15.1\nfence agents=fence_virsh" };
    const { versions, machine } = await surroundings(deployment, true);
    expect(versions).toMatchObject({ system: "Debian 12", PostgreSQL: "15.1", "fence agents": "fence_virsh" });
    expect(versions).not.toHaveProperty("Pacemaker");
    expect(machine).toMatchObject({ kind: "real cluster", profile: "fast", "data read afterwards": "yes" });
  });

  it("leaves out what cannot be found out", async () => {
    answers = { a: "system=Debian 12", b: new Error("no route") };
    const { profile: _, ...older } = deployment;
    const { versions, machine } = await surroundings(older as Deployment, false);
    expect(versions["system"]).toBe("Debian 12");
    expect(machine).not.toHaveProperty("profile");
    expect(machine["data read afterwards"]).toBe("no (--no-verify)");
  });
});

describe("the fence agents", () => {
  const found = (cib: string): string => {
    const file = join(mkdtempSync(join(tmpdir(), "cib-")), "cib.xml");
    writeFileSync(file, cib);
    return execFileSync("bash", ["-c", fenceAgents(file).text], { encoding: "utf8" }).trim();
  };

  it("are those of the fence devices, each once, and of no other resource", () => {
    expect(
      found(`<primitive id="p_fence_a" class="stonith" type="fence_virsh"/>
<primitive class="stonith" id="p_fence_b" type="fence_virsh"/>
<primitive id="p_board_a" type="fence_ipmilan" class="stonith"/>
<primitive id="p_ip" class="ocf" provider="heartbeat" type="IPaddr2"/>`),
    ).toBe("fence_ipmilan,fence_virsh");
    expect(found("<cib/>")).toBe("");
  });
});
