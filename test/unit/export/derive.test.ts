import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { parseCib, readConfiguration } from "../../../providers/pacemaker/cib";
import type { PacemakerSpec } from "../../../providers/pacemaker/spec";
import { mergePatch, patchOf } from "../../../components/config/mergePatch";
import { validate } from "../../../components/config/parse";
import type { SettingsInput } from "../../../components/config";
import { withArbiter } from "../../../tools/export/arbiter";
import { pruned } from "../../../tools/export/complete";
import type { DatabaseFound, NodeFound } from "../../../tools/export/facts";
import { hostKey } from "../../../tools/export/hosts";
import { program, stackConfig } from "../../../tools/export/print";
import { asks } from "../../../tools/export/program";
import { databaseAt, derive, NotFound } from "../../../tools/export/settings";
import type { Found } from "../../../tools/export/settings";

// Proves that a stack's configuration follows from what a cluster by the HOWTO was recorded to be. That the real nodes then need nothing is test/e2e/adoption's.

const here = (name: string): string => readFileSync(join(__dirname, "recorded", name), "utf8");
const HOWTO = join(__dirname, "..", "..", "e2e", "adoption", "howto");
const howto = (name: string): string => readFileSync(join(HOWTO, name), "utf8");

const CIB = here("cib.xml");
const DUMP = readFileSync(join(__dirname, "..", "drbd", "recorded", "dump-8.4-by-hand"), "utf8");

function found(change: Partial<NodeFound> = {}): Found {
  const node = (name: string, n: number): NodeFound => ({
    machine: { os: "debian12", title: "Debian GNU/Linux 12 (bookworm)", hostName: name, timeZone: "UTC" },
    addresses: [
      { interface: "eth0", address: `172.20.64.9${n}`, prefix: 24 },
      { interface: "eth0", address: "172.20.64.90", prefix: 24 },
      { interface: "eth1", address: `192.168.0.9${n}`, prefix: 24 },
    ],
    disks: [
      { path: "/dev/vda", serial: "", size: 1, names: ["/dev/vda"] },
      {
        path: "/dev/vdb",
        serial: `${name}-data`,
        size: 2 * 1024 ** 3,
        names: ["/dev/vdb", `/dev/disk/by-id/virtio-${name}-data`],
      },
    ],
    timeServers: ["172.20.64.1"],
    cib: parseCib(CIB),
    hosts: howto("sections2to6.sh").split("<<'HOSTS'\n")[1]?.split("HOSTS\n")[0] ?? "",
    repository: undefined,
    keyring: undefined,
    corosync: howto("corosync.conf"),
    drbdModule: "8.4.11",
    drbd: DUMP,
    authkey: Buffer.alloc(256, 7).toString("base64"),
    pgpass: howto("pgpass"),
    fenceKey: undefined,
    xvmKey: "",
    xenapi: undefined,
    ipmi: undefined,
    sbd: "",
    watchdogModule: undefined,
    knownHosts: "aries,172.20.64.1 ssh-ed25519 AAAAaries\n",
    ...change,
  });
  const connection = (n: number) => ({
    host: `172.20.64.9${n}`,
    port: 22,
    user: "root",
    hostKey: `ssh-ed25519 AAAA${n}`,
    privateKey: "k",
  });
  return {
    nodes: { qvddb1: node("qvddb1", 1), qvddb2: node("qvddb2", 2) },
    connections: { qvddb1: connection(1), qvddb2: connection(2) },
    database: JSON.parse(here("database.json")) as DatabaseFound,
  };
}

const SECRETS = {
  sshPrivateKey: "k",
  databasePassword: "PASSWORD",
  drbdSecret: "s3cret-s3cret",
  corosyncKey: Buffer.alloc(256, 7).toString("base64"),
};

const asked = async (settings: object): Promise<PacemakerSpec> =>
  (await asks(settings as SettingsInput, SECRETS)).find((a) => a.kind.name === "pacemaker")
    ?.spec as unknown as PacemakerSpec;
const parts = ({
  properties,
  resourceDefaults,
  operationDefaults,
  elements,
}: PacemakerSpec | ReturnType<typeof readConfiguration>) => ({
  properties,
  resourceDefaults,
  operationDefaults,
  elements,
});

describe("a cluster by the HOWTO", () => {
  const { settings, secrets } = derive(found());

  it("gives a configuration that is accepted", () => expect(validate(settings).findings).toEqual([]));

  it("says what the HOWTO says", () => {
    expect(settings).toMatchObject({
      platform: "existing",
      corosync: { clusterName: "hacluster", linkMode: "active", token: 5000 },
      cluster: { stickiness: 1, migrationThreshold: 2, failureTimeout: "3min", recheckInterval: "10min" },
      fencing: { agent: "external/libvirt", manageKey: false },
      hypervisors: [{ name: "aries", address: "172.20.64.1", hostKey: "ssh-ed25519 AAAAaries" }],
      ping: { hosts: ["172.20.64.1"] },
      drbd: {
        startup: { wfcTimeout: 0 },
        fenceHandler: "/usr/lib/drbd/crm-fence-peer.sh",
        minimumRate: "250K",
        fillTarget: "50K",
      },
      database: {
        address: "172.20.64.90/24",
        hostName: "qvddb",
        user: "qvd",
        connectionLimit: -1,
        checksums: false,
        monitor: { schema: "public", table: "pacemaker_monitor", role: "qvd" },
      },
    });
    expect((settings.nodes as object[])[0]).toMatchObject({
      name: "qvddb1",
      lan: "172.20.64.91/24",
      crossover: "192.168.0.91/24",
      disk: { serial: "qvddb1-data", sizeGiB: 2 },
    });
  });

  it("brings its secrets, and none of them stands in what is printed", () => {
    expect(secrets).toEqual({
      databasePassword: "PASSWORD",
      drbdSecret: "s3cret-s3cret",
      corosyncKey: SECRETS.corosyncKey,
    });
    const printed = stackConfig(settings) + program(settings, ["databasePassword"]);
    for (const secret of [...Object.values(secrets), "changeme"]) expect(printed).not.toContain(secret);
  });

  it("needs a patch for what no key says, and with it asks for the very same configuration", async () => {
    const live = readConfiguration(parseCib(CIB));
    const cib = patchOf(parts(await asked(settings)), parts(live));
    expect(cib).toMatchObject({
      properties: { "stonith-timeout": "45s" },
      elements: { g_postgres: { meta: { priority: null } }, p_mailto: { kind: "primitive" } },
    });
    expect(parts(await asked(pruned({ ...settings, cib })))).toEqual(parts(live));
    // What a person wrote who knows the HOWTO and the keys, for the test on guests.
    const text = readFileSync(join(HOWTO, "..", "howto.yaml"), "utf8");
    const byHand = load(
      text.replace(/HOSTKEY([12])/g, "ssh-ed25519 AAAA$1").replaceAll("ARIESKEY", "ssh-ed25519 AAAAaries"),
    );
    const { config } = byHand as { config: Record<string, unknown> };
    const written = Object.fromEntries(Object.entries(config).map(([k, v]) => [k.replace("qvd-ha:", ""), v]));
    expect(validate({ ...settings, cib }).settings).toEqual(validate(written).settings);
  }, 60_000);

  it.each([
    [
      "no crossover",
      { addresses: [{ interface: "eth0", address: "10.0.0.1", prefix: 24 }] },
      /no address in the network/,
    ],
    ["a disk without a serial number", { disks: [] }, /no serial number/],
    ["no cluster", { cib: undefined }, /Pacemaker/],
    ["an unknown hypervisor", { knownHosts: "" }, /no host key of aries/],
    ["no mirror", { drbd: "" }, /drbdadm knows no resource/],
  ])("is not exported with %s", (_name, change, message) => {
    const attempt = (): unknown => derive(found(change as Partial<NodeFound>));
    expect(attempt).toThrow(NotFound);
    expect(attempt).toThrow(message);
  });
});

it("asks the server by the programs of the version that serves", () => {
  const programs = (text: string) => readConfiguration(parseCib(text));
  const other = CIB.replace(/(name="pgctl" value=")[^"]*/, "$1/usr/lib/postgresql/17/bin/pg_ctl");
  expect(other).not.toBe(CIB);
  expect(databaseAt(programs(CIB), "debian12").psql).toBe("/usr/lib/postgresql/15/bin/psql");
  expect(databaseAt(programs(other), "debian12").psql).toBe("/usr/lib/postgresql/17/bin/psql");
  expect(databaseAt(programs(other), "debian13").psql).toBe("/usr/lib/postgresql/17/bin/psql");
});

describe("a third vote", () => {
  const DEVICE = `quorum {
  provider: corosync_votequorum
  device {
    model: net
    net {
      host: 172.20.64.9
      algorithm: lms
    }
  }
}`;
  const voted = found({ corosync: howto("corosync.conf").replace(/quorum \{[^}]*\}/, DEVICE) });
  const key = (host: string): string => `ssh-ed25519 of ${host}`;

  it("is exported with its host as the stack reaches it, else by the host keys of this machine", () => {
    const elsewhere = { host: "arbiter", port: 2222, user: "admin", hostKey: "ssh-ed25519 K" };
    const third = (f: Found): unknown => derive(f).settings.quorum;
    expect(third(withArbiter(voted, { outputs: { thirdVote: elsewhere }, key }))).toEqual({
      device: {
        connection: elsewhere,
        address: "172.20.64.9",
        port: 5403,
        algorithm: "lms",
        timeout: 10000,
        syncTimeout: 30000,
      },
    });
    const known = (host: string) => ({
      connection: { host, port: 22, user: "root", hostKey: `ssh-ed25519 of ${host}` },
    });
    expect(third(withArbiter(voted, { outputs: {}, key }))).toMatchObject({ device: known("172.20.64.9") });
    const named = withArbiter(voted, { named: "voter", outputs: { thirdVote: elsewhere }, key });
    expect(third(named)).toMatchObject({ device: { ...known("voter"), address: "172.20.64.9" } });
    expect(derive(named).needs).toEqual(["arbiterPrivateKey"]);
  });

  it("is asked of nobody where there is none, and stops the export where it cannot be reached", () => {
    const none = withArbiter(found(), {
      key: () => {
        throw new Error("asked");
      },
    });
    expect(derive(none).settings.quorum).toBeUndefined();
    expect(() => derive(voted)).toThrow(/172\.20\.64\.9, which has the third vote.*known_hosts.*--arbiter/);
  });
});

describe("what fencing that is not ours says", () => {
  const with_ = (agent: string, params: Record<string, string>, change: Partial<NodeFound> = {}): Found => {
    const given = Object.entries(params)
      .map(([k, v], i) => `<nvpair id="x-${i}" name="${k}" value="${v}"/>`)
      .join("");
    const cib = CIB.replace(
      /<primitive id="p_fence_qvddb1".*?<\/primitive>/s,
      `<primitive id="p_fence_qvddb1" class="stonith" type="${agent}"><instance_attributes id="x">${given}</instance_attributes></primitive>`,
    );
    expect(cib).not.toBe(CIB);
    return found({ cib: parseCib(cib), ...change });
  };

  it("is read with the agents' own defaults, and a password that no file of ours has is left to be set", () => {
    const ipmi = derive(with_("fence_ipmilan", { ipaddr: "10.9.0.1", login: "boss" }));
    expect(ipmi.settings.fencing).toEqual({
      kind: "ipmi",
      ipmi: { user: "boss", lanplus: false, privilege: "administrator" },
    });
    expect((ipmi.settings.nodes as object[])[0]).toMatchObject({ ipmi: { address: "10.9.0.1" } });
    expect([ipmi.needs, ipmi.secrets.ipmiPassword]).toEqual([["ipmiPassword"], undefined]);
    const xen = derive(
      with_("fence_xenapi", { session_url: "https://x", login: "root" }, { xenapi: "#!/bin/sh\necho p" }),
    );
    expect([xen.needs, xen.secrets.xenapiPassword]).toEqual([["xenapiPassword"], undefined]);
  });
});

describe("a patch", () => {
  it.each([
    [{ a: 1 }, { a: 1 }],
    [{ a: 1 }, {}],
    [{}, { a: { b: [1] } }],
    [{ a: { b: 1, c: 2 } }, { a: { b: 1, c: 3 } }],
    [{ a: [1, 2] }, { a: [1] }],
    [{ a: { b: 1 } }, { a: 1 }],
  ])("makes of %j exactly %j", (from, to) => {
    const patch = patchOf(from, to);
    expect(patch === undefined ? from : mergePatch(from, patch)).toEqual(to);
  });
});

describe("host keys", () => {
  it.each([
    ["aries ssh-ed25519 A", "ssh-ed25519 A"],
    ["other ssh-ed25519 B\naries,172.20.64.1 ssh-rsa C", "ssh-rsa C"],
    ["aries ssh-rsa C\naries ssh-ed25519 A", "ssh-ed25519 A"],
    ["|1|hash|hash ssh-ed25519 A", undefined],
  ])("of %j is %j", (text, key) => expect(hostKey(text, ["aries", "172.20.64.1"])?.key).toBe(key));
});

it("what is a default is left out, what is not stays", () => {
  const { settings } = derive(found());
  const short = pruned(settings);
  expect(short).not.toHaveProperty("drbd.port");
  expect(short).toHaveProperty("drbd.minimumRate", "250K");
  expect(short).not.toHaveProperty("os");
  expect(validate(short).settings).toEqual(validate(settings).settings);
});
