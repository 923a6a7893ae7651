import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DynamicHost } from "./support/dynamicHost";
import { Sshd } from "./support/sshd";

// Proves the way from the engine's calls to files on a machine: Pulumi's own dynamic host, gRPC, our driver, a real sshd, a real shell.
// Does not prove anything about clusters (test/e2e does). The kind is the one that is harmless on any machine: the fence key on a hypervisor.

const PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1lZ0Tc7PpvXbB6tGd0bq8yI2cZ0o0V5m3nQmXk6Nn2";
const FOREIGN = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIForeignForeignForeignForeignForeignForeign0 somebody";

describe("the dynamic host", () => {
  let host: DynamicHost;
  let sshd: Sshd;
  let spec: {
    connections: object;
    publicKey: string;
    domains: string[];
    authorizedKeysFile: string;
    commandPath: string;
  };

  beforeAll(async () => {
    [host, sshd] = await Promise.all([DynamicHost.start(), Sshd.start()]);
    spec = {
      connections: { aries: sshd.connection },
      publicKey: PUBLIC_KEY,
      domains: ["qvddb1", "qvddb2"],
      authorizedKeysFile: join(sshd.dir, "fence_keys"),
      commandPath: join(sshd.dir, "fence"),
    };
    writeFileSync(spec.authorizedKeysFile, `${FOREIGN}\n`, { mode: 0o600 });
  }, 60_000);

  afterAll(() => {
    host?.stop();
    sshd?.stop();
  });

  it("reports every finding of a bad input at once, each on its property", async () => {
    const { failures } = await host.check("fenceAccess", {
      ...spec,
      publicKey: "nonsense",
      domains: ["a b"],
      colour: "red",
    });
    const named = failures.map((f) => f.property).join(" | ");
    expect(named).toContain("publicKey");
    expect(named).toContain("domains");
    expect(failures.map((f) => `${f.property} ${f.reason}`).join(" | ")).toContain("colour");
  });

  it("does not judge what a preview cannot know", async () => {
    const { failures } = await host.check("fenceAccess", {
      ...spec,
      publicKey: "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    });
    expect(failures).toEqual([]);
  });

  it("creates, finds nothing to do the second time, reads back the same inputs, sees and repairs drift, deletes", async () => {
    const { inputs, failures } = await host.check("fenceAccess", spec);
    expect(failures).toEqual([]);
    expect(inputs.programs).toMatch(/^[0-9a-f]{12}$/);
    delete inputs.__provider;
    const created = await host.create("fenceAccess", inputs);
    expect(statSync(spec.commandPath).mode & 0o111).not.toBe(0);
    const keys = readFileSync(spec.authorizedKeysFile, "utf8");
    expect(keys).toContain(FOREIGN);
    expect(keys).toContain(PUBLIC_KEY);

    const before = statSync(spec.authorizedKeysFile).ctimeMs;
    await host.create("fenceAccess", inputs);
    expect(statSync(spec.authorizedKeysFile).ctimeMs).toBe(before);

    const same = await host.read("fenceAccess", created.id, created.outs);
    const { __provider: _p, ...read } = same.inputs;
    expect(read).toEqual(inputs);

    const command = readFileSync(spec.commandPath, "utf8");
    writeFileSync(spec.commandPath, command.replaceAll("qvddb2", "qvddb9"));
    const drifted = await host.read("fenceAccess", created.id, created.outs);
    expect(drifted.inputs.domains).toEqual(["qvddb1", "qvddb9"]);
    await host.create("fenceAccess", inputs);
    expect(readFileSync(spec.commandPath, "utf8")).toBe(command);

    await host.remove("fenceAccess", created.id, created.outs);
    expect(readFileSync(spec.authorizedKeysFile, "utf8")).toBe(`${FOREIGN}\n`);
    expect(existsSync(spec.commandPath)).toBe(false);
  }, 60_000);

  it("refuses a machine with another host key, names both fingerprints and runs nothing", async () => {
    const impostor = { ...spec, connections: { aries: sshd.impostor }, commandPath: join(sshd.dir, "never") };
    await expect(host.create("fenceAccess", impostor)).rejects.toThrow(
      /shows host key SHA256:\S+, expected SHA256:\S+/,
    );
    expect(existsSync(impostor.commandPath)).toBe(false);
  }, 60_000);

  it("names the machine that does not answer", async () => {
    const nobody = { ...spec, connections: { aries: { ...sshd.connection, port: 1 } } };
    await expect(host.create("fenceAccess", nobody)).rejects.toThrow(/cannot reach root@127\.0\.0\.1:1/);
  }, 60_000);

  it("prints no private key", () => {
    expect(host.log.join("")).not.toContain("PRIVATE KEY");
  });
});
