import { pacemaker } from "../../../providers/pacemaker";
import { pacemakerSchema } from "../../../providers/pacemaker/spec";
import { steps } from "../../../providers/step";
import { TwoNodes } from "./twoNodes";

/**
 * Levels of fencing with the real fencer of two nodes in name spaces: the second kind of device is asked where the first one has failed, and not before.
 * Proves the order, from our own elements and commit. The agents are stand-ins: one whose plug is "broken" fails, and nobody is ever powered off.
 */
jest.setTimeout(10 * 60_000);
const connection = { host: "h", hostKey: "ssh-ed25519 AAAA", privateKey: "-" };
const device = (node: string, plug: string) => ({
  kind: "primitive",
  agent: "stonith:fence_virsh",
  params: { pcmk_host_list: node, pcmk_host_check: "static-list", plug, ip: "aries", username: "root" },
});
const away = (resource: string, node: string) => ({ kind: "location", resource, node, score: "-INFINITY" });
const spec = pacemakerSchema.parse({
  connections: { qvddb1: connection, qvddb2: connection },
  properties: { "stonith-enabled": true },
  elements: {
    first: device("qvddb2", "broken"),
    l_first: away("first", "qvddb2"),
    second: device("qvddb2", "works"),
    l_second: away("second", "qvddb2"),
    fl_qvddb2_1: { kind: "level", target: "qvddb2", index: 1, devices: ["first"] },
    fl_qvddb2_2: { kind: "level", target: "qvddb2", index: 2, devices: ["second"] },
  },
});

test("the second level fences where the first one has failed", () => {
  const cluster = TwoNodes.up();
  try {
    cluster.settled();
    const [commit] = steps(pacemaker.plan(spec, cluster.seen(spec)));
    expect(cluster.run("qvddb1", commit!.command)).toMatchObject({ code: 0 });
    cluster.settled(3);
    expect(steps(pacemaker.plan(spec, cluster.seen(spec)))).toEqual([]);
    expect(cluster.must("qvddb1", "stonith_admin --reboot qvddb2 --timeout 60 2>&1 || echo failed")).not.toMatch(
      /failed/,
    );
    const plugs = [...cluster.must("qvddb1", "cat /run/fence-calls").matchAll(/plug=(\w+)/g)].map((m) => m[1]);
    expect(plugs.at(0)).toBe("broken");
    expect(plugs.at(-1)).toBe("works");
  } finally {
    cluster.down();
  }
});
