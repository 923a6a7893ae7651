import { debianLike } from "./debianLike";

export const debian12 = debianLike({
  name: "debian12",
  title: "Debian 12",
  proven: true,
  postgresVersion: 15,
  pacemaker: "2.1",
  agentPackages: ["fence-agents", "resource-agents"],
  fenceAgents: ["external/libvirt", "fence_ipmilan", "fence_virsh", "fence_virt", "fence_xenapi", "fence_xvm"],
  fencingPackages: { xvm: ["fence-virt"], xenapi: [], ipmi: ["ipmitool"] },
});
