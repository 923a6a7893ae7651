import "./thirdVote/environment";
import type { Connection } from "@qvd-ha/providers/dist/remote";
import { partition } from "../../drills/actions/network";
import { inLab, must, onNodes } from "./support/stack";
import { step } from "./support/steps";
import { BOOT, SERVES, Trio, virsh, VOTES } from "./support/trio";

// A pair with a third vote on a third machine, split with it and without it. Proves on three guests what the offline test proves of Corosync alone: with the vote
// one side serves, without it none does, and neither loses a write. Not: the vote across a slow or distant network.
// Run by itself: QVD_HA_E2E=thirdVote make e2e.

const MINUTE = 60_000;
const trio = new Trio("third-vote-test");
const { stack } = trio;

/** The drill's own cut, by hand: what comes of it without the vote is no drill, since nothing serves then. */
const split = partition("active");

describe("a pair with a third vote", () => {
  afterAll(() => trio.end(), 5 * MINUTE);

  step(
    "is deployed, and all three votes count",
    async () => {
      await trio.make([], (s, device) => ({ ...s, quorum: { device } }), { hypervisorPrivateKey: "aries_ed25519" });
      await stack.up();
      await stack.healthy(5);
      expect(await trio.all(VOTES)).toEqual(["Yes 3 3", "Yes 3 3"]);
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
        expect(await trio.all(VOTES)).toEqual(["Yes 3 3", "Yes 3 3"]);
      },
      25 * MINUTE,
    );

  step(
    "serves on when the third machine is gone",
    async () => {
      const before = await trio.all(SERVES);
      await must(virsh("destroy arbiter"));
      await trio.until(VOTES, ["Yes 3 2", "Yes 3 2"], 3);
      await new Promise((r) => setTimeout(r, MINUTE));
      expect(await trio.all(SERVES)).toEqual(before);
      expect(await trio.advice("the host of the third vote does not answer", /up ARGS=--refresh/)).toHaveLength(1);
      await stack.sql("create table served (i int); insert into served values (1)");
    },
    8 * MINUTE,
  );

  step(
    "is split without the vote: no side takes a write, nobody is fenced while it lasts, and afterwards it comes back as the doctor says",
    async () => {
      const boots = await trio.all(BOOT);
      const where = Object.keys(trio.nodes)[(await trio.all(SERVES)).indexOf("yes")] as string;
      const cut = { [where]: trio.nodes[where] as Connection };
      expect((await onNodes(cut, split.script))[where]?.code).toBe(0);
      await trio.until(VOTES, ["No 3 1", "No 3 1"], 3);
      for (
        const end = Date.now() + 5 * MINUTE;
        await trio.takesWrites();
        await new Promise((r) => setTimeout(r, 3_000))
      )
        if (Date.now() > end) throw new Error("writes are taken although neither side has quorum");
      await new Promise((r) => setTimeout(r, MINUTE));
      expect(await trio.takesWrites()).toBe(false);
      expect(await trio.all(BOOT)).toEqual(boots);
      const [taken] = split.undo ?? [];
      if (taken?.kind !== "script") throw new Error("the drill's cut cannot be taken back");
      expect((await onNodes(cut, taken.script))[where]?.code).toBe(0);
      // What could not stop there while its disk was frozen is fenced when the nodes see each other again. One that boots without the third vote waits for it.
      await trio.until(`${VOTES} | sed 's/.* //'`, ["2", "2"], 10);
      await new Promise((r) => setTimeout(r, MINUTE));
      if ((await trio.all(VOTES)).some((v) => v.startsWith("No"))) {
        const typed = await trio.advice("one was started while the third vote was away", /cancel_wait_for_all/);
        expect(typed.length).toBe(2);
        for (const line of typed) await must(inLab(line));
      }
      await trio.until(VOTES, ["Yes 3 2", "Yes 3 2"], 3);
      // Where exactly it serves then is the cluster's own choice: both have the same data.
      for (
        const end = Date.now() + 15 * MINUTE;
        !(await trio.takesWrites());
        await new Promise((r) => setTimeout(r, 5_000))
      )
        if (Date.now() > end) throw new Error("writes are not taken again 15 min after the split is over");
      expect((await stack.sql("select count(*) > 1 from served")).trim().split("\n").at(-1)).toBe("t");
    },
    35 * MINUTE,
  );

  step(
    "counts the vote again when the third machine is back",
    async () => {
      await must(virsh("start arbiter"));
      await trio.until(VOTES, ["Yes 3 3", "Yes 3 3"], 5);
      await stack.healthy(10);
    },
    15 * MINUTE,
  );

  step(
    "goes away with the stack",
    async () => {
      await must(stack.pulumi("destroy --yes --skip-preview"));
      const [left] = Object.values(
        await onNodes({ arbiter: trio.arbiter }, "ls /etc/corosync/qnetd/nssdb/qvd-ha-* 2>/dev/null || true"),
      );
      expect(left?.stdout).toBe("");
    },
    10 * MINUTE,
  );
});
