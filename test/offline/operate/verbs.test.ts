import type { Answer } from "@qvd-ha/providers/dist/remote";
import { raw } from "@qvd-ha/providers/dist/remote";
import { pacemaker } from "../../../providers/pacemaker";
import { steps } from "../../../providers/step";
import { Refused } from "../../../tools/cli/stack";
import type { Hands } from "../../../tools/operate/hands";
import { maintenanceOff, maintenanceOn } from "../../../tools/operate/maintenance";
import { startService, stopService } from "../../../tools/operate/service";
import { onlineAgain, standby } from "../../../tools/operate/standby";
import { switchOver } from "../../../tools/operate/switchOver";
import { Previewed, Work } from "../../../tools/operate/work";
import { reportFacts, reportOf } from "../../../tools/status/node";
import type { NodeReport } from "../../../tools/status/node";
import type { Status } from "../../../tools/status/read";
import { activeNode } from "../../../tools/status/read";
import { FENCE_AGENT, TwoNodes } from "../impact/twoNodes";
import { synced } from "../../unit/drbd/samples";
import { development } from "../pacemaker/development";

// Proves with the real Corosync and Pacemaker, in name spaces of this machine, that the verbs do what they say, twice over and after an interruption, and leave nothing behind. Agents are
// stand-ins, DRBD is always in sync, and no service is interrupted that anybody could lose a write by: that is for test/e2e/verbs. Nothing boots here.

jest.setTimeout(15 * 60_000);

const NODES = ["qvddb1", "qvddb2"];
const QUIET = { cluster: 1 };

class Cluster {
  readonly said: string[] = [];
  constructor(readonly two: TwoNodes) {}

  private report(node: string): NodeReport {
    const facts = reportFacts("192.0.2.1", "postgres");
    const ask = (f: { command: { script: { text: string } } }): Answer =>
      this.two.run(node, { script: raw(f.command.script.text) });
    return reportOf({
      cluster: facts.cluster.parse(ask(facts.cluster)),
      cib: facts.cib.parse(ask(facts.cib)),
      // Neither a disk nor a second ring stands behind the stand-ins.
      drbd: synced,
      rings: [{ link: 0, address: "10.254.7.1", peers: { "2": "connected" } }],
      third: facts.third.parse(ask(facts.third)),
      address: false,
    });
  }

  status(): Status {
    return { taken: "", nodes: Object.fromEntries(NODES.map((n) => [n, this.report(n)])) };
  }

  hands(): Hands {
    return {
      nodes: NODES,
      boundSeconds: 120,
      drbdResource: "postgres",
      hypervisor: () => undefined,
      run: async (node, { script, stdin }) =>
        this.two.run(node, { script: raw(script.text), ...(typeof stdin === "string" ? { stdin } : {}) }),
      status: async () => this.status(),
      pause: (seconds) => new Promise((r) => setTimeout(r, seconds * 500)),
    };
  }

  work(consent = "", preview = false): Work {
    process.env.QVD_HA_CONSENT = consent;
    return new Work(this.hands(), {
      verb: "a-verb",
      say: (t) => void this.said.push(t),
      ...(preview ? { preview } : {}),
    });
  }

  get active(): string | undefined {
    return activeNode(this.status());
  }

  get passive(): string {
    return NODES.find((n) => n !== this.active) as string;
  }

  /** Everything that verbs or their tools might leave. */
  left(): string[] {
    const r = this.report("qvddb1");
    return [...r.constraints, ...r.kept.map((k) => `${k.id} ${k.detail}`)];
  }
}

describe("on the real Pacemaker", () => {
  let c: Cluster;

  beforeAll(async () => {
    const two = TwoNodes.up();
    c = new Cluster(two);
    two.settled();
    const spec = await development(FENCE_AGENT);
    const [first] = steps(pacemaker.plan(spec, two.seen(spec)));
    expect(two.run("qvddb1", first!.command)).toMatchObject({ code: 0 });
    two.settled(7);
    expect(c.active).toBeDefined();
  });
  afterAll(() => {
    delete process.env.QVD_HA_CONSENT;
    c?.two.down();
  });

  test("a switch-over without consent is refused, and a preview does nothing", async () => {
    const before = c.active;
    await expect(switchOver(c.work())).rejects.toThrow(
      /needs consent; nothing was touched: make a-verb CONSENT="moves:g_postgres moves:p_ip_postgres"/,
    );
    await expect(switchOver(c.work("moves:p_postgres", true))).rejects.toThrow(Previewed);
    expect(c.active).toBe(before);
    expect(c.left()).toEqual([]);
  });

  test("a switch-over moves the service, and leaves nothing behind", async () => {
    const to = c.passive;
    await switchOver(c.work("moves:p_postgres"));
    expect(c.active).toBe(to);
    expect(c.left()).toEqual([]);
    await switchOver(c.work(), to);
    expect(c.said.at(-1)).toContain("nothing to do");
  });

  test("one that was interrupted goes on to where it was going", async () => {
    const to = c.passive;
    c.two.must("qvddb1", `crm_resource --resource g_postgres --move --node ${to}`);
    await switchOver(c.work());
    expect(c.active).toBe(to);
    expect(c.left()).toEqual([]);
  });

  test("a ban on the other node refuses it", async () => {
    const to = c.passive;
    c.two.must("qvddb1", `crm_resource --resource g_postgres --ban --node ${to}`);
    c.two.settled(QUIET.cluster);
    await expect(switchOver(c.work("moves:p_postgres"))).rejects.toThrow(/cli-ban-g_postgres-on-\S+ forbids it/);
    c.two.must("qvddb1", "crm_resource --resource g_postgres --clear");
  });

  test("standby of the passive node asks nobody, of the active one moves the service; both come back", async () => {
    const [active, passive] = [c.active as string, c.passive];
    await standby(c.work(), passive);
    await standby(c.work(), passive);
    expect(c.active).toBe(active);
    await expect(switchOver(c.work("moves:p_postgres"))).rejects.toThrow(/is in standby/);
    await onlineAgain(c.work(), passive);
    await onlineAgain(c.work(), passive);
    await expect(standby(c.work(), active)).rejects.toThrow(Refused);
    await standby(c.work("moves:p_postgres"), active);
    expect(c.active).toBe(passive);
    await onlineAgain(c.work(), active);
    expect(c.left()).toEqual([]);
  });

  test("the service is stopped, stays so, and is started", async () => {
    await expect(stopService(c.work())).rejects.toThrow(/stops:p_postgres/);
    await stopService(c.work("stops:p_postgres"));
    await stopService(c.work());
    expect(c.active).toBeUndefined();
    await startService(c.work());
    await startService(c.work());
    expect(c.active).toBeDefined();
    expect(c.left()).toEqual([]);
  });

  test("maintenance mode goes on and off, and a word that stood there before stands there again", async () => {
    const before = c.active;
    c.two.must("qvddb1", "crm_attribute --name maintenance-mode --update false");
    await maintenanceOn(c.work());
    await maintenanceOn(c.work());
    await expect(standby(c.work(), c.passive)).rejects.toThrow(/maintenance mode is on/);
    await maintenanceOff(c.work());
    await maintenanceOff(c.work());
    expect(c.active).toBe(before);
    expect(c.left()).toEqual(["maintenance-mode false"]);
    c.two.must("qvddb1", "crm_attribute --name maintenance-mode --delete");
    await maintenanceOn(c.work());
    await maintenanceOff(c.work());
    expect(c.left()).toEqual([]);
  });
});
