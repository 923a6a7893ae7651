import { join } from "node:path";
import { run, sh } from "@qvd-ha/providers/dist/remote";
import type { Deployment } from "../tools/status/deployment";
import { connectionOf } from "../tools/status/deployment";
import { problems } from "../tools/status/health";
import { readStatus } from "../tools/status/read";
import type { About } from "./about";
import { aboutOf } from "./about";
import { alertsOn } from "./alerts/on";
import { openAlerts, untilQuiet } from "./alerts/open";
import type { Field } from "./actions/field";
import { fieldOf } from "./actions/field";
import type { Finding } from "./aftermath/aftermath";
import { aftermath } from "./aftermath/aftermath";
import { left } from "./aftermath/left";
import { demandConsent } from "./consent";
import type { Course } from "./course";
import type { Fault } from "./faults/fault";
import { NodeWatch } from "./invariants/watch";
import { Ledger } from "./ledger";
import { now } from "./ledger/entry";
import { createTable, dropTable, readTable } from "./ledger/table";
import { demandNeeds } from "./needs";
import type { DrillOptions } from "./options";
import { targetOf } from "./options";
import type { Roles } from "./precheck";
import { NotReady, precheck } from "./precheck";
import type { DrillReport } from "./report/report";
import { assemble } from "./report/assemble";
import { surroundings } from "./report/surroundings";
import { journalName, RestoreJournal } from "./restore/journal";
import { restore } from "./restore/restore";
import { Striking } from "./strike/strike";
import { until } from "./wait";

const STEADY_SECONDS = 90;
/** After an interrupted drill was restored. */
const HEALTHY_SECONDS = 600;

class Drill {
  private readonly watches: readonly NodeWatch[];
  private readonly notes: string[] = [];
  private readonly field: Field;

  constructor(
    private readonly d: Deployment,
    private readonly fault: Fault,
    private readonly roles: Roles,
    private readonly about: About,
    private readonly journal: RestoreJournal,
    private readonly o: DrillOptions,
  ) {
    const { periodSeconds } = o;
    this.watches = d.nodes.map(
      (n) => new NodeWatch(n, connectionOf(d, n), { address: d.address, port: d.port, periodSeconds }),
    );
    this.field = fieldOf(d, roles);
  }

  async run(): Promise<DrillReport> {
    try {
      const course = await this.course();
      await Promise.all(this.watches.map((w) => w.stop()));
      return await assemble(this.d, this.fault, course, this.watches, await surroundings(this.d, this.o.verify));
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
    const alerts = await this.alerts();
    const secondsLimit = this.o.secondsLimit + (this.fault.expect.holds ?? 0);
    const ledger = await Ledger.start({ ...this.o, secondsLimit, target });
    try {
      this.o.progress("waiting for a steady flow of writes");
      await ledger.waitSteady(STEADY_SECONDS);
      this.o.progress(`fault ${this.fault.number}: ${this.fault.title} (${this.roles.active} serves)`);
      const { d: deployment, fault, roles, field, watches, journal, o: options } = this;
      const strike = await new Striking({
        deployment,
        fault,
        roles,
        field,
        watches,
        ledger,
        journal,
        options,
      }).run();
      this.o.progress("stopping the ledger and comparing it with the table");
      const stopped = now();
      const entries = await ledger.stop();
      const present = await readTable(target).catch((e: Error) => void this.notes.push(`table: ${e.message}`));
      const found = await this.aftermath(strike.servedBy);
      return {
        ...strike,
        roles,
        about: this.about,
        started,
        stopped,
        wroteUntil: ledger.ended ?? stopped,
        entries,
        ...(present ? { present } : {}),
        aftermath: found,
        notes: this.notes,
        alerts,
      };
    } finally {
      await ledger.stop();
    }
  }

  /** Whether the fault's alerts can be looked for. @throws NotReady where one of them is open from before */
  private async alerts(): Promise<boolean> {
    const { tells } = this.fault.expect;
    if (!tells || !(await alertsOn(this.d))) return false;
    const open = await untilQuiet(() => openAlerts(this.d), tells, this.o.signal);
    if (open.length > 0)
      throw new NotReady(open.map((text) => `"${text}" has been told and is not over: it would not be told again`));
    return true;
  }

  private async aftermath(servedBy: string | undefined): Promise<Finding[]> {
    const found = await left(this.d, this.o.progress);
    if (!this.o.verify || servedBy === undefined) return found;
    const { database, port } = this.d;
    return [...found, ...(await aftermath(connectionOf(this.d, servedBy), database, port, this.o.progress))];
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

export const journalOf = (d: Deployment, directory: string): RestoreJournal =>
  new RestoreJournal(
    join(
      directory,
      journalName(
        d.address,
        d.nodes.map((n) => connectionOf(d, n).hostKey),
      ),
    ),
  );

/** Takes back what an interrupted drill has left, and waits until the cluster is healthy again. @throws Error when something cannot be taken back */
export async function restoreLeft(d: Deployment, j: RestoreJournal, o: DrillOptions): Promise<void> {
  if (j.open.length === 0) return;
  o.progress(`an interrupted drill left ${j.open.length} things to take back`);
  const [active, standby] = d.nodes as [string, string];
  const { failed } = await restore(j, fieldOf(d, { active, standby }), o.progress);
  if (failed.length > 0) throw new Error(failed.join("\n"));
  const healthy = async (): Promise<boolean> => problems(await readStatus(d)).every((p) => p.kind === "failure");
  await until(healthy, now() + HEALTHY_SECONDS * 1000, 5_000, o.signal);
}

/** Runs one drill from beginning to end. @throws NotReady when the cluster is not healthy, or nobody has consented, and Unfit; nothing was touched then */
export async function runDrill(d: Deployment, fault: Fault, o: DrillOptions): Promise<DrillReport> {
  await demandConsent(d, fault, o.consent);
  const journal = journalOf(d, o.home);
  await restoreLeft(d, journal, o);
  o.progress("checking that the cluster is healthy");
  const roles = await precheck(d);
  await demandNeeds(fault, fieldOf(d, roles));
  return new Drill(d, fault, roles, await aboutOf(d, o), journal, o).run();
}
