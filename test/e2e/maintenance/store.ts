import { existsSync } from "node:fs";
import { join } from "node:path";
import { Daemon } from "../support/daemon";
import { must, inLab, ROOT } from "../support/stack";

const ADDRESS = { host: "172.20.64.1", port: 5005 } as const;
const PROGRAM = [join(ROOT, ".state/moto/bin/moto_server"), "/usr/bin/moto_server"].find(existsSync);

/** A store that speaks S3 (moto) in the lab's network, with one bucket. It takes any key. */
export class Store {
  readonly bucket = "qvd-e2e";
  readonly endpoint = `http://${ADDRESS.host}:${ADDRESS.port}`;
  private readonly daemon = new Daemon();

  async start(): Promise<void> {
    if (PROGRAM === undefined) throw new Error("moto is not there: tools/host-packages installs it");
    await this.daemon.start(`${PROGRAM} -H ${ADDRESS.host} -p ${ADDRESS.port}`, { port: ADDRESS.port, by: "tcp" });
    await must(inLab(`curl -sf -X PUT ${this.endpoint}/${this.bucket}`));
  }

  /** SHA-256 of what lies there. */
  async sum(name: string): Promise<string> {
    return (await must(inLab(`curl -sf ${this.endpoint}/${this.bucket}/${name} | sha256sum`))).split(" ")[0] as string;
  }

  end(): void {
    this.daemon.stop();
  }
}
