import { merge, parseCib } from "../../../providers/pacemaker/cib";
import { bareCib } from "../pacemaker/cluster";
import { development, PROFILE_KEYS } from "../pacemaker/development";
import { stage } from "../pacemaker/play";
import type { Scenario } from "../pacemaker/scenario";
import { asPlayed } from "../pacemaker/scenario";
import { INSTALLED } from "../pacemaker/simulator";

/**
 * Proves, by Pacemaker's own scheduler, why a drill takes DRBD's clone out of its hands while a layer is put below the disk of the node that serves, that this is
 * enough, and that nothing of the kind is needed on the other node. 10 is what DRBD's agent gives a node that has only the other one's disk.
 */
const WORDS = ["stop", "start", "promote", "demote", "fence"];
const scenario = (name: string, given: Scenario["given"], expect: Scenario["expect"]): Scenario => ({
  name,
  given,
  expect,
  why: name,
});
const nothing = { actions: [], nothingElse: true, never: WORDS };

const SCENARIOS: readonly Scenario[] = [
  scenario(
    "a monitor that finds the active node without its disk moves the service",
    { scores: { qvddb1: 10 } },
    { actions: ["demote p_drbd_postgres qvddb1", "promote p_drbd_postgres qvddb2"] },
  ),
  scenario(
    "it does not while the clone is in maintenance",
    { scores: { qvddb1: 10 }, meta: { ms_drbd_postgres: { maintenance: "true" } } },
    nothing,
  ),
  scenario("nothing comes of maintenance itself", { meta: { ms_drbd_postgres: { maintenance: "true" } } }, nothing),
  scenario("nothing comes of the standby node without its disk", { scores: { qvddb2: 10 } }, nothing),
];

describe.each(Object.keys(asPlayed))("with profile %s", (profile) => {
  const found = new Map<string, string[]>();

  beforeAll(async () => {
    const on = stage(merge(parseCib(bareCib(INSTALLED.schema)), await development(PROFILE_KEYS[profile])), INSTALLED);
    for (const s of SCENARIOS) found.set(s.name, await on.complaints(s));
    on.close();
  }, 120_000);

  test.each(SCENARIOS.map((s) => [s.name]))("%s", (name) => expect(found.get(name)).toEqual([]));
});
