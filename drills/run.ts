import { run, sh } from "@qvd-ha/providers/dist/remote";
import type { Deployment } from "../tools/status/deployment";
import { connectionOf } from "../tools/status/deployment";
import { problems } from "../tools/status/health";
import type { Status } from "../tools/status/read";
import { activeNode, readStatus } from "../tools/status/read";
import type { Course } from "./course";
import type { Fault, Field } from "./faults/fault";
import { powerOf } from "./faults/power";
import { NodeWatch } from "./invariants/watch";
import { Ledger } from "./ledger";
import { now } from "./ledger/entry";
import { createTable, dropTable, readTable } from "./ledger/table";
import type { DrillOptions } from "./options";
import { targetOf } from "./options";
import type { Roles } from "./precheck";
import { NotReady, precheck } from "./precheck";
import type { DrillReport } from "./report/report";
import { assemble } from "./report/assemble";
import { until } from "./wait";

const STEADY_SECONDS = 90;
/** The service has so long to come back if the deployment does not say how long it may take at worst. */
const SERVICE_SECONDS = 390;
const STATUS_EVERY_MS = 10_000;
/** A write that was acknowledged so soon after the fault may have been on its way already. */
const IN_FLIGHT_MS = 1_000;

class Drill {
  private readonly watches: readonly NodeWatch[];
  private readonly notes: string[] = [];
  private readonly field: Field;
  private newest?: Status;

  constructor(
    private readonly d: Deployment,
    private readonly fault: Fault,
    private readonly roles: Roles,
    private readonly o: DrillOptions,
  ) {
    const { periodSeconds } = o;
    this.watches = d.nodes.map(
      (n) => new NodeWatch(n, connectionOf(d, n), { address: d.address, port: d.port, periodSeconds }),
    );
    this.field = { ...roles, power: powerOf(d), connection: (n) => connectionOf(d, n) };
  }

  async run(): Promise<DrillReport> {
    try {
      const course = await this.course();
      await Promise.all(this.watches.map((w) => w.stop()));
      return await assemble(this.d, this.fault, course, this.watches);
    } finally {
      await Promise.all(this.watches.map((w) => w.stop()));
      await this.clean().catch((e: Error) => this.o.progress(`not everything was cleaned: ${e.message}`));
    }
  }

  private async course(): Promise<Course> {
    const target = targetOf(this.d);
    const started = now();
    await createTable(target).catch((e: Error) => {
      throw new NotReady([`the ledger's table cannot be made: ${e.message}`]);
    });
    const ledger = await Ledger.start({ ...this.o, target });
    try {
      this.o.progress("waiting for a steady flow of writes");
      await ledger.waitSteady(STEADY_SECONDS);
      const seen = await this.strike(ledger);
      this.o.progress("stopping the ledger and comparing it with the table");
      const entries = await ledger.stop();
      const present = await readTable(target).catch((e: Error) => void this.notes.push(`table: ${e.message}`));
      return { roles: this.roles, started, ...seen, entries, ...(present ? { present } : {}), notes: this.notes };
    } finally {
      await ledger.stop();
    }
  }

  private async strike(ledger: Ledger): Promise<Pick<Course, "injected" | "struck" | "redundantAt" | "servedBy">> {
    this.o.progress(`fault: ${this.fault.title} (${this.roles[this.fault.victim]})`);
    const injected = now();
    await this.fault.inject(this.field);
    const struck = now();
    try {
      await this.awaitService(ledger, struck);
      const redundantAt = await this.awaitRedundancy(injected);
      const servedBy = activeNode(this.newest ?? (await this.status()));
      return { injected, struck, ...(redundantAt ? { redundantAt } : {}), ...(servedBy ? { servedBy } : {}) };
    } finally {
      await this.fault.heal?.(this.field);
    }
  }

  private async awaitService(ledger: Ledger, struck: number): Promise<void> {
    const { service } = this.fault.expect;
    if (service === "stays-down") return;
    const server = this.watches.find((w) => w.node === (service === "moves" ? this.roles.standby : this.roles.active));
    const serves = (): boolean => (ledger.lastOk ?? 0) > struck + IN_FLIGHT_MS && (server?.latest?.address ?? true);
    const deadline = struck + (this.d.worstCaseFailoverSeconds ?? SERVICE_SECONDS) * 1000;
    const came = await until(serves, deadline, 250, this.o.signal);
    this.o.progress(came ? "writes are acknowledged again" : "no write was acknowledged in time");
  }

  private async awaitRedundancy(injected: number): Promise<number | undefined> {
    const within = this.fault.expect.redundantWithin;
    if (within === undefined) return undefined;
    const deadline = injected + within * 1000;
    // The samples cost the nodes nothing; crm_mon does, so it is asked only when they look right.
    const synced = (): boolean =>
      this.watches.every(
        ({ latest: s }) => s?.connection === "Connected" && s.disk === "UpToDate" && s.peerDisk === "UpToDate",
      );
    const progress = (text: string): void => this.o.progress(`${((now() - injected) / 1000).toFixed(0)} s: ${text}`);
    if (await until(synced, deadline, 1_000, this.o.signal)) progress("both disks are up to date");
    // Fail-counts expire or are cleared below; they take nothing from redundancy.
    const whole = async (): Promise<boolean> => problems(await this.status()).every((p) => p.kind === "failure");
    const came = await until(whole, deadline, STATUS_EVERY_MS, this.o.signal);
    progress(came ? "full redundancy" : "no full redundancy in time");
    return came ? now() : undefined;
  }

  private async status(): Promise<Status> {
    this.newest = await readStatus(this.d);
    return this.newest;
  }

  /** Leaves the cluster as it was found: without the ledger, and without the fail-counts that the fault brought. */
  private async clean(): Promise<void> {
    await dropTable(targetOf(this.d)).catch((e: Error) =>
      this.o.progress(`schema drill was not dropped: ${e.message}`),
    );
    const status = await readStatus(this.d);
    if (!problems(status).some((p) => p.kind === "failure")) return;
    const node = this.d.nodes.find((n) => status.nodes[n]?.reachable);
    if (node) await run(connectionOf(this.d, node), [{ script: sh`crm_resource --cleanup`, timeoutSeconds: 60 }]);
  }
}

/** Runs one drill from beginning to end. @throws NotReady when the cluster is not healthy; nothing was touched then */
export async function runDrill(d: Deployment, fault: Fault, o: DrillOptions): Promise<DrillReport> {
  o.progress("checking that the cluster is healthy");
  return new Drill(d, fault, await precheck(d), o).run();
}
