/** Also included by the system-wide configuration of ssh, for agents that take no options of ours. */
export const CLIENT_CONFIG = "/etc/ssh/ssh_config.d/qvd-ha-fence.conf";
export const KNOWN_HOSTS = "/etc/qvd-ha/fence_known_hosts";
/** Default place of the fencing key. */
export const KEY_PATH = "/etc/qvd-ha/fence_ed25519";
/** Where the standing connections listen; in memory, as they end with the machine. */
export const SOCKETS = "/run/qvd-ha-fence";
