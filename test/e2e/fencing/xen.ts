import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Daemon } from "../support/daemon";
import { must, ROOT } from "../support/stack";
import { HYPERVISOR, Place } from "./place";

const PORT = 8443;
export const PASSWORD = "right password";

/** XenServer's XML-RPC by https, by a server of ours whose machines are the lab's guests. */
export class Xen {
  readonly url = `https://${HYPERVISOR}:${PORT}`;
  private readonly daemon = new Daemon();
  private readonly place: Place;

  constructor(uri: string) {
    this.place = new Place("xen", uri);
  }

  get certificate(): string {
    return readFileSync(join(this.place.folder, "certificate.pem"), "utf8");
  }

  calls = (): string => readFileSync(join(this.place.folder, "calls"), "utf8");

  async start(): Promise<void> {
    const { folder, uri } = this.place;
    await must(
      `cd ${folder} && openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=xen -addext subjectAltName=IP:${HYPERVISOR} -keyout key.pem -out certificate.pem 2>/dev/null && cat key.pem certificate.pem >both.pem`,
    );
    const server = join(ROOT, "test/offline/fencing/xapi.py");
    const machines = `${HYPERVISOR} ${PORT} ${folder}/both.pem '${uri}'`;
    await this.daemon.start(`/usr/bin/python3 ${server} ${folder}/calls ${machines}`, { port: PORT, by: "tcp" });
  }

  stop(): void {
    this.daemon.stop();
  }
}
