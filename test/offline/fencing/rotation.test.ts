/**
 * The exchange of the fence key with a real sshd: from the first step to the last one of the two keys opens, so that a node can fence all the time.
 * Proves what sshd takes. Does not prove that the nodes get the new key in time; the lab does.
 * Needs: openssh-server, openssh-client.
 */
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fenceAccess } from "../../../providers/fencing";
import type { AccessSeen } from "../../../providers/fencing/access/read";
import { steps } from "../../../providers/step";
import { Hypervisor, keyPair, run } from "./hypervisor";

jest.setTimeout(60_000);
const aries = new Hypervisor();
const former = aries.key;
const fresh = join(aries.dir, "fresh_key");
let publicKey: string;
beforeAll(async () => {
  await aries.start();
  publicKey = keyPair(fresh);
});
beforeEach(() => aries.reset());
afterAll(() => aries.stop());

const spec = (key: string) =>
  fenceAccess.schema.parse({
    connections: { aries: { host: "h", hostKey: "ssh-ed25519 AAAA", privateKey: "-" } },
    publicKey: key,
    domains: ["qvddb1", "qvddb2"],
    authorizedKeysFile: aries.authorizedKeys,
    virshPath: join(aries.dir, "virsh"),
    commandPath: join(aries.dir, "qvd-ha-fence"),
    allowFrom: ["127.0.0.1"],
  });

async function seen(key: string): Promise<AccessSeen> {
  const facts = fenceAccess.facts(spec(key), "aries");
  const read = async (script: string) => ({ ...(await run("bash", ["-c", script])), stdout: "", stderr: "" });
  const of = async <T>(f: { command: { script: { text: string } }; parse(a: never): T }): Promise<T> =>
    f.parse({ code: 0, stdout: (await read(f.command.script.text)).output, stderr: "" } as never);
  return { aries: { shell: await of(facts.shell), lines: await of(facts.lines) } };
}

async function carryOut(what: "plan" | "remove", key: string): Promise<string[]> {
  const due = steps(fenceAccess[what](spec(key), await seen(key)));
  for (const { command } of due) {
    const input = typeof command.stdin === "string" ? command.stdin : "";
    expect(await run("bash", ["-euo", "pipefail", "-c", command.script.text], input)).toMatchObject({ code: 0 });
  }
  return due.map((s) => s.reason);
}

const opens = async (key: string): Promise<boolean> => {
  const config = join(aries.dir, "config_of_one");
  writeFileSync(config, readFileSync(aries.config, "utf8").replaceAll(aries.key, key));
  return (await run("ssh", ["-F", config, `${aries.user}@aries`, "status", "qvddb1"])).output === "running\n";
};

test("both keys open while the nodes have the former one, and then the new one alone", async () => {
  writeFileSync(aries.authorizedKeys, "ssh-ed25519 AAAAsomebody else\n", { flag: "a" });
  expect(await opens(former)).toBe(true);
  expect(await carryOut("plan", publicKey)).toEqual(["let the fencing key in, held to that command"]);
  expect([await opens(former), await opens(fresh)]).toEqual([true, true]);
  // Nothing more is to be done meanwhile, and no drift is seen.
  expect(await carryOut("plan", publicKey)).toEqual([]);
  expect(fenceAccess.live(spec(publicKey), await seen(publicKey))).toEqual(spec(publicKey));

  const text = readFileSync(aries.authorizedKeys, "utf8");
  expect(text).toMatch(/expiry-time="\d{12}"/);
  writeFileSync(aries.authorizedKeys, text.replace(/expiry-time="\d{12}"/, 'expiry-time="202001010000"'));
  expect([await opens(former), await opens(fresh)]).toEqual([false, true]);
});

test("exchanged again, a key that retires gets no more time, and nothing of ours is left at the end", async () => {
  const third = keyPair(join(aries.dir, "third_key"));
  await carryOut("plan", third);
  const ours = readFileSync(aries.authorizedKeys, "utf8")
    .split("\n")
    .filter((l) => l.includes("restrict"));
  expect(ours.map((l) => l.includes("expiry-time"))).toEqual([true, false]);
  await carryOut("remove", third);
  expect(readFileSync(aries.authorizedKeys, "utf8")).toBe("ssh-ed25519 AAAAsomebody else\n");
});

test("a line for the key in force that would end by itself is mended", async () => {
  copyFileSync(join(aries.dir, "virsh"), join(aries.dir, "qvd-ha-fence"));
  await carryOut("plan", publicKey);
  const text = readFileSync(aries.authorizedKeys, "utf8");
  writeFileSync(aries.authorizedKeys, text.replace(/(restrict\S+) /, '$1,expiry-time="209901010000" '));
  expect(await carryOut("plan", publicKey)).toEqual(["let the fencing key in, held to that command"]);
  expect(readFileSync(aries.authorizedKeys, "utf8")).toBe(text);
});
