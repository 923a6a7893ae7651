/** CIB ids that status and drills look for: the HOWTO's. */
export const IDS = {
  ping: "p_ping",
  drbd: "p_drbd_postgres",
  fileSystem: "p_fs_postgres",
  address: "p_ip_postgres",
  postgres: "p_postgres",
} as const;

/** Node attribute that the ping clone sets, and that promotion needs. */
export const PING_ATTRIBUTE = "pingd";
