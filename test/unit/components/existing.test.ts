import * as pulumi from "@pulumi/pulumi";
import type { SettingsInput } from "../../../components/config";
import valid from "../config/valid.json";
import type { Registered } from "./graph";
import { build, register } from "./graph";

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
      { ...(valid as SettingsInput), profile: "howto", mail: { to: "root" } },
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

  it("protects the data that is to be kept, and what serves it, which pulumi destroy would come to first", () => {
    expect(
      made
        .filter((r) => r.protected)
        .map((r) => r.name.replace(/^qvddb-/, ""))
        .sort(),
    ).toEqual(["cluster", "cluster-cib", "drbd-replication", "postgres-data"]);
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

describe("fencing by management boards, then by libvirt, and a third vote", () => {
  let made: Registered[];
  const elements = (): Record<string, Record<string, unknown>> =>
    made.find((r) => r.type.endsWith("dynamic/pacemaker:Configuration"))?.inputs.elements as never;
  const settings = {
    ...(structuredClone(valid) as unknown as SettingsInput),
    fencing: { kind: "ipmi", fallback: ["libvirt"], ipmi: { user: "fence" } },
    timers: { fencing: { off: 30 } },
    quorum: { device: { connection: { host: "172.20.65.10", hostKey: "ssh-ed25519 AAAA4" } } },
  } as SettingsInput;
  settings.nodes = settings.nodes.map((n, i) => ({ ...n, ipmi: { address: `10.9.0.${i + 1}` } }));
  const secrets = {
    sshPrivateKey: pulumi.secret("given-ssh-key"),
    hypervisorPrivateKey: pulumi.secret("given-hypervisor-key"),
    ipmiPassword: pulumi.secret("given-board-password"),
    arbiterPrivateKey: pulumi.secret("given-arbiter-key"),
  };
  let thirdVote: unknown;

  beforeAll(async () => {
    const built = await build(settings, secrets);
    made = built.registered;
    thirdVote = built.database.thirdVote;
  }, 60_000);

  it("tells how the third vote's host is reached, and not by which key", () => {
    expect(thirdVote).toEqual({ host: "172.20.65.10", port: 22, user: "root", hostKey: "ssh-ed25519 AAAA4" });
  });

  it("makes a device of each kind for each node, away from it, and levels in their order", () => {
    const fencing = Object.entries(elements()).filter(([id]) => /fence|^fl_/.test(id));
    expect(Object.fromEntries(fencing.map(([id, e]) => [id, e.agent ?? e.node ?? [e.index, e.devices]]))).toEqual({
      p_fence_qvddb1: "stonith:fence_ipmilan",
      p_fence_qvddb2: "stonith:fence_ipmilan",
      p_fence_qvddb1_libvirt: "stonith:fence_qvd_ha",
      p_fence_qvddb2_libvirt: "stonith:fence_qvd_ha",
      l_fence_qvddb1: "qvddb1",
      l_fence_qvddb2: "qvddb2",
      l_fence_qvddb1_libvirt: "qvddb1",
      l_fence_qvddb2_libvirt: "qvddb2",
      fl_qvddb1_1: [1, ["p_fence_qvddb1"]],
      fl_qvddb1_2: [2, ["p_fence_qvddb1_libvirt"]],
      fl_qvddb2_1: [1, ["p_fence_qvddb2"]],
      fl_qvddb2_2: [2, ["p_fence_qvddb2_libvirt"]],
    });
  });

  it("has the password in a secret of its own and nowhere in plain text", () => {
    expect(made.filter((r) => r.type.endsWith("fencing:Secret")).map((r) => [r.name, r.inputs.of])).toEqual([
      ["qvddb-fencing-secret-ipmi", "ipmi"],
    ]);
    expect(made.flatMap((r) => plainTexts(r.inputs)).filter((t) => t.includes("given-board-password"))).toEqual([]);
  });

  it("tests the devices of each kind, and waits for both with every timer", () => {
    const tests = made.filter((r) => r.type.endsWith("fencing:Test")).map((r) => [r.name, r.inputs.agent]);
    expect(Object.fromEntries(tests)).toEqual({
      "qvddb-fence-test": "fence_ipmilan",
      "qvddb-fence-test-libvirt": "fence_qvd_ha",
    });
    const properties = made.find((r) => r.type.endsWith("dynamic/pacemaker:Configuration"))?.inputs.properties;
    expect(properties).toMatchObject({ "stonith-timeout": 80 });
    expect(made.find((r) => r.type.endsWith("dynamic/drbd:Replication"))?.inputs.fencePeerTimeoutSeconds).toBe(120);
    expect(made.find((r) => r.name === "qvddb1-prepared")?.inputs.packages).toEqual([
      "ipmitool",
      "corosync-qdevice",
      "libnss3-tools",
    ]);
  });

  it("has the nodes and the third host know each other, and a ring that counts its vote", () => {
    const [trust] = made.filter((r) => r.type.endsWith("dynamic/corosync:QuorumDevice"));
    const { value } = trust?.inputs.connections as { value: object };
    expect(Object.keys(value).sort()).toEqual(["arbiter", "qvddb1", "qvddb2"]);
    expect(plainTexts(trust?.inputs).filter((t) => t.includes("given-arbiter-key"))).toEqual([]);
    const [ring] = made.filter((r) => r.type.endsWith("dynamic/corosync:Membership"));
    expect(ring?.inputs).toMatchObject({ twoNode: false, device: { host: "172.20.65.10", algorithm: "ffsplit" } });
  });
});

describe("fencing by the nodes' own watchdogs", () => {
  let made: Registered[];
  const of = (type: string): Registered | undefined => made.find((r) => r.type === `pulumi-nodejs:dynamic/${type}`);

  beforeAll(async () => {
    const { hypervisors: _none, ...settings } = structuredClone(valid);
    made = await register(
      {
        ...(settings as unknown as SettingsInput),
        fencing: { kind: "sbd", sbd: { module: "softdog" } },
        maintenance: { alerts: { enabled: true } },
        quorum: {
          device: {
            connection: { host: "172.20.65.10", hostKey: "ssh-ed25519 AAAA4" },
            timeout: 5000,
            syncTimeout: 10_000,
          },
        },
      },
      { sshPrivateKey: pulumi.secret("given-ssh-key"), arbiterPrivateKey: pulumi.secret("given-arbiter-key") },
    );
  }, 60_000);

  it("has no device and no test of one; the cluster waits for twice the watchdog's time, which exceeds the vote's", () => {
    const { elements, properties } = of("pacemaker:Configuration")?.inputs as Record<string, Record<string, unknown>>;
    expect(Object.keys(elements ?? {}).filter((id) => id.includes("fence"))).toEqual([]);
    expect(of("fencing:Test")).toBeUndefined();
    expect(properties).toMatchObject({ "stonith-enabled": true, "stonith-watchdog-timeout": 30 });
    expect(of("drbd:Replication")?.inputs.fencePeerTimeoutSeconds).toBe(90);
  });

  it("sets sbd up, and proves it with the same time-out", () => {
    expect(of("fencing:Watchdog")?.inputs).toMatchObject({
      config: "/etc/default/sbd",
      device: "/dev/watchdog",
      module: "softdog",
      timeoutSeconds: 15,
    });
    expect(of("fencing:WatchdogTest")?.inputs).toMatchObject({ device: "/dev/watchdog", timeoutSeconds: 15 });
    expect(of("node:Preparation")?.inputs.packages).toContain("sbd");
  });

  it("has the watch look at the third vote and at sbd", () => {
    expect(of("maintenance:Watch")?.inputs).toMatchObject({ thirdVote: true, watchdog: true });
  });
});
