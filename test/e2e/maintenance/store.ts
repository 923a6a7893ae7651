import { RCLONE } from "@qvd-ha/providers/dist/maintenance/backup/render";
import { MOTO } from "../../offline/maintenance/servers";
import { Daemon } from "../support/daemon";
import { inLab, must } from "../support/stack";

const ADDRESS = { host: "172.20.64.1", port: 5005 } as const;

/** A store that speaks S3 (moto) in the lab's network, with one bucket. It takes any key. */
export class Store {
  readonly bucket = "qvd-e2e";
  readonly endpoint = `http://${ADDRESS.host}:${ADDRESS.port}`;
  private readonly daemon = new Daemon();

  async start(): Promise<void> {
    if (MOTO === undefined) throw new Error("moto is not there: tools/host-packages installs it");
    await this.daemon.start(`${MOTO} -H ${ADDRESS.host} -p ${ADDRESS.port}`, { port: ADDRESS.port, by: "tcp" });
    await must(inLab(`curl -sf -X PUT ${this.endpoint}/${this.bucket}`));
  }

  /** For a node that has the key: prints what lies there, which nobody else may read. */
  readonly read = (name: string): string => `rclone --config ${RCLONE} cat qvdha:${this.bucket}/${name}`;

  end(): void {
    this.daemon.stop();
  }
}
