import type { PacemakerSpec } from "../../../providers/pacemaker/spec";
import { parseSimulation, describe as inWords } from "../../../providers/pacemaker/simulate";
import { cibWith } from "./cluster";
import type { NodeState } from "./cluster";
import { development } from "./development";
import { INSTALLED } from "./simulator";
import { scratch, tool } from "./tools";

/**
 * Proves what Pacemaker's validator and scheduler make of fencing by watchdogs alone: a node that is lost is fenced although no device is there, the other one
 * takes over after that, and without quorum nothing is taken over. Not: that sbd resets anything.
 */
describe("fencing by watchdogs", () => {
  const place = scratch();
  afterAll(() => place.remove());
  let spec: PacemakerSpec;
  const good = { pingd: "100", "master-p_drbd_postgres": "10000" };

  beforeAll(async () => {
    spec = await development({
      fencing: { kind: "sbd", sbd: { module: "i6300esb" } },
      quorum: {
        device: { connection: { host: "172.20.64.93", hostKey: "ssh-ed25519 AAAA" }, timeout: 5000, syncTimeout: 8000 },
      },
      arbiterPrivateKey: "a-key",
    });
  }, 60_000);

  /** As sbd has told Pacemaker, or not. */
  const cib = (watchdog: boolean, states: Record<string, NodeState>, quorum = "1"): string =>
    place.file(
      "cib.xml",
      cibWith(spec, INSTALLED.schema, states)
        .replace('have-quorum="1"', `have-quorum="${quorum}"`)
        .replace('name="have-watchdog" value="false"', `name="have-watchdog" value="${watchdog}"`),
    );
  const healthy = { qvddb1: { attributes: good }, qvddb2: { attributes: good } };
  const simulate = (file: string): string[] => {
    const { out, err } = tool("crm_simulate", ["--simulate", "--xml-file", file, "--output-as=xml"]);
    if (err.includes("rror")) throw new Error(err);
    return parseSimulation(out).actions.map(inWords);
  };

  test("the validator takes it where sbd runs, and refuses it where it does not", () => {
    expect(tool("crm_verify", ["--xml-file", cib(true, healthy)]).code).toBe(0);
    expect(tool("crm_verify", ["--xml-file", cib(false, healthy)]).code).toBe(78);
  });

  test("a lost node is fenced without a device, and the other one takes over", () => {
    const states = { qvddb1: { state: "lost" as const }, qvddb2: { attributes: good } };
    const does = simulate(cib(true, states));
    expect(does.filter((a) => a.startsWith("Fence"))).toEqual([expect.stringMatching(/^Fence \(reboot\) qvddb1/)]);
    expect(does).toEqual(expect.arrayContaining(["promote p_drbd_postgres on qvddb2", "start p_postgres on qvddb2"]));
  });

  test("without quorum nobody is fenced and nothing starts", () => {
    const states = { qvddb1: { state: "lost" as const }, qvddb2: { attributes: good } };
    expect(
      simulate(cib(true, states, "0")).filter(
        (a) => /^(Fence|start p_(fs|ip|postgres)|promote)/.test(a) && !a.includes("blocked"),
      ),
    ).toEqual([]);
  });
});
