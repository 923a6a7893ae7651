import "./existing/environment";
import { join } from "node:path";
import { existingSettings, GivenStack, stackText } from "./support/given";
import type { Guests } from "./support/guests";
import { guestsIn, stateDirectory } from "./support/guests";
import { inLab, must, onNodes, sh } from "./support/stack";
import { step } from "./support/steps";
import { mark, written } from "./support/written";

// Two machines that the program did not make, reached with a person's key and known host keys: a cluster is put on them, survives a power cut, is taken away, and
// the machines and the data stay. Proves that on two guests made with virsh alone; real machines differ in their disks, boards and networks.
// Run by itself: QVD_HA_E2E=existing make e2e.

const MINUTE = 60_000;
const stack = new GivenStack("existing-test");

/** What must outlive the cluster: the machine and who it is. */
const MACHINE = `cat /proc/sys/kernel/random/boot_id /etc/machine-id
sha256sum /etc/ssh/ssh_host_ed25519_key /root/.ssh/authorized_keys`;
/** What of the cluster is left. */
const LEFT = `systemctl is-active corosync pacemaker || true
ls /etc/corosync/corosync.conf /etc/corosync/authkey /etc/drbd.d/postgres.res /etc/qvd-ha 2>/dev/null || true
grep -c qvddb2cx /etc/hosts || true
drbdadm status 2>/dev/null || true`;
/** The data is read from the disk itself, past DRBD, whose metadata lies at its end. */
const DATA = `d=$(mktemp -d)
mount -t xfs -o ro,norecovery /dev/disk/by-id/virtio-$(uname -n)-data "$d"
cat "$d/PG_VERSION"
umount "$d"
rmdir "$d"`;

describe("two machines that were there before", () => {
  let guests: Guests;

  const all = async (script: string): Promise<Record<string, string>> => {
    const answers = await onNodes(guests.connections, script);
    for (const [node, a] of Object.entries(answers)) if (a.code !== 0) throw new Error(`${node}: ${a.stderr}`);
    return Object.fromEntries(Object.entries(answers).map(([n, a]) => [n, a.stdout]));
  };

  afterAll(async () => {
    await stack.forget();
    await sh(". ./env.sh && lab/lab down");
  }, 5 * MINUTE);

  step(
    "are there, and nobody has told the program of them",
    async () => {
      await must(
        ". ./env.sh && tools/toolchain/bootstrap && lab/lab up && lab/baseline/guests down && lab/baseline/guests up",
      );
      guests = guestsIn(join(await stateDirectory(), "baseline"));
      const text = stackText({ ...(await existingSettings(guests.connections)), dataPolicy: "keep" });
      await stack.create(text, {
        sshPrivateKey: join(guests.directory, "id_ed25519"),
        hypervisorPrivateKey: join(guests.directory, "aries_ed25519"),
      });
    },
    15 * MINUTE,
  );

  step(
    "become a cluster, and the state knows of no machine",
    async () => {
      expect(await stack.up()).toMatch(/\d+ created/);
      await stack.healthy(5);
      expect(await must(`. ./env.sh && pulumi stack export --stack ${stack.name}`)).not.toMatch(/"libvirt:index\//);
      await stack.sql("create table kept (i int primary key); insert into kept select generate_series(1, 1000)");
    },
    20 * MINUTE,
  );

  step(
    "have nothing to be done a second time, and nothing is written on them",
    async () => {
      await must(stack.pulumi("preview --expect-no-changes"));
      await mark(guests.connections);
      await new Promise((r) => setTimeout(r, 20_000));
      const idle = await written(guests.connections);
      await mark(guests.connections);
      const output = await stack.up();
      expect(output).toMatch(/\d+ unchanged/);
      expect(output).not.toMatch(/\d+ (created|updated|replaced|deleted|changed)/);
      const after = await written(guests.connections);
      for (const node of Object.keys(after)) expect(after[node]?.filter((f) => !idle[node]?.includes(f))).toEqual([]);
      await must(stack.pulumi("refresh --preview-only --expect-no-changes"));
    },
    10 * MINUTE,
  );

  step(
    "survive a power cut of the active one, by its hypervisor, without losing a write",
    async () => {
      const refused = await stack.verb("drill power-cut --no-verify");
      expect(refused.code).toBe(3);
      expect(refused.output).toMatch(/this is a real cluster/);
      await stack.mustVerb("drill power-cut --no-verify --consent qvd-ha@172.20.64.90");
      await stack.healthy(10);
      await must(stack.pulumi("refresh --preview-only --expect-no-changes"));
    },
    25 * MINUTE,
  );

  step(
    "are given back: running, nobody fenced, the cluster gone and the data there",
    async () => {
      const before = await all(MACHINE);
      const kept = await sh(stack.pulumi("destroy --yes --skip-preview"));
      expect(kept.code).not.toBe(0);
      expect(kept.output).toMatch(/protect/);
      await stack.healthy(2);
      await must(`. ./env.sh && pulumi state unprotect --all --yes --stack ${stack.name}`);
      await must(stack.pulumi("destroy --yes --skip-preview"));
      expect(await all(MACHINE)).toEqual(before);
      for (const left of Object.values(await all(LEFT)))
        expect(left.split("\n").filter(Boolean)).toEqual(["inactive", "inactive", "0"]);
      for (const version of Object.values(await all(DATA))) expect(version).toMatch(/^1[57]\n$/);
      const running = await must(inLab("virsh -q -c qemu:///system list --name"));
      expect(running.split("\n").filter(Boolean).sort()).toEqual(["qvddb1", "qvddb2"]);
      expect(await must(`cat ${join(guests.directory, "..", "aries/ssh/authorized_keys")}`)).not.toMatch(
        /qvd-ha-fence/,
      );
    },
    15 * MINUTE,
  );

  step(
    "take the data up again with the next up",
    async () => {
      await stack.up();
      await stack.healthy(5);
      expect((await stack.sql("select count(*) from kept")).trim().split("\n").at(-1)).toBe("1000");
    },
    20 * MINUTE,
  );
});
