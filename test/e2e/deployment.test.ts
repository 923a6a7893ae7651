import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { killAgainAndAgain } from "./faults/killed";
import { step } from "./support/steps";
import type { Outputs } from "./support/stack";
import {
  deployed,
  inLab,
  must,
  onNodes,
  outputs,
  pulumi,
  ROOT,
  secrets,
  sh,
  stateText,
  undeployed,
} from "./support/stack";

// The whole way on real machines: two guests in a lab of this test's own, from nothing. The tests build on each other, in this order; those in the files that come
// after (order.cjs) are about the same cluster.
// Proves what it does on Debian 12 under the virtualisation that this machine has; timing is that of the machine.

const MINUTE = 60_000;
/** When `make up` is killed, in seconds after it began: in the lab's set-up, while the domains are made, and in the steps on the nodes. None, for a quick look at the rest: "". */
const KILLS = (process.env.QVD_HA_E2E_KILLS ?? "4 16 75 120 150").split(" ").filter(Boolean).map(Number);
/** Instead of that, it is killed at every so-manieth step that it begins, run after run, until one comes to its end; 1 is every one, and takes an hour. */
const STRIDE = Number(process.env.QVD_HA_E2E_KILL_EVERY ?? 0);
const QUIET = "pulumi up --stack dev --yes --skip-preview --non-interactive";

/** Files that changed on the root file system since the mark, by inode change time. Memory, and the replicated disk with its monitor table, are others. */
const CHANGED = `find / -xdev -newercm /run/qvd-ha-e2e-mark \\( -type f -o -type l -o -type d \\) -not -path '/var/log/*' -not -path '/tmp*' -print 2>/dev/null | sort`;
const MARK = `touch /run/qvd-ha-e2e-mark
cibadmin --query | sed -n 's/^<cib .* epoch="\\([0-9]*\\)" .*admin_epoch="\\([0-9]*\\)".*/\\2.\\1/p'
journalctl -u ssh -q --no-pager | grep -c Accepted || true`;

describe("the dev stack", () => {
  let up: Outputs;

  step(
    "comes up although the command is killed again and again",
    async () => {
      undeployed();
      await must("make down"); // What an earlier run left.
      for (const seconds of STRIDE > 0 ? KILLS.slice(0, 2) : KILLS) await sh("make up", { killAfter: seconds * 1000 });
      if (STRIDE > 0) {
        const killed = await killAgainAndAgain("make up", STRIDE, ["qvddb1", "qvddb2"]);
        // A first deployment has more than fifty steps.
        expect(killed.length * STRIDE).toBeGreaterThan(30);
      }
      const output = await must("make up");
      expect(output).toMatch(/qvddb1 online/);
      expect(output).toMatch(/qvddb2 online/);
      expect(output).toMatch(/172\.20\.64\.90/);
      expect(output).toMatch(/worst case \d+ s/);
      up = await outputs();
      expect(up.worstCaseFailoverSeconds).toBeLessThan(390);
      deployed();
    },
    (STRIDE === 1 ? 90 : 40) * MINUTE,
  );

  step(
    "takes a machine away that a killed run left in its first boot, and begins its system disk anew",
    async () => {
      // A third machine, which the state does not know. What is written stands for half a first boot.
      const lab = JSON.parse(await must("lab/lab describe")) as { libvirtUri: string; image: { base: string } };
      const virsh = (command: string): Promise<string> => must(inLab(`virsh -q -c '${lab.libvirtUri}' ${command}`));
      const definition = join(ROOT, ".state", "e2e", "stray.xml");
      writeFileSync(
        definition,
        `<domain type="qemu"><name>stray</name><memory unit="MiB">32</memory><os><type arch="x86_64" machine="q35">hvm</type></os></domain>`,
      );
      await virsh(
        `vol-create-as default stray-system.qcow2 1G --format qcow2 --backing-vol ${lab.image.base} --backing-vol-format qcow2`,
      );
      const disk = (await virsh("vol-path --pool default stray-system.qcow2")).trim();
      try {
        await must(`qemu-io -c 'write -P 0x5a 512M 64k' ${disk}`);
        await virsh(`define ${definition}`);
        expect(await must(". ./env.sh && tools/verbs/recover dev")).toMatch(
          /domain stray was made by a run that was killed/,
        );
        expect((await virsh("list --all --name")).split("\n").filter(Boolean).sort()).toEqual(up.nodes);
        expect((await sh(`qemu-io -r -c 'read -P 0x5a 512M 64k' ${disk}`)).output).toMatch(
          /Pattern verification failed/,
        );
        const info = JSON.parse(await must(`qemu-img info --output=json ${disk}`)) as Record<string, unknown>;
        expect([info["virtual-size"], info["full-backing-filename"]]).toEqual([1024 ** 3, lab.image.base]);
      } finally {
        await virsh("vol-delete --pool default stray-system.qcow2");
      }
    },
    2 * MINUTE,
  );

  step(
    "has nothing to do the second time, and writes nothing on any node",
    async () => {
      const before = await onNodes(up.connections, MARK);
      await new Promise((r) => setTimeout(r, 20_000));
      const idle = await onNodes(up.connections, `${CHANGED}; touch /run/qvd-ha-e2e-mark`);
      const output = await must(inLab(QUIET));
      expect(output).toMatch(/\d+ unchanged/);
      expect(output).not.toMatch(/\d+ (created|updated|replaced|deleted|changed)/);
      const after = await onNodes(up.connections, CHANGED);
      const counted = await onNodes(up.connections, MARK);
      for (const node of up.nodes) {
        const own = new Set((idle[node]?.stdout ?? "").split("\n"));
        const written = (after[node]?.stdout ?? "").split("\n").filter((f) => f && !own.has(f));
        // What a machine writes by itself at times: the clock's drift, the journal's own directory, timers' stamps.
        expect(written.filter((f) => !/^\/var\/lib\/(chrony|systemd)(\/|$)/.test(f))).toEqual([]);
        const [epoch, logins] = (before[node]?.stdout ?? "").trim().split("\n");
        const [epochNow, loginsNow] = (counted[node]?.stdout ?? "").trim().split("\n");
        expect(epoch).toMatch(/^\d+\.\d+$/);
        expect(epochNow).toBe(epoch);
        // This test's own three; the deployment tool did not even log in.
        expect(Number(loginsNow) - Number(logins)).toBe(3);
      }
    },
    6 * MINUTE,
  );

  step(
    "shows no drift, and the preview expects no changes",
    async () => {
      expect(await must(pulumi("refresh --preview-only --expect-no-changes"))).toMatch(/\d+ unchanged/);
      expect(await must(pulumi("refresh --yes --skip-preview"))).not.toMatch(/\d+ (updated|deleted|changed)/);
      await must(pulumi("preview --expect-no-changes"));
    },
    6 * MINUTE,
  );

  step(
    "names what was changed by hand, field by field, and repairs it",
    async () => {
      const node = { qvddb1: up.connections.qvddb1 as NonNullable<Outputs["connections"][string]> };
      await onNodes(node, "sed -i 's/^\\(.*\\)qvddb1cx$/\\1qvddb1cx # by hand/; /qvddb2cx/d' /etc/hosts");
      const drift = await must(pulumi("refresh --preview-only --diff"));
      expect(drift).toMatch(/qvddb1-prepared/);
      expect(drift).toMatch(/qvddb2cx/);
      await must(pulumi("refresh --yes --skip-preview"));
      await must(inLab(QUIET));
      const hosts = await onNodes(
        node,
        "grep -c '192.168.0.92 *\\tqvddb2cx\\|192.168.0.92 qvddb2cx\\|192.168.0.92.*qvddb2cx' /etc/hosts",
      );
      expect(hosts.qvddb1?.stdout.trim()).toBe("1");
      await must(pulumi("preview --expect-no-changes"));
    },
    8 * MINUTE,
  );

  step(
    "lets psql in by the database address with the stack's password, and nobody with another",
    async () => {
      expect(
        await must(
          `. ./env.sh && tools/verbs/psql -Atc "select current_user, current_setting('transaction_isolation'), current_setting('TimeZone')"`,
        ),
      ).toMatch(/qvd\|serializable\|UTC/);
      const wrong = await sh(
        inLab(`env PGPASSWORD=wrong psql -w -h ${up.address} -U ${up.user} ${up.database} -c 'select 1'`),
      );
      expect(wrong.code).not.toBe(0);
      expect(wrong.output).toMatch(/password authentication failed/);
      const none = await sh(
        inLab(`env PGPASSWORD=${"x".repeat(8)} psql -w -h ${up.address} -U postgres postgres -c 'select 1'`),
      );
      expect(none.output).toMatch(/no pg_hba\.conf entry/);
    },
    2 * MINUTE,
  );

  step(
    "shows no secret in the state, in logs, in process lists or in the cluster's configuration",
    async () => {
      const found = await secrets();
      // Password, DRBD's secret, authkey, and the keys for hosts, log-in and fencing: were there fewer, the search itself would be broken.
      expect(found.size).toBeGreaterThanOrEqual(7);
      const texts = new Map<string, string>();
      texts.set("the state", stateText());
      texts.set("what the commands printed", readFileSync(join(ROOT, ".state/test/e2e.log"), "utf8"));
      const gathered = await onNodes(
        up.connections,
        "journalctl -q --no-pager -o cat; cat /var/log/*.log /var/log/*/*.log 2>/dev/null || true; ps axww -o args; cat /proc/[0-9]*/cmdline | tr '\\0' ' '; cibadmin --query",
      );
      for (const [node, a] of Object.entries(gathered)) texts.set(`logs, processes and CIB of ${node}`, a.stdout);
      for (const [where, text] of texts) {
        expect(text.length).toBeGreaterThan(1000);
        for (const [secret, name] of found) if (text.includes(secret)) throw new Error(`${name} stands in ${where}`);
      }
    },
    4 * MINUTE,
  );

  step(
    "reports a resource that cannot start below its own component, with Pacemaker's reason, and repairs it",
    async () => {
      const overlay = join(ROOT, ".state/test/unstartable.json");
      const go = (changes: unknown): Promise<{ code: number | null; output: string }> => {
        writeFileSync(overlay, JSON.stringify(changes));
        const consent =
          "restarts:p_ip_postgres restarts:p_postgres restarts:g_postgres stops:g_postgres moves:g_postgres";
        const where = `-C test/e2e/impact/program --config-file ${ROOT}/Pulumi.dev.yaml`;
        return sh(
          inLab(
            `env QVD_HA_IMPACT_OVERLAY=${overlay} QVD_HA_CONSENT="${consent}" ${QUIET.replace("pulumi up", `pulumi up ${where}`)}`,
          ),
        );
      };
      const broken = await go({
        "qvddb-cluster-cib": { "elements/p_ip_postgres/params/nic": "nosuch0" },
        "p_ip_postgres-started": { configuration: "another" },
      });
      expect(broken.code).not.toBe(0);
      expect(broken.output).toMatch(/p_ip_postgres-started/);
      expect(broken.output).toMatch(/p_ip_postgres_start_0 failed on qvddb\d: .*there is no interface nosuch0/);
      expect((await go({})).code).toBe(0);
      await must("tools/verbs/status");
    },
    10 * MINUTE,
  );

  step(
    "lets the fencing key do nothing but power the two domains",
    async () => {
      const try_ =
        "ssh -F /etc/ssh/ssh_config.d/qvd-ha-fence.conf -i /etc/qvd-ha/fence_ed25519 -o BatchMode=yes root@172.20.64.1";
      const node = { qvddb1: up.connections.qvddb1 as NonNullable<Outputs["connections"][string]> };
      const said = await onNodes(
        node,
        `${try_} 'virsh domstate qvddb2' || true; echo ---; ${try_} 'id; cat /etc/shadow' 2>&1 || true; echo ---; ${try_} 'virsh undefine qvddb2' 2>&1 || true`,
      );
      const [state, shell, undefine] = (said.qvddb1?.stdout ?? "").split("---\n");
      expect(state).toMatch(/running/);
      expect(shell).not.toMatch(/uid=|root:/);
      expect(undefine).toMatch(/error/);
    },
    2 * MINUTE,
  );
});
