import { diskDelay, diskErrors, layerBelowDrbd, layerTools, WITHOUT_LAYER } from "../../../drills/actions/layer";
import { LayeredNode, ON_LAYER, OWN_DISK } from "./simulated/layeredNode";

// Proves in which order the scripts of the layer go, that each ends where it should, and that what takes it back may run at any time and twice. The node is a
// stand-in: that DRBD and the kernel take it so, only a drill can tell.
const MAPPED = ON_LAYER.below;
const put = layerBelowDrbd("active").script;
const good = { status: 0, stderr: "" };
const layered = (role: "Primary" | "Secondary"): LayeredNode => {
  const node = new LayeredNode(role);
  expect(node.run(put)).toEqual(good);
  node.did();
  return node;
};

describe("a layer below DRBD", () => {
  it("is put there with DRBD's own options, and with Pacemaker out of it on the node that serves", () => {
    const node = new LayeredNode("Primary");
    expect(node.run(put)).toEqual(good);
    expect(node.did()).toEqual([
      "maintenance on",
      "detach",
      `create ${ON_LAYER.table}`,
      `drbdmeta 0 v08 ${MAPPED} internal apply-al`,
      `drbdsetup attach 0 ${MAPPED} ${MAPPED} internal --c-max-rate=100M --on-io-error=detach`,
      "maintenance off",
    ]);
    expect(node.rests).toEqual(ON_LAYER);
  });

  it("leaves Pacemaker alone on the other node", () => {
    const node = new LayeredNode("Secondary");
    expect(node.run(put)).toEqual(good);
    expect(node.log.filter((l) => l.startsWith("maintenance"))).toEqual([]);
    expect(node.rests).toEqual(ON_LAYER);
  });

  it("is refused while a disk is behind, and where an operator has the clone in maintenance; nothing is touched then", () => {
    const behind = new LayeredNode("Primary");
    behind.set("state", "UpToDate/Inconsistent");
    expect(behind.run(put)).toMatchObject({ status: 1, stderr: "the disks are UpToDate/Inconsistent\n" });
    expect([behind.did(), behind.rests]).toEqual([[], OWN_DISK]);
    const held = new LayeredNode("Primary");
    held.set("maintenance", "true");
    expect(held.run(put)).toMatchObject({ status: 1, stderr: expect.stringMatching(/in maintenance already/) });
    expect([held.did(), held.rests]).toEqual([[], { ...OWN_DISK, maintenance: "true" }]);
  });

  it("that cannot be put there ends on the disk itself, and out of maintenance", () => {
    const node = new LayeredNode("Primary");
    node.set("unattachable");
    expect(node.run(put).status).toBe(1);
    expect(node.rests).toEqual(OWN_DISK);
    expect(node.log.at(-1)).toBe("maintenance off");
  });
});

describe("what the layer does", () => {
  it("is an error to every request, which is tried at once", () => {
    const node = layered("Secondary");
    expect(node.run(diskErrors("standby").script)).toEqual(good);
    expect(node.get("table")).toBe("0 2048 error");
    const answering = layered("Secondary").run(diskErrors("standby").script, { DEAF: "nothing" });
    expect(answering).toEqual({ status: 1, stderr: `${MAPPED} still answers\n` });
  });

  it("is half a second for every request, which is measured", () => {
    const node = layered("Primary");
    expect(node.run(diskDelay("active", 500).script)).toEqual(good);
    expect(node.get("table")).toMatch(/^0 2048 delay \S+ 0 500$/);
    const quick = layered("Primary").run(diskDelay("active", 500).script, { DEAF: "nothing" });
    expect(quick).toEqual({ status: 1, stderr: `${MAPPED} answers at once\n` });
  });

  it("is nothing where there is no layer", () => {
    expect(new LayeredNode("Primary").run(diskErrors("active").script)).toMatchObject({ status: 1 });
  });

  it("needs dmsetup and its target, or the drill is refused", () => {
    const node = new LayeredNode("Primary");
    const dmsetup = "modprobe() { [ $1 = dm-mod ]; }; dmsetup() { echo 'error v1.6.0'; };";
    expect(node.run(`${dmsetup} ${layerTools("error")}`)).toEqual(good);
    expect(node.run(`${dmsetup} ${layerTools("delay")}`)).toEqual({
      status: 1,
      stderr: "its kernel has no dm-delay\n",
    });
    expect(node.run(`unset -f dmsetup; PATH=/none; ${layerTools("error")}`).stderr).toMatch(/dmsetup is not installed/);
  });
});

describe("taking the layer back", () => {
  it.each([
    ["as it was put there", ""],
    ["with errors", diskErrors("active").script],
    ["with a delay", diskDelay("active", 500).script],
  ])("%s ends on the disk itself, twice", (_name, manner) => {
    for (const role of ["Primary", "Secondary"] as const) {
      const node = layered(role);
      node.run(manner);
      node.did();
      expect(node.run(WITHOUT_LAYER)).toEqual(good);
      expect(node.rests).toEqual(OWN_DISK);
      expect(node.did().filter((l) => l.startsWith("maintenance"))).toHaveLength(role === "Primary" ? 2 : 0);
      expect(node.run(WITHOUT_LAYER)).toEqual(good);
      expect(node.did()).toEqual([]);
    }
  });

  it("has nothing to do on a node that has booted, or where DRBD is down", () => {
    const booted = layered("Secondary");
    booted.boot();
    expect(booted.run(WITHOUT_LAYER)).toEqual(good);
    expect([booted.did(), booted.rests]).toEqual([[], OWN_DISK]);
    const down = layered("Secondary");
    down.goDown();
    expect(down.run(WITHOUT_LAYER)).toEqual(good);
    expect([down.did().at(-1), down.get("table")]).toEqual(["remove", undefined]);
  });

  it("gives Pacemaker back what a drill that was killed has kept from it, after a boot as well", () => {
    const node = new LayeredNode("Secondary");
    node.set("maintenance", "true");
    node.set("drill-maintenance");
    expect(node.run(WITHOUT_LAYER)).toEqual(good);
    expect(node.rests).toEqual(OWN_DISK);
  });

  it("never takes an operator's maintenance away", () => {
    const node = layered("Secondary");
    node.set("maintenance", "true");
    expect(node.run(WITHOUT_LAYER)).toEqual(good);
    expect(node.rests).toEqual({ ...OWN_DISK, maintenance: "true" });
  });

  it("gives back maintenance and tells, where the disk cannot be had again", () => {
    const node = layered("Primary");
    node.set("state", "Inconsistent/UpToDate");
    expect(node.run(WITHOUT_LAYER)).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/is Inconsistent and not/),
    });
    expect(node.rests).toMatchObject({ table: undefined, maintenance: undefined, mark: undefined });
  });
});
