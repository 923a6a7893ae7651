import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Daemon } from "../support/daemon";
import { must, ROOT } from "../support/stack";

/** Of the lab's router, where the guests reach it. */
export const ADDRESS = { host: "172.20.64.1", port: 2223 } as const;
export const ACCOUNT = "qvdha-e2e";

/** A third host for backups: an SSH server of its own in the lab's network, on this machine, which needs pgbackrest, rsync and socat. */
export class Vault {
  readonly folder = join(ROOT, ".state/e2e/vault");
  /** The account must get at it, whoever may look into this checkout. */
  readonly directory = "/var/lib/qvd-ha-e2e-vault";
  /** Where dumps are sent on to. */
  readonly dumps = "/var/lib/qvd-ha-e2e-dumps";
  private readonly daemon = new Daemon();

  /** Keys and an empty place; nothing listens yet. */
  async make(): Promise<void> {
    rmSync(this.folder, { recursive: true, force: true });
    for (const d of [this.directory, this.dumps]) rmSync(d, { recursive: true, force: true });
    for (const d of [this.folder, this.dumps]) mkdirSync(d, { recursive: true, mode: 0o700 });
    for (const key of ["host", "admin"])
      await must(`ssh-keygen -q -t ed25519 -N '' -C '' -f ${join(this.folder, key)}`);
    writeFileSync(
      join(this.folder, "sshd_config"),
      [
        `Port ${ADDRESS.port}`,
        `ListenAddress ${ADDRESS.host}`,
        `HostKey ${join(this.folder, "host")}`,
        "PidFile none",
        "UsePAM no",
        "PasswordAuthentication no",
        "PermitRootLogin prohibit-password",
        "AuthorizedKeysFile .ssh/authorized_keys",
        "Match User root",
        `  AuthorizedKeysFile ${join(this.folder, "admin.pub")}`,
        "",
      ].join("\n"),
    );
  }

  get hostKey(): string {
    return readFileSync(join(this.folder, "host.pub"), "utf8").trim();
  }

  get adminKey(): string {
    return join(this.folder, "admin");
  }

  async start(): Promise<void> {
    mkdirSync("/run/sshd", { recursive: true });
    await this.daemon.start(`/usr/sbin/sshd -D -e -o StrictModes=no -f ${join(this.folder, "sshd_config")}`, {
      port: ADDRESS.port,
      by: "tcp",
    });
  }

  /** Nobody gets in any more; who is in stays. */
  stop(): void {
    this.daemon.stop();
  }

  async end(): Promise<void> {
    this.stop();
    await must(`userdel ${ACCOUNT} 2>/dev/null || true; rm -rf ${this.directory} ${this.dumps}`);
  }
}
