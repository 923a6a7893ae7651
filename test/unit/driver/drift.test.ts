import { corosync } from "../../../providers/corosync";
import { render } from "../../../providers/corosync/render";
import { drift } from "../../../providers/driver/drift";
import { kinds } from "../../../providers/kinds";
import { formed, spec } from "../corosync/samples";

// Proves what a refresh says beside the properties: the reasons of the steps that the next `up` would run, and nothing else.

const both = (two: ReturnType<typeof formed>) => ({ qvddb1: formed(spec()), qvddb2: two });

it("says nothing where nothing is to be done", () => expect(drift(corosync, spec(), both(formed(spec())))).toEqual({}));

it("names, by node, what no property stands for", () => {
  const stopped = { ...formed(spec()), units: { ...formed(spec()).units, pacemaker: false } };
  expect(drift(corosync, spec(), both(stopped))).toEqual({
    drift: { qvddb2: ["pacemaker does not run: start both, and at boot"] },
  });
  const more = { ...formed(spec()), conf: render(spec()).replace("version: 2", "version: 2\n\tnetmtu: 1400") };
  expect(drift(corosync, spec(), both(more)).drift?.qvddb2).toEqual([
    "/etc/corosync/corosync.conf is not as wanted: totem.netmtu",
  ]);
});

it("leaves out what only waits", () => {
  const linkDown = { ...formed(spec()), membership: { ...formed(spec()).membership, links: [true, false] } };
  expect(corosync.plan(spec(), both(linkDown)).stages).not.toEqual([]);
  expect(drift(corosync, spec(), both(linkDown))).toEqual({});
});

it("keeps still about a plan that is refused: its error is for the run that wants it", () => {
  const foreign = { ...formed(spec()), conf: "totem {\n\tcluster_name: payroll\n}\n" };
  expect(() => corosync.plan(spec(), both(foreign))).toThrow();
  expect(drift(corosync, spec(), both(foreign))).toEqual({});
});

it("has a name that no kind uses for itself", () => {
  for (const kind of Object.values(kinds)) expect(kind.outputNames ?? []).not.toContain("drift");
});
