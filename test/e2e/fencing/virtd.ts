import { randomBytes } from "node:crypto";
import { virtdConfiguration } from "../../offline/fencing/simulators";
import { Daemon } from "../support/daemon";
import { inLab, must } from "../support/stack";
import { HYPERVISOR, Place } from "./place";

/** The real fence_virtd on the lab's hypervisor. */
export class Virtd {
  private readonly daemons: Daemon[] = [];
  private readonly place: Place;
  private readonly keyFile: string;

  constructor(uri: string) {
    this.place = new Place("virtd", uri);
    const key = randomBytes(512);
    this.keyFile = this.place.write("key", key);
    this.place.write("key.base64", key.toString("base64"));
  }

  get base64File(): string {
    return `${this.keyFile}.base64`;
  }

  /** One by each transport may run at a time: the devices of the one are at work until those of the other have taken their place. */
  async start(transport: "multicast" | "tcp"): Promise<void> {
    const bridge = (await must(inLab(`ip -o -4 address show to ${HYPERVISOR} | awk '{print $2}'`))).trim();
    const where = {
      multicast: `address = "225.0.0.12"; interface = "${bridge}";`,
      tcp: `address = "${HYPERVISOR}";`,
    }[transport];
    const { keyFile } = this;
    const file = this.place.write(
      `${transport}.conf`,
      virtdConfiguration({ transport, keyFile, where, uri: this.place.uri }),
    );
    const by = transport === "tcp" ? "tcp" : "udp";
    const daemon = new Daemon();
    this.daemons.push(daemon);
    await daemon.start(`/usr/sbin/fence_virtd -F -d1 -p ${this.place.folder}/${transport}.pid -f ${file}`, {
      port: 1229,
      by,
    });
  }

  stop(): void {
    for (const d of this.daemons.splice(0)) d.stop();
  }
}
