/** Prints the password of XenAPI: what fence agents call a password script. */
export const XENAPI_PASSWORD_SCRIPT = "/etc/qvd-ha/fence_xenapi";
/** The management boards' password, one line. */
export const IPMI_PASSWORD_FILE = "/etc/qvd-ha/fence_ipmi";
/** Stands before ipmitool. */
export const IPMI_TOOL = "/etc/qvd-ha/fence_ipmi_tool";
/** The key that fence_virtd and the nodes share. */
export const XVM_KEY = "/etc/qvd-ha/fence_xvm.key";
