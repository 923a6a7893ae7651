import { fenceIpmilan, fenceQvdHa, fenceVirsh, fenceXenapi, fenceXvm } from "../../../providers/fencing";

// Proves that Pacemaker adds no second name of the machine to a device's own. That fence_virt refuses two, and whom the others would take then, was seen on guests and in their code.

const virsh = { node: "qvddb1", domain: "vm-a", address: "172.20.64.1" };
const devices = {
  fence_virsh: fenceVirsh(virsh),
  fence_qvd_ha: fenceQvdHa(virsh),
  fence_virt: fenceXvm({ node: "qvddb1", domain: "vm-a", transport: "tcp", address: "172.20.64.1" }),
  fence_xvm: fenceXvm({ node: "qvddb1", domain: "vm-a", transport: "multicast" }),
  fence_xenapi: fenceXenapi({ node: "qvddb1", machine: "vm-a", sessionUrl: "https://xen1", username: "root" }),
  fence_ipmilan: fenceIpmilan({
    node: "qvddb1",
    address: "10.0.0.1",
    username: "fence",
    lanplus: true,
    privilege: "operator",
  }),
};

test.each(Object.entries(devices))("%s is told whom to fence by its own parameters alone", (agent, device) => {
  expect(device.agent).toBe(agent);
  expect(device.params).toMatchObject({ pcmk_host_list: "qvddb1", pcmk_host_argument: "none" });
  expect(device.params.port).toBeUndefined();
});
