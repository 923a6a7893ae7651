import { debianLike } from "./debianLike";

export const ubuntu2404 = debianLike({
  name: "ubuntu2404",
  title: "Ubuntu 24.04",
  proven: false,
  postgresVersion: 16,
  pacemaker: "2.1",
  agentPackages: ["fence-agents-base", "fence-agents-extra", "resource-agents-base", "resource-agents-extra"],
  fenceAgents: ["external/libvirt", "fence_ipmilan", "fence_virsh", "fence_virt", "fence_xenapi", "fence_xvm"],
  fencingPackages: { xvm: ["fence-virt"], xenapi: [], ipmi: ["ipmitool"] },
});
