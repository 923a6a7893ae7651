import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { load } from "js-yaml";
import type { SettingsInput } from "../../../components/config";
import { failoverBound } from "../../../components/failoverBound";
import { parse, validate } from "../../../components/config/parse";
import { createKeyPair } from "@qvd-ha/providers";
import type { Registered } from "./graph";
import { register } from "./graph";

// Proves what the program asks the engine for where a cluster by the HOWTO is taken over, and where secrets are given. The nodes are test/e2e/adoption's.

const HOWTO = readFileSync(join(__dirname, "..", "..", "e2e", "adoption", "howto.yaml"), "utf8");
const { config } = load(HOWTO.replace(/HOSTKEY[12]|ARIESKEY/g, "ssh-ed25519 AAAA")) as { config: object };
const howto = Object.fromEntries(
  Object.entries(config).map(([k, v]) => [k.replace("qvd-ha:", ""), v as unknown]),
) as unknown as SettingsInput;

const given = {
  sshPrivateKey: pulumi.secret("given-ssh-key"),
  databasePassword: pulumi.secret("given-database-password"),
  drbdSecret: pulumi.secret("given-drbd-secret"),
  corosyncKey: pulumi.secret(Buffer.alloc(256, 1).toString("base64")),
};

it("the HOWTO's own values are accepted, and its bound is computed with them", () => {
  expect(validate(howto).findings).toEqual([]);
  const { terms } = failoverBound(parse(howto));
  // No device has a limit of its own, so the cluster's counts.
  expect(terms.find((t) => t.what === "fence the node")).toMatchObject({
    seconds: 45,
    source: "properties.stonith-timeout",
  });
  expect(terms.find((t) => t.what === "start p_fs_postgres")?.seconds).toBe(60);
});

it("a patch that makes no configuration is refused by name", () => {
  const findings = validate({ ...howto, cib: { elements: { p_postgres: { params: "none" } } } }).findings;
  expect(findings.map((f) => f.property)).toEqual(["cib"]);
});

describe("a cluster by the HOWTO", () => {
  let made: Registered[];
  beforeAll(async () => {
    made = await register(howto, given);
  }, 60_000);
  const one = (type: string): Registered | undefined => made.find((r) => r.type.endsWith(type));

  it("brings all its secrets: none is made", () => {
    expect(made.filter((r) => r.type.startsWith("random:") || r.type.endsWith("ssh:KeyPair"))).toEqual([]);
  });

  it("gets no fencing key, neither on the nodes nor on the hypervisor", () => {
    expect(one("fencing:Client")).toBeUndefined();
    expect(one("fencing:Access")).toBeUndefined();
    expect(JSON.stringify(one("fencing:Test")?.inputs)).toContain("qemu+ssh://aries/system");
  });

  it("has the patch in its one document", () => {
    const { elements, properties } = one("dynamic/pacemaker:Configuration")?.inputs as {
      elements: Record<string, { params?: object; meta?: object }>;
      properties: object;
    };
    expect(properties).toMatchObject({ "stonith-timeout": "45s" });
    expect(properties).not.toHaveProperty("priority-fencing-delay");
    expect(elements.p_postgres?.params).toMatchObject({
      pghost: "qvddb",
      monitor_user: "qvd",
      monitor_password: "(kept)",
    });
    expect(elements.p_fence_qvddb1?.params).toEqual({
      hostlist: "qvddb1",
      hypervisor_uri: "qemu+ssh://aries/system",
    });
    expect(elements.g_postgres?.meta).toEqual({});
    expect(elements.p_mailto).toBeDefined();
  });
});

it("a given fencing key is used instead of a new one, with its public half", async () => {
  const { privateKey, publicKey } = createKeyPair({ comment: "x" }).outs as { privateKey: string; publicKey: string };
  const made = await register(
    { ...howto, fencing: { agent: "fence_virsh" }, cib: {} },
    { ...given, hypervisorPrivateKey: pulumi.secret("h"), fencePrivateKey: pulumi.secret(privateKey) },
  );
  expect(made.filter((r) => r.type.endsWith("ssh:KeyPair"))).toEqual([]);
  const access = made.find((r) => r.type.endsWith("fencing:Access"));
  expect(access?.inputs.publicKey).toBe(publicKey.split(" ").slice(0, 2).join(" "));
  expect(JSON.stringify(made.find((r) => r.type.endsWith("fencing:Client"))?.inputs)).toContain("PRIVATE KEY");
}, 60_000);
