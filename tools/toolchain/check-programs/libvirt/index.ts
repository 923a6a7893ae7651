import * as libvirt from "@pulumi/libvirt";

const provider = new libvirt.Provider("nowhere", { uri: "qemu+unix:///system?socket=/nonexistent/libvirt-sock" });
new libvirt.Network("network", { name: "toolchain-check", mode: "none" }, { provider });
