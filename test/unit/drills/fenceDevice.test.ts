import { spawnSync } from "node:child_process";
import type { FenceDevice } from "../../../providers/fencing";
import {
  externalLibvirt,
  fenceIpmilan,
  fenceQvdHa,
  fenceVirsh,
  fenceXenapi,
  fenceXvm,
} from "../../../providers/fencing";
import { FENCE_DEVICES } from "../../../drills/actions/fenceDevice";

// Proves by which address, protocol and port each kind of device is cut off, from the parameters that the program itself gives it. Pacemaker's commands are
// stand-ins; whether such a device can then really not be reached, only a drill can tell.
const node = "qvddb1";

/** @param missing exit status of crm_resource for a parameter that is not set, which Pacemaker 2.1 and 3.0 have otherwise */
function reached(
  devices: Readonly<Record<string, FenceDevice>>,
  missing = "0",
): { d: string; status: number | null; why: string } {
  const answers = Object.entries(devices).flatMap(([id, { params }]) =>
    Object.entries(params).map(([k, v]) => `"--resource ${id} --get-parameter ${k}") echo '${v}' ;;`),
  );
  const agents = Object.entries(devices).map(
    ([id, { agent }]) =>
      `*"'${id}'"*) printf '%s\\n' '<primitive id="${id}" class="stonith" type="${agent}">' '  <nvpair name="type" value="other"/>' '</primitive>' ;;`,
  );
  const standIns = `crm_resource() { case $* in --list-raw) printf '%s\\n' p_drbd_postgres ${Object.keys(devices).join(" ")} ;; ${answers.join(" ")} *) return \${MISSING:-0} ;; esac; }
cibadmin() { case $* in ${agents.join(" ")} *) return 105 ;; esac; }
getent() { case $2 in nowhere) return 2 ;; xen1) echo '192.0.2.7  STREAM xen1' ;; *) echo "$2  STREAM" ;; esac; }`;
  const done = spawnSync("bash", ["-euo", "pipefail", "-c", `${standIns}\n${FENCE_DEVICES}\necho "$d"`], {
    encoding: "utf8",
    env: { ...process.env, MISSING: missing },
  });
  return { d: done.stdout.trim(), status: done.status, why: done.stderr.trim() };
}

const ipmi = { node, address: "10.0.0.5", username: "u", lanplus: true, privilege: "operator" as const };
const xen = { node, machine: "m", username: "u" };
const libvirt = { node, domain: node, address: "10.0.0.5" };
const virt = { node, domain: node, transport: "tcp" as const, address: "10.0.0.5" };

describe("the fence device is cut off", () => {
  it.each<[string, FenceDevice, string]>([
    ["fence_virsh", fenceVirsh(libvirt), "10.0.0.5 . tcp . 22"],
    ["fence_virsh with a port", fenceVirsh({ ...libvirt, port: 2222 }), "10.0.0.5 . tcp . 2222"],
    ["fence_qvd_ha", fenceQvdHa(libvirt), "10.0.0.5 . tcp . 22"],
    ["external/libvirt", externalLibvirt(libvirt), "10.0.0.5 . tcp . 22"],
    ["external/libvirt with a port", externalLibvirt({ ...libvirt, port: 2222 }), "10.0.0.5 . tcp . 2222"],
    ["fence_ipmilan", fenceIpmilan(ipmi), "10.0.0.5 . udp . 623"],
    ["fence_ipmilan with a port", fenceIpmilan({ ...ipmi, port: 624 }), "10.0.0.5 . udp . 624"],
    ["fence_xenapi", fenceXenapi({ ...xen, sessionUrl: "https://xen1" }), "192.0.2.7 . tcp . 443"],
    ["fence_xenapi with a port", fenceXenapi({ ...xen, sessionUrl: "https://xen1:8443/" }), "192.0.2.7 . tcp . 8443"],
    ["fence_xvm", fenceXvm({ node, domain: node, transport: "multicast" }), "225.0.0.12 . udp . 1229"],
    [
      "fence_xvm with a group",
      fenceXvm({ ...virt, transport: "multicast", address: "225.0.0.9" }),
      "225.0.0.9 . udp . 1229",
    ],
    ["fence_virt by TCP", fenceXvm({ ...virt, port: 1230 }), "10.0.0.5 . tcp . 1230"],
  ])("%s", (_name, device, expected) => {
    for (const missing of ["0", "105"])
      expect(reached({ p_fence_qvddb1: device }, missing)).toEqual({ d: expected, status: 0, why: "" });
  });

  it("at every address of every kind, each once", () => {
    const devices = {
      p_fence_qvddb1: fenceVirsh(libvirt),
      p_fence_qvddb2: fenceVirsh({ ...libvirt, node: "qvddb2" }),
      p_fence_qvddb1_2: fenceIpmilan(ipmi),
    };
    expect(reached(devices).d).toBe("10.0.0.5 . tcp . 22,10.0.0.5 . udp . 623");
  });

  it.each<[string, Readonly<Record<string, FenceDevice>>, RegExp]>([
    ["a watchdog", {}, /no fence device that is reached by a network: a watchdog fences by itself/],
    ["a socket of the hypervisor", { p_fence_qvddb1: fenceXvm({ node, domain: node, transport: "vsock" }) }, /vsock/],
    ["an agent that nobody knows", { p_fence_qvddb1: { agent: "fence_apc", params: {} } }, /is a fence_apc/],
    [
      "a name without address",
      { p_fence_qvddb1: fenceVirsh({ ...libvirt, address: "nowhere" }) },
      /nowhere is not known/,
    ],
  ])("is refused with a reason for %s", (_name, devices, why) => {
    expect(reached(devices)).toEqual({ d: "", status: 1, why: expect.stringMatching(why) });
  });
});
