import { BOARD_EMULATION, boardLan, chassisScript } from "../../offline/fencing/simulators";
import { Daemon } from "../support/daemon";
import { HYPERVISOR, Place } from "./place";

/** OpenIPMI's configuration has no word for a quotation mark. */
export const PASSWORD = "a-board-s-own";

/** A management board for each guest: OpenIPMI's simulator, whose power switch is virsh. */
export class Boards {
  private readonly daemons: Daemon[] = [];
  private readonly place: Place;

  constructor(
    private readonly nodes: readonly string[],
    uri: string,
  ) {
    this.place = new Place("boards", uri);
  }

  readonly of = (node: string): { address: string; port: number } => ({
    address: HYPERVISOR,
    port: 6230 + this.nodes.indexOf(node),
  });

  async start(): Promise<void> {
    for (const node of this.nodes) {
      const state = `${this.place.virsh(`domstate ${node}`)} | grep -q '^shut off' && echo 0 || echo 1`;
      // A machine that is off already is off: virsh says no to that, a board does not.
      const set = `case $3 in 0) ${this.place.virsh(`destroy ${node}`)} ;; 1) ${this.place.virsh(`start ${node}`)} ;; esac >/dev/null 2>&1`;
      const chassis = this.place.write(`chassis-${node}`, chassisScript(state, set), 0o700);
      const lan = this.place.write(`lan-${node}`, boardLan({ ...this.of(node), chassis, password: PASSWORD }));
      const emulation = this.place.write(`emu-${node}`, BOARD_EMULATION);
      const daemon = new Daemon();
      this.daemons.push(daemon);
      await daemon.start(`/usr/bin/ipmi_sim -c ${lan} -f ${emulation} -s ${this.place.folder}/state-${node} -n -p`, {
        port: this.of(node).port,
        by: "udp",
      });
    }
  }

  stop(): void {
    for (const d of this.daemons.splice(0)) d.stop();
  }
}
