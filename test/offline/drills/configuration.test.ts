import type { Configuration } from "../../../drills/invariants/configuration";
import { parseConfiguration } from "../../../drills/invariants/configuration";
import { parseSample, samplerScript } from "../../../drills/invariants/sample";
import { NAMES, TwoNodes } from "../impact/twoNodes";

// Proves with the real Corosync and Pacemaker of this machine, twice, that the sampler reads each node's copy of the configuration from its disk, and that members
// hold the same, whoever has changed what. Neither node has a disk of DRBD's: whether two are members, the drill's own samples tell.
jest.setTimeout(600_000);

describe("the configuration on the disks of two members", () => {
  let nodes: TwoNodes;
  beforeAll(() => {
    nodes = TwoNodes.up();
    nodes.must(NAMES[0], "until crm_mon -1 2>/dev/null | grep -q 'Online: .*qvddb1 qvddb2'; do sleep 0.5; done");
  });
  afterAll(() => nodes.down());

  /** One sample, since standard input has ended already; without the strictness with which commands run elsewhere. */
  function held(node: string): Configuration | undefined {
    const lines = nodes.must(node, `set +eu\n${samplerScript("10.0.0.9", 5432, 1).text}`).split("\n");
    const known = lines.flatMap((l) => parseConfiguration(l) ?? []).at(-1);
    const sample = lines.flatMap((l) => parseSample(l, node, 1, 0, known) ?? []).at(-1);
    expect(sample).toMatchObject({ configuration: known?.version, content: known?.digest });
    return known;
  }

  /** What both hold once a change is on both disks. */
  function both(after: string | undefined): Configuration {
    for (let i = 0; i < 60; i++) {
      const [a, b] = NAMES.map(held);
      if (a && b && a.version === b.version && a.version !== after) {
        expect(b).toEqual(a);
        return a;
      }
      nodes.must(NAMES[0], "sleep 0.5");
    }
    throw new Error("the nodes do not come to hold one version");
  }

  it("is the same, with every change, whichever node it is made on", () => {
    const first = both(undefined);
    nodes.must(NAMES[0], "crm_attribute --name stonith-enabled --update false");
    const changed = both(first.version);
    expect(changed.digest).not.toBe(first.digest);
    const made = '<cluster_property_set id="drill"><nvpair id="drill-x" name="x" value="1"/></cluster_property_set>';
    nodes.must(NAMES[1], `cibadmin --create --scope crm_config --xml-text '${made}'`);
    const added = both(changed.version);
    const turned = '<nvpair value="2" name="x" id="drill-x"/>';
    nodes.must(NAMES[0], `cibadmin --replace --xpath "//nvpair[@id='drill-x']" --xml-text '${turned}'`);
    const last = both(added.version);
    expect(new Set([first, changed, added, last].map((c) => c.digest)).size).toBe(4);
  });
});
