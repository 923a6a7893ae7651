import { inLab, must, outputs, sh } from "../support/stack";
import { add, configFile, stepsIn, upWith } from "./cluster";
import type { Cluster } from "./cluster";
import type { Fault } from "./fault";

const SUMS = {
  drbd: `sed -n 's/.*shared-secret[[:space:]]*"\\{0,1\\}\\([^";]*\\).*/\\1/p' /etc/drbd.d/postgres.res | sha256sum; drbdsetup show postgres | sed -n 's/.*shared-secret[[:space:]]*"\\{0,1\\}\\([^";]*\\).*/\\1/p' | sha256sum`,
  corosync:
    "sha256sum </etc/corosync/authkey; journalctl -u corosync -q -b --no-pager | grep -c 'crypto reconfigured' || true",
  fencing: "sha256sum </etc/qvd-ha/fence_ed25519",
};
const same = (said: Record<string, string>, line = 0): string => {
  const [one, ...rest] = new Set(Object.values(said).map((s) => s.split("\n")[line]));
  expect(rest).toEqual([]);
  return one as string;
};

const login = (password: string, c: Cluster): Promise<{ code: number | null; output: string }> =>
  sh(
    inLab(
      `env PGPASSWORD="$(cat)" psql -w -h ${c.outputs.address} -U ${c.outputs.user} ${c.outputs.database} -Atc 'select 1'`,
    ),
    { input: password },
  );

const rotate = (secret: string, args = ""): Promise<string> => must(`make rotate SECRET=${secret} ARGS="${args}" 2>&1`);

const rotation: Fault = {
  id: "D12",
  must: "gives every secret a new value on the running cluster, and nothing restarts, moves or loses its connection",
  minutes: 8,
  async run(c) {
    const before = await c.standing();
    const old = c.outputs.password;
    await rotate("database");
    const { password } = await outputs();
    expect(password).not.toBe(old);
    expect(await login(password, c)).toMatchObject({ code: 0, output: "1\n" });
    expect((await login(old, c)).output).toMatch(/password authentication failed/);
    expect(await must(`. ./env.sh && tools/verbs/psql -Atc 'select 2'`)).toContain("2");

    for (const [secret, sums] of Object.entries(SUMS)) {
      const was = same(await c.everywhere(sums));
      await rotate(secret);
      const now = await c.everywhere(sums);
      expect(same(now)).not.toBe(was);
      // What the kernel runs with is what stands in the file.
      if (secret === "drbd") expect(same(now, 1)).toBe(same(now));
      // Exchanged while it ran.
      if (secret === "corosync") expect(Number(same(now, 1))).toBeGreaterThanOrEqual(1);
    }
    const fence = `ssh -F /etc/ssh/ssh_config.d/qvd-ha-fence.conf -i /etc/qvd-ha/fence_ed25519 -o BatchMode=yes root@172.20.64.1 'virsh domstate qvddb2'`;
    for (const said of Object.values(await c.everywhere(fence))) expect(said).toMatch(/running/);
    expect(await c.standing()).toEqual(before);
    expect((await c.everywhere("corosync-cfgtool -s | grep -c connected"))[c.nodes[0] as string]).toBe("2\n");
  },
};

const logins: Fault = {
  id: "D12 login",
  must: "exchanges the key that logs in to the nodes: the new one opens, the old one does not, no machine is touched",
  minutes: 4,
  // The configuration has the key afterwards, and no other run would know it.
  last: true,
  async run(c) {
    const before = await c.standing();
    const old = c.outputs.connections;
    await rotate("login", `--config-file ${configFile()}`);
    const now = (await outputs()).connections;
    for (const n of c.nodes) expect(now[n]?.privateKey).not.toBe(old[n]?.privateKey);
    await expect(c.on(c.nodes[0] as string, "true")).rejects.toThrow(/authentication/);
    Object.assign(c.outputs.connections, now);
    expect(await c.standing()).toEqual(before);
  },
};

const wrongPassword: Fault = {
  id: "D8",
  must: "says of a database password that cannot be one that it is wrong, on that property alone, and does not show it",
  minutes: 1,
  async run(c) {
    const wrong = "with'quote and space";
    const r = await sh(inLab(upWith(configFile(add(`qvd-ha:databasePassword: "${wrong}"`)))));
    expect(r.code).not.toBe(0);
    expect(r.output.match(/^.*databasePassword.*$/gm)?.length).toBeGreaterThanOrEqual(1);
    expect(r.output).not.toContain(wrong);
    expect(stepsIn(r.output, c.nodes)).toEqual([]);
  },
};

export const secretFaults: readonly Fault[] = [wrongPassword, rotation, logins];
