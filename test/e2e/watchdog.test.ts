import "./watchdog/environment";
import type { Connection } from "@qvd-ha/providers/dist/remote";
import { inLab, must, onNodes } from "./support/stack";
import { step } from "./support/steps";
import { BOOT, SERVES, Trio, virsh, VOTES } from "./support/trio";

// A pair that nobody can power off from outside: a watchdog on each node (diskless SBD, softdog) and a third vote. Proves on three guests that the side
// without the vote is reset by its own watchdog, that the other one waits for that and then serves, and that no write is lost. Not: a real watchdog, which
// goes on when the kernel hangs. Run by itself: QVD_HA_E2E=watchdog make e2e.

const MINUTE = 60_000;
const trio = new Trio("watchdog-test");
const { stack } = trio;
/** stonith-watchdog-timeout: twice the watchdog's 15 s. */
const RESET_SECONDS = 30;
const GUARDED = "systemctl is-active sbd; cat /sys/class/watchdog/watchdog0/timeout";

describe("a pair with watchdogs and a third vote", () => {
  afterAll(() => trio.end(), 5 * MINUTE);

  step(
    "is deployed, guarded on both nodes, and has nothing to do the second time",
    async () => {
      await trio.make(["sbd"], ({ hypervisors: _none, ...s }, device) => ({
        ...s,
        quorum: { device: { ...device, timeout: 5000, syncTimeout: 10_000 } },
        fencing: { kind: "sbd", sbd: { module: "softdog" } },
      }));
      await stack.up();
      await stack.healthy(5);
      expect(await trio.all(VOTES)).toEqual(["Yes 3 3", "Yes 3 3"]);
      expect(await trio.all(GUARDED)).toEqual(["active\n15", "active\n15"]);
      await must(stack.pulumi("refresh --preview-only --expect-no-changes"));
      expect(await stack.up()).not.toMatch(/\d+ (created|updated|replaced|deleted|changed)/);
    },
    35 * MINUTE,
  );

  step(
    "is split: the side without the vote resets itself, the other one serves, and no write is lost",
    async () => {
      const boots = await trio.all(BOOT);
      await stack.mustVerb("drill partition --no-verify --consent qvd-ha@172.20.64.90");
      await stack.healthy(10);
      expect((await trio.all(BOOT)).filter((b) => !boots.includes(b))).toHaveLength(1);
      expect(await trio.all(VOTES)).toEqual(["Yes 3 3", "Yes 3 3"]);
    },
    25 * MINUTE,
  );

  step(
    "counts the active node as reset no sooner than its watchdog must have done it, and then serves on the other one",
    async () => {
      await stack.sql("create table served (i int); insert into served values (1)");
      const active = Object.keys(trio.nodes)[(await trio.all(SERVES)).indexOf("yes")] as string;
      const struck = Date.now();
      await must(virsh(`destroy ${active}`));
      while (!(await trio.takesWrites())) {
        if (Date.now() > struck + 5 * MINUTE) throw new Error("no write is taken 5 min after the active node's death");
        await new Promise((r) => setTimeout(r, 1_000));
      }
      const seconds = (Date.now() - struck) / 1000;
      console.log(`a write was taken ${Math.round(seconds)} s after the active node's death`);
      expect(seconds).toBeGreaterThan(RESET_SECONDS);
      expect((await stack.sql("select count(*) from served where i = 1")).trim()).toBe("1");
      // Nobody else switches it on: there is no fence device.
      await must(virsh(`start ${active}`));
      await stack.healthy(10);
    },
    20 * MINUTE,
  );

  step(
    "is not guarded any more on one node: the doctor says so, and what it says brings the guard back",
    async () => {
      const standby = Object.keys(trio.nodes)[(await trio.all(SERVES)).indexOf("no")] as string;
      const one = { [standby]: trio.nodes[standby] as Connection };
      const taken = "systemctl disable --quiet sbd; systemctl stop pacemaker corosync; systemctl start corosync";
      expect((await onNodes(one, taken))[standby]?.code).toBe(0);
      const typed = await trio.advice(
        "no watchdog would reset this node",
        new RegExp(`NODE=${standby} .*(sbd|corosync)`),
      );
      expect(typed.length).toBeGreaterThanOrEqual(3);
      for (const line of typed) await must(inLab(line));
      await stack.healthy(5);
      expect(await trio.all(GUARDED)).toEqual(["active\n15", "active\n15"]);
    },
    15 * MINUTE,
  );

  step(
    "goes away with the stack, and no watchdog waits any more",
    async () => {
      await must(stack.pulumi("destroy --yes --skip-preview"));
      const left = await onNodes(trio.nodes, "systemctl is-enabled sbd || true; systemctl is-active sbd || true");
      for (const a of Object.values(left)) expect(a.stdout).toBe("disabled\ninactive\n");
    },
    10 * MINUTE,
  );
});
