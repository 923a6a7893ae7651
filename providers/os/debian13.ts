import { debianLike } from "./debianLike";

export const debian13 = debianLike({
  name: "debian13",
  title: "Debian 13",
  proven: true,
  postgresVersion: 17,
  pacemaker: "3.0",
  agentPackages: ["fence-agents-virsh", "resource-agents"],
  fenceAgents: ["external/libvirt", "fence_ipmilan", "fence_virsh", "fence_virt", "fence_xenapi", "fence_xvm"],
  fencingPackages: {
    xvm: ["fence-virt"],
    xenapi: ["fence-agents-xenapi"],
    ipmi: ["fence-agents-ipmilan", "ipmitool"],
  },
});
