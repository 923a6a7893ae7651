import "./thirdVote/environment";
import { join } from "node:path";
import type { Connection } from "@qvd-ha/providers/dist/remote";
import { partition } from "../../drills/actions/network";
import { install } from "./maintenance/packages";
import { devSettings, GivenStack, stackText } from "./support/given";
import type { Guests } from "./support/guests";
import { guestsIn, stateDirectory } from "./support/guests";
import { inLab, must, onNodes, sh } from "./support/stack";
import { step } from "./support/steps";

// A pair with a third vote on a third machine, split with it and without it. Proves on three guests what the offline test proves of Corosync alone: with the vote
// one side serves, without it none does, and neither loses a write. Not: the vote across a slow or distant network.
// Run by itself: QVD_HA_E2E=thirdVote make e2e.

const MINUTE = 60_000;
const stack = new GivenStack("third-vote-test");
/** It ends with 2 where there is no quorum. */
const VOTES =
  "{ corosync-quorumtool -s || true; } | sed -n 's/^\\(Quorate\\|Expected votes\\|Total votes\\): *//p' | paste -sd' '";
const SERVES = "mountpoint -q /var/lib/pgsql/data && echo yes || echo no";
const BOOT = "cat /proc/sys/kernel/random/boot_id";
const virsh = (command: string): string => inLab(`virsh -q -c qemu:///system ${command}`);

/** The drill's own cut, by hand: what comes of it without the vote is no drill, since nothing serves then. */
const split = partition("active");

describe("a pair with a third vote", () => {
  let guests: Guests;
  let nodes: Record<string, Connection>;

  const all = async (script: string): Promise<string[]> => {
    const answers = await onNodes(nodes, script);
    return Object.keys(nodes).map((n) => {
      if (answers[n]?.code !== 0) throw new Error(`${n}: ${answers[n]?.stderr}`);
      return answers[n].stdout.trim();
    });
  };
  /** A write that waits for ever is not taken either. */
  const takesWrites = async (): Promise<boolean> =>
    (
      await sh(
        `PGCONNECT_TIMEOUT=5 timeout 40 bash -c '. ./env.sh && STACK=${stack.name} lab/lab exec -- tools/verbs/psql -qc "insert into served values (2)"'`,
      )
    ).code === 0;
  /** Until both say that. */
  const until = async (script: string, wanted: readonly string[], minutes: number): Promise<void> => {
    let said: string[] = [];
    for (const end = Date.now() + minutes * MINUTE; Date.now() < end; await new Promise((r) => setTimeout(r, 3_000))) {
      // A node that boots does not answer.
      said = await all(script).catch((e: unknown) => [String(e).split("\n")[0] ?? ""]);
      if (said.join() === wanted.join()) return;
    }
    throw new Error(`${script}: ${said.join(", ")} instead of ${wanted.join(", ")}`);
  };

  afterAll(async () => {
    await stack.forget();
    await sh(". ./env.sh && lab/lab down");
  }, 5 * MINUTE);

  step(
    "is deployed, and all three votes count",
    async () => {
      await must(
        ". ./env.sh && tools/toolchain/bootstrap && lab/lab up && lab/baseline/guests down && lab/baseline/guests up && lab/baseline/guests arbiter",
      );
      const directory = join(await stateDirectory(), "baseline");
      guests = guestsIn(directory, ["qvddb1", "qvddb2", "arbiter"]);
      const { arbiter, ...pair } = guests.connections as Record<string, Connection> & { arbiter: Connection };
      nodes = pair;
      await install({ arbiter }, ["corosync-qnetd", "libnss3-tools"]);
      await install(pair, ["corosync-qdevice", "libnss3-tools"]);
      const { machine: _machine, ...settings } = await devSettings();
      const { privateKey: _key, ...connection } = arbiter;
      const text = stackText({
        ...settings,
        platform: "existing",
        nodes: settings.nodes.map((n) => ({ ...n, ssh: { hostKey: pair[String(n.name)]?.hostKey } })),
        hypervisors: settings.hypervisors.map(({ libvirtUri: _uri, ...h }) => h),
        // Pacemaker waits for the vote as well, and the sum has its bound.
        timers: { ...(settings.timers as object), fileSystem: { start: 30 } },
        quorum: { device: { connection } },
      });
      const key = join(directory, "id_ed25519");
      await stack.create(text, {
        sshPrivateKey: key,
        arbiterPrivateKey: key,
        hypervisorPrivateKey: join(directory, "aries_ed25519"),
      });
      await stack.up();
      await stack.healthy(5);
      expect(await all(VOTES)).toEqual(["Yes 3 3", "Yes 3 3"]);
      await must(stack.pulumi("refresh --preview-only --expect-no-changes"));
      expect(await stack.up()).not.toMatch(/\d+ (created|updated|replaced|deleted|changed)/);
    },
    35 * MINUTE,
  );

  for (const time of ["once", "and again"])
    step(
      `is split with the vote ${time}: one side is fenced, the other one serves`,
      async () => {
        await stack.mustVerb("drill partition --no-verify --consent qvd-ha@172.20.64.90");
        await stack.healthy(10);
        expect(await all(VOTES)).toEqual(["Yes 3 3", "Yes 3 3"]);
      },
      25 * MINUTE,
    );

  step(
    "serves on when the third machine is gone",
    async () => {
      const before = await all(SERVES);
      await must(virsh("destroy arbiter"));
      await until(VOTES, ["Yes 3 2", "Yes 3 2"], 3);
      await new Promise((r) => setTimeout(r, MINUTE));
      expect(await all(SERVES)).toEqual(before);
      await stack.sql("create table served (i int); insert into served values (1)");
    },
    8 * MINUTE,
  );

  step(
    "is split without the vote: no side takes a write, nobody is fenced while it lasts, and afterwards it comes back as the doctor says",
    async () => {
      const boots = await all(BOOT);
      const where = Object.keys(nodes)[(await all(SERVES)).indexOf("yes")] as string;
      const cut = { [where]: nodes[where] as Connection };
      expect((await onNodes(cut, split.script))[where]?.code).toBe(0);
      await until(VOTES, ["No 3 1", "No 3 1"], 3);
      for (const end = Date.now() + 5 * MINUTE; await takesWrites(); await new Promise((r) => setTimeout(r, 3_000)))
        if (Date.now() > end) throw new Error("writes are taken although neither side has quorum");
      await new Promise((r) => setTimeout(r, MINUTE));
      expect(await takesWrites()).toBe(false);
      expect(await all(BOOT)).toEqual(boots);
      const [taken] = split.undo ?? [];
      if (taken?.kind !== "script") throw new Error("the drill's cut cannot be taken back");
      expect((await onNodes(cut, taken.script))[where]?.code).toBe(0);
      // What could not stop there while its disk was frozen is fenced when the nodes see each other again. One that boots without the third vote waits for it.
      await until(`${VOTES} | sed 's/.* //'`, ["2", "2"], 10);
      await new Promise((r) => setTimeout(r, MINUTE));
      if ((await all(VOTES)).some((v) => v.startsWith("No"))) {
        const { output } = await stack.verb("qvd-ha doctor");
        expect(output).toContain("one was started while the third vote was away");
        const typed = [...output.matchAll(/^ *\$ (make on .*cancel_wait_for_all.*)$/gm)].map((m) => m[1]);
        expect(typed.length).toBe(2);
        for (const line of typed) await must(`. ./env.sh && ${line}`);
      }
      await until(VOTES, ["Yes 3 2", "Yes 3 2"], 3);
      // Where exactly it serves then is the cluster's own choice: both have the same data.
      for (const end = Date.now() + 15 * MINUTE; !(await takesWrites()); await new Promise((r) => setTimeout(r, 5_000)))
        if (Date.now() > end) throw new Error("writes are not taken again 15 min after the split is over");
      expect((await stack.sql("select count(*) > 1 from served")).trim().split("\n").at(-1)).toBe("t");
    },
    35 * MINUTE,
  );

  step(
    "counts the vote again when the third machine is back",
    async () => {
      await must(virsh("start arbiter"));
      await until(VOTES, ["Yes 3 3", "Yes 3 3"], 5);
      await stack.healthy(10);
    },
    15 * MINUTE,
  );

  step(
    "goes away with the stack",
    async () => {
      await must(stack.pulumi("destroy --yes --skip-preview"));
      const [left] = Object.values(
        await onNodes(
          { arbiter: guests.connections.arbiter as Connection },
          "ls /etc/corosync/qnetd/nssdb/qvd-ha-* 2>/dev/null || true",
        ),
      );
      expect(left?.stdout).toBe("");
    },
    10 * MINUTE,
  );
});
