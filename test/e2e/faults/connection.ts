import { inLab, must, sh } from "../support/stack";
import { add, configFile, stepsIn, TOKEN, UP, upWith } from "./cluster";
import type { Cluster } from "./cluster";
import type { Fault } from "./fault";
import { killedAt } from "./killed";

const RATE = (rate: string): string => inLab(upWith(configFile(add(`qvd-ha:drbd: {rate: ${rate}}`))));

/** Makes `drbdadm adjust` on a node take eight seconds, and note when it begins and ends; all else is as it was. */
const SLOW = `cat >/usr/local/sbin/drbdadm <<'END'
#!/bin/bash
if [ "$1" = adjust ]; then
  echo begun >>/run/e2e-adjust; for i in 1 2 3 4 5 6 7 8; do echo still here; sleep 1; done
  /usr/sbin/drbdadm "$@"; r=$?; echo ended >>/run/e2e-adjust; exit $r
fi
exec /usr/sbin/drbdadm "$@"
END
chmod 755 /usr/local/sbin/drbdadm; rm -f /run/e2e-adjust`;
const NORMAL = `rm -f /usr/local/sbin/drbdadm /run/e2e-adjust /run/e2e-units`;

/** Waits, detached, until the step is at work; notes its unit, and ends every SSH connection to the node as a broken network does. */
const CUT = `systemd-run --quiet --collect --unit=e2e-cut bash -c '
until grep -qs begun /run/e2e-adjust; do sleep 0.1; done; sleep 1
systemctl list-units --plain --no-legend "qvd-ha-*" >/run/e2e-units
main=$(systemctl show -p MainPID --value ssh)
for p in $(pgrep -x sshd); do [ "$p" = "$main" ] || kill -9 "$p"; done'`;

async function slowly(c: Cluster, node: string, work: () => Promise<void>): Promise<void> {
  expect((await c.on(node, SLOW)).code).toBe(0);
  try {
    await work();
  } finally {
    await c.on(node, NORMAL);
  }
}

const running = async (c: Cluster, node: string): Promise<string> =>
  (
    await c.on(node, `drbdsetup show postgres --show-defaults | sed -n 's/^ *c-max-rate *\\(.*\\);.*/\\1/p'`)
  ).stdout.trim();

const cutInMidCommand: Fault = {
  id: "D3",
  everyRun: true,
  must: "goes on when SSH is cut in mid-command: the step comes to its end on the node, once, and the same run has its result",
  minutes: 4,
  async run(c) {
    const { passive } = await c.roles();
    const before = await c.standing();
    await slowly(c, passive, async () => {
      expect((await c.on(passive, CUT)).code).toBe(0);
      await must(RATE("90M"));
      const said = await c.on(passive, "cat /run/e2e-adjust /run/e2e-units");
      expect(said.stdout).toMatch(/^begun\nended\n/);
      expect(said.stdout).toMatch(/^qvd-ha-drbd_postgres-[0-9a-f]{8}\.scope loaded active running/m);
      expect(await running(c, passive)).toMatch(/^92160k/);
    });
    expect(await c.standing()).toEqual(before);
  },
};

const killedInMidCommand: Fault = {
  id: "D3 killed",
  must: "finds the command that a killed run left at work, waits for it, and does not start it again",
  minutes: 4,
  async run(c) {
    const { passive } = await c.roles();
    await slowly(c, passive, async () => {
      const killed = await killedAt(RATE("80M"), 3, c.nodes, "all");
      expect(killed.at).toBeDefined();
      await must(". ./env.sh && tools/verbs/recover dev");
      await must(RATE("80M"));
      // A second adjust that finds nothing to do would show, too.
      expect((await c.on(passive, "cat /run/e2e-adjust")).stdout).toBe("begun\nended\n");
      expect(await running(c, passive)).toMatch(/^81920k/);
    });
  },
};

const option: Fault = {
  id: "D13",
  must: "adjusts a changed DRBD option on both nodes, and breaks no connection",
  minutes: 3,
  async run(c) {
    const before = await c.standing();
    const output = await must(RATE("70M"));
    expect(
      stepsIn(output, c.nodes).filter((s) => /options differ: c-max-rate|follow its new configuration/.test(s)),
    ).toHaveLength(2);
    for (const node of c.nodes) expect(await running(c, node)).toMatch(/^71680k/);
    await must(inLab(UP));
    for (const node of c.nodes) expect(await running(c, node)).toMatch(/^102400k/);
    expect(await c.standing()).toEqual(before);
  },
};

const hostKey: Fault = {
  id: "D7",
  must: "refuses a node with another host key, names both fingerprints, and runs nothing",
  minutes: 3,
  async run(c) {
    const { passive } = await c.roles();
    const key = "/etc/ssh/ssh_host_ed25519_key";
    const [, seen] =
      /(SHA256:\S+)/.exec(
        (await c.on(passive, `ssh-keygen -q -t ed25519 -N '' -f /run/e2e-key; ssh-keygen -lf /run/e2e-key`)).stdout,
      ) ?? [];
    const [, expected] = /(SHA256:\S+)/.exec((await c.on(passive, `ssh-keygen -lf ${key}.pub`)).stdout) ?? [];
    const files = "cat /etc/drbd.d/* /etc/corosync/corosync.conf | sha256sum";
    const before = await c.everywhere(files);
    // It comes back by itself: with the other key, nobody could put it back.
    const swap = `cp -a ${key} /run/e2e-own; systemd-run --quiet --collect --unit=e2e-key bash -c 'cp /run/e2e-key ${key}; systemctl restart ssh; sleep 75; cp -a /run/e2e-own ${key}; systemctl restart ssh; rm -f /run/e2e-key* /run/e2e-own; touch /run/e2e-back'`;
    await c.on(passive, swap);
    await new Promise((r) => setTimeout(r, 3_000));
    const started = Date.now();
    const refused = await sh(RATE("90M"));
    expect(Date.now() - started).toBeLessThan(70_000);
    expect(refused.code).not.toBe(0);
    expect(refused.output).toContain(`shows host key ${seen}, expected ${expected}`);
    expect(refused.output).toContain(`root@${c.outputs.connections[passive]?.host}`);
    expect(stepsIn(refused.output, c.nodes)).toEqual([]);
    for (let i = 0; i < 30; i++) {
      const back = await c.on(passive, "rm /run/e2e-back").catch(() => undefined);
      if (back?.code === 0) break;
      await new Promise((r) => setTimeout(r, 3_000));
    }
    expect(await c.everywhere(files)).toEqual(before);
    await must(inLab(UP));
  },
};

const nodeDown: Fault = {
  id: "D4",
  must: "fails fast and names a node that is down, leaves the other one as it was, and the next run converges",
  minutes: 10,
  async run(c) {
    const { active, passive } = await c.roles();
    const files =
      "sha256sum /etc/drbd.d/* /etc/corosync/*; cibadmin --query | sed -n 's/^<cib .* epoch=\"\\([0-9]*\\)\".*/\\1/p'";
    const before = (await c.on(active, files)).stdout;
    const run = upWith(configFile(add("qvd-ha:drbd: {rate: 90M}"), TOKEN));
    // Fencing starts the node again: the program has to look before it is back, and its types were checked before.
    const there = inLab(`env PULUMI_NODEJS_TRANSPILE_ONLY=true ${run}`);
    await c.virsh("destroy", passive);
    const started = Date.now();
    const failed = await sh(there);
    expect((Date.now() - started) / 1000).toBeLessThan(90);
    expect(failed.code).not.toBe(0);
    expect(failed.output).toContain(`cannot reach root@${c.outputs.connections[passive]?.host}:22`);
    expect(stepsIn(failed.output, c.nodes)).toEqual([]);
    const after = (await c.on(active, files)).stdout;
    expect(after.split("\n").slice(0, -2)).toEqual(before.split("\n").slice(0, -2));
    // It was fenced, which starts it.
    await c.healthy(300);
    await must(there);
    expect((await c.everywhere("grep -c 'token: 4500' /etc/corosync/corosync.conf"))[passive]).toBe("1\n");
    await must(inLab(UP));
  },
};

export const connection: readonly Fault[] = [cutInMidCommand, killedInMidCommand, option, hostKey, nodeDown];
