/** Texts, plans and rules around fencing. That the texts do what they say is proved offline with the real agent and sshd. */
import fc from "fast-check";
import { steps } from "../../../providers/step";
import { externalLibvirt, fenceVirsh } from "../../../providers/fencing/device";
import { fenceAccess, fenceClient, fenceSecret, fenceTest } from "../../../providers/fencing";
import { parseLine, parseShell, renderLine, renderShell } from "../../../providers/fencing/access/render";
import { parseHypervisors, renderConfig, renderKnownHosts } from "../../../providers/fencing/client/render";
import { renderParams, stampOf } from "../../../providers/fencing/test/render";

const connection = { host: "h", hostKey: "ssh-ed25519 AAAA", privateKey: "-" };
const nodes = { qvddb1: connection, qvddb2: connection };
const name = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,10}$/);
const access = fenceAccess.schema.parse({
  connections: { aries: connection },
  publicKey: "ssh-ed25519 AAAAkey comment",
  domains: ["qvddb2", "qvddb1"],
  allowFrom: ["172.20.64.0/24"],
});
const PRIVATE = "-----BEGIN OPENSSH PRIVATE KEY-----\nhush\n-----END OPENSSH PRIVATE KEY-----\n";
const client = fenceClient.schema.parse({
  connections: nodes,
  hypervisors: [{ name: "aries", address: "172.20.64.1", hostKey: "ssh-ed25519 AAAAhost" }],
  privateKey: PRIVATE,
});

describe("access", () => {
  const lines = (...keys: string[]) => ({ keys, retiring: [] });
  const right = { shell: { mode: "755", text: renderShell(access) }, lines: lines(renderLine(access)) };

  test("what is rendered is read back, and a changed guard is none", () => {
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1 }), (domains) => {
        const spec = { domains, libvirtUri: "qemu:///system", virshPath: "/usr/bin/virsh" };
        expect(parseShell(renderShell(spec))).toEqual(spec);
        expect(parseShell(renderShell(spec).replace("set -f\n", ""))).toBeUndefined();
      }),
    );
    expect(parseLine(renderLine(access))).toEqual({
      publicKey: "ssh-ed25519 AAAAkey",
      commandPath: "/usr/local/sbin/qvd-ha-fence",
      allowFrom: ["172.20.64.0/24"],
    });
  });

  test("the line forbids all but the command", () => {
    expect(renderLine(access)).toBe(
      'restrict,pty,command="/usr/local/sbin/qvd-ha-fence",from="172.20.64.0/24" ssh-ed25519 AAAAkey qvd-ha-fence',
    );
  });

  test("as wanted: nothing to do, and read as wanted", () => {
    expect(steps(fenceAccess.plan(access, { aries: right }))).toEqual([]);
    expect(fenceAccess.live(access, { aries: right })).toEqual(access);
  });

  test("the guard stands before the key gets in, and goes after it", () => {
    const nothing = { aries: { shell: undefined, lines: lines() } };
    expect(fenceAccess.live(access, nothing)).toBeUndefined();
    expect(fenceAccess.plan(access, nothing).stages.map((s) => s.map((x) => x.reason))).toEqual([
      ["allow the fencing key to power qvddb1 and qvddb2 and nothing else"],
      ["let the fencing key in, held to that command"],
    ]);
    expect(steps(fenceAccess.remove(access, { aries: right })).map((s) => s.reason)).toEqual([
      "let the fencing key in no more",
      "remove the command that the fencing key was held to",
    ]);
  });

  test("a second line that lets the key in without its command is drift", () => {
    const open = { ...right, lines: lines("ssh-ed25519 AAAAkey", renderLine(access)) };
    expect(steps(fenceAccess.plan(access, { aries: open }))).toHaveLength(1);
    const live = fenceAccess.live(access, { aries: open });
    expect(live).toMatchObject({ publicKey: "" });
    expect(fenceAccess.schema.safeParse(live).success).toBe(true);
    expect(fenceAccess.rules?.(live as typeof access).map((f) => f.property)).toEqual(["publicKey"]);
  });

  test.each(["a'b", "a b", "$(id)", "-x", "a;b"])("refuses the domain name %s", (domain) =>
    expect(fenceAccess.schema.safeParse({ ...access, domains: [domain] }).success).toBe(false),
  );
});

describe("client", () => {
  const right = {
    key: "same" as const,
    config: renderConfig(client),
    knownHosts: renderKnownHosts(client.hypervisors),
  };

  test("what is rendered is read back", () => {
    const port = fc.integer({ min: 1, max: 65535 });
    const hypervisor = fc.record({ name, address: fc.ipV4(), port, hostKey: fc.constant("ssh-ed25519 AAAAhost") });
    fc.assert(
      fc.property(fc.uniqueArray(hypervisor, { selector: (h) => h.name }), (hypervisors) => {
        const config = renderConfig({ hypervisors, keyPath: "/k" });
        expect(parseHypervisors(config, renderKnownHosts(hypervisors))).toEqual(hypervisors);
      }),
    );
  });

  test("as wanted: nothing to do, and read as wanted", () => {
    const seen = { qvddb1: right, qvddb2: right };
    expect(steps(fenceClient.plan(client, seen))).toEqual([]);
    expect(fenceClient.live(client, seen)).toEqual(client);
  });

  test("host keys come before the key, and the key on standard input only", () => {
    const none = { key: "absent" as const, config: undefined, knownHosts: undefined };
    const done = steps(fenceClient.plan(client, { qvddb1: right, qvddb2: none }));
    expect(done.map((s) => `${s.node}: ${s.reason}`)).toEqual([
      "qvddb2: know the hypervisors' host keys",
      "qvddb2: accept no other host key when fencing",
      "qvddb2: install the fencing key",
    ]);
    expect(JSON.stringify(done)).not.toContain("hush");
  });

  test("another key or a changed file shows as drift that the schema can still hold", () => {
    const seen = { qvddb1: right, qvddb2: { ...right, key: "other" as const, config: "StrictHostKeyChecking no\n" } };
    const live = fenceClient.live(client, seen);
    expect(live).toEqual({ ...client, privateKey: "", hypervisors: [] });
    expect(fenceClient.schema.safeParse(live).success).toBe(true);
  });
});

describe("secret", () => {
  const secret = fenceSecret.schema.parse({ connections: nodes, of: "ipmi", secret: "hush hush" });
  const states = (...all: ("same" | "other" | "absent")[]) => ({ states: all });

  test("as wanted: nothing to do, and read as wanted", () => {
    const seen = { qvddb1: states("same", "same"), qvddb2: states("same", "same") };
    expect(steps(fenceSecret.plan(secret, seen))).toEqual([]);
    expect(fenceSecret.live(secret, seen)).toEqual(secret);
  });

  test("another or a missing file is drift that the schema can still hold, and only it is written", () => {
    const seen = { qvddb1: states("same", "same"), qvddb2: states("other", "same") };
    const done = steps(fenceSecret.plan(secret, seen));
    expect(done.map((s) => `${s.node}: ${s.reason}`)).toEqual(["qvddb2: install the management boards' password"]);
    const encoded = Buffer.from("hush hush\n").toString("base64");
    for (const text of ["hush", encoded]) expect(JSON.stringify(done)).not.toContain(text);
    const live = fenceSecret.live(secret, seen);
    expect(live).toMatchObject({ secret: "" });
    expect(fenceSecret.schema.safeParse(live).success).toBe(true);
    const none = { qvddb1: states("absent", "absent"), qvddb2: states("absent", "absent") };
    expect(fenceSecret.live(secret, none)).toBeUndefined();
    expect(steps(fenceSecret.remove(secret, none))).toEqual([]);
  });

  test.each([
    ["ipmi", "", "is empty"],
    ["ipmi", "123456789012345678901", "20 at most"],
    ["xenapi", "two\nlines", "one line"],
    ["xvm", "no base64!", "must be base64"],
    ["xvm", "c2hvcnQ=", "has 5 bytes"],
  ] as const)("%s: refuses %j, without showing it", (of, text, says) => {
    const [found] = fenceSecret.rules?.({ ...secret, of, secret: text }) ?? [];
    expect(found?.reason).toContain(says);
    if (text !== "") expect(found?.reason).not.toContain(text);
  });
});

describe("test", () => {
  const device = fenceVirsh({ node: "qvddb2", domain: "qvddb2", address: "172.20.64.1" });
  const one = {
    from: "qvddb1",
    node: "qvddb2",
    device: "p_fence_qvddb2",
    params: { ...device.params, password: "hush" },
  };
  const spec = fenceTest.schema.parse({ connections: nodes, agent: device.agent, tests: [one] });
  const stamp = stampOf(spec, one);

  test("the agent gets the device's parameters, without Pacemaker's", () => {
    const text = renderParams(one);
    expect(text).toContain("plug=qvddb2\n");
    expect(text).toContain("action=status\n");
    expect(text).not.toContain("pcmk_");
  });

  test("runs on the other node once, and again when a parameter changes", () => {
    const seen = (passed: string[]) => ({ qvddb1: { passed }, qvddb2: { passed: [] } });
    const due = steps(fenceTest.plan(spec, seen([])));
    expect(due.map((s) => s.node)).toEqual(["qvddb1"]);
    expect(JSON.stringify(due)).not.toContain("hush");
    expect(due[0]?.command.script.text).not.toContain("hush");
    expect(steps(fenceTest.plan(spec, seen([stamp])))).toEqual([]);
    expect(fenceTest.live(spec, seen([]))).toEqual(spec);
    expect(stampOf(spec, { ...one, params: { ...one.params, plug: "x" } })).not.toBe(stamp);
    expect(stampOf(spec, { ...one, params: { ...one.params, password: "other" } })).toBe(stamp);
  });

  test("a node is not asked about itself", () => {
    const wrong = {
      ...spec,
      tests: [
        { ...one, from: "qvddb2" },
        { ...one, from: "nobody" },
      ],
    };
    expect(fenceTest.rules?.(wrong).map((f) => f.property)).toEqual(["tests[0].from", "tests[1].from"]);
  });
});

test("the HOWTO's agent names its node and hypervisor", () => {
  expect(externalLibvirt({ node: "qvddb1", domain: "vm1", address: "172.20.64.1" }).params).toMatchObject({
    hostlist: "qvddb1:vm1",
    hypervisor_uri: "qemu+ssh://root@172.20.64.1/system?keyfile=%2Fetc%2Fqvd-ha%2Ffence_ed25519",
  });
});
