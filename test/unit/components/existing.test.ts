import * as pulumi from "@pulumi/pulumi";
import type { SettingsInput } from "../../../components/config";
import valid from "../config/valid.json";
import type { Registered } from "./graph";
import { register } from "./graph";

// Proves what the program asks the engine for on machines that exist already. Nothing is deployed: test/e2e does that, on libvirt.

/** The mark by which the engine knows a secret on the wire. */
const SECRET = "4dabf18193072939515e22adb298388d";

const plainTexts = (value: unknown): string[] => {
  if (typeof value === "string") return [value];
  if (value === null || typeof value !== "object") return [];
  if (SECRET in value) return [];
  return Object.values(value).flatMap(plainTexts);
};

describe("the database on existing machines", () => {
  let made: Registered[];
  const of = (type: string): Registered[] => made.filter((r) => r.type === `pulumi-nodejs:dynamic/${type}`);

  beforeAll(async () => {
    made = await register(
      { ...(valid as SettingsInput), mail: { to: "root" } },
      {
        sshPrivateKey: pulumi.secret("given-ssh-key"),
        hypervisorPrivateKey: pulumi.secret("given-hypervisor-key"),
        databasePassword: pulumi.secret("given-database-password"),
      },
    );
  }, 60_000);

  it("makes no machine", () => {
    expect(made.filter((r) => r.type.startsWith("libvirt:"))).toEqual([]);
    expect(of("node:Preparation").map((r) => r.name)).toEqual(["qvddb1-prepared", "qvddb2-prepared"]);
  });

  it("brings a mail program where the cluster reports by mail", () => {
    for (const node of of("node:Preparation")) expect(node.inputs.packages).toContain("bsd-mailx");
  });

  it("reaches them with the given host keys", () => {
    const text = JSON.stringify(of("drbd:Replication")[0]?.inputs);
    expect(text).toContain("ssh-ed25519 AAAA1");
    expect(text).toContain("ssh-ed25519 AAAA2");
  });

  it("sends every secret as a secret", () => {
    const texts = made.flatMap((r) => plainTexts(r.inputs).map((t) => `${r.name}: ${t}`));
    expect(texts.length).toBeGreaterThan(100);
    for (const secret of [
      "given-ssh-key",
      "given-hypervisor-key",
      "given-database-password",
      "made-private-key",
      "made-password",
      Buffer.from("made-password").toString("base64"),
    ])
      expect(texts.filter((t) => t.includes(secret))).toEqual([]);
  });

  it("makes no random bytes, whose id in the state is their value in plain text", () => {
    expect(made.filter((r) => r.type.includes("RandomBytes"))).toEqual([]);
    expect(made.filter((r) => r.type.includes("RandomPassword")).length).toBeGreaterThanOrEqual(2);
  });

  it("commits the HOWTO's elements in one document, mail in the database's group", () => {
    const [configuration, ...more] = of("pacemaker:Configuration");
    expect(more).toEqual([]);
    const elements = configuration?.inputs.elements as Record<string, { members?: string[] }>;
    expect(Object.keys(elements).sort()).toEqual(
      [
        "p_fence_qvddb1",
        "p_fence_qvddb2",
        "l_fence_qvddb1",
        "l_fence_qvddb2",
        "p_ping",
        "c_ping",
        "p_mailto",
        "p_drbd_postgres",
        "p_fs_postgres",
        "p_ip_postgres",
        "p_postgres",
        "g_postgres",
        "ms_drbd_postgres",
        "l_drbd_master_on_ping",
        "o_postgres_on_drbd",
        "o_drbd_before_postgres",
      ].sort(),
    );
    expect(elements.g_postgres?.members).toEqual(["p_fs_postgres", "p_ip_postgres", "p_postgres", "p_mailto"]);
  });

  it("awaits every primitive", () => {
    expect(
      of("pacemaker:Started")
        .map((r) => r.name)
        .sort(),
    ).toEqual(
      [
        "p_drbd_postgres",
        "p_fence_qvddb1",
        "p_fence_qvddb2",
        "p_fs_postgres",
        "p_ip_postgres",
        "p_mailto",
        "p_ping",
        "p_postgres",
      ].map((p) => `${p}-started`),
    );
  });
});
