import { inLab, must, sh } from "../support/stack";
import { change, configFile, stepsIn, UP, upWith } from "./cluster";
import type { Fault } from "./fault";

const psql = (sql: string): Promise<string> => must(`. ./env.sh && tools/verbs/psql -Atqc "${sql}"`);

const replaced: Fault = {
  id: "D15",
  must: "puts a new machine in the place of one that is gone with its disks: all of the data is copied to it, none is lost, the service goes on, and the new machine can serve",
  minutes: 20,
  async run(c) {
    const { active, passive } = await c.roles();
    await psql("drop table if exists e2e_kept; create table e2e_kept as select 4711 as n");
    const before = (await c.standing())[active];
    // Out of service in order, as somebody would who replaces a machine.
    await c.on(passive, "systemctl stop pacemaker corosync");
    await c.virsh("destroy", passive);
    await c.virsh("undefine", "--nvram", passive);
    for (const v of ["system.qcow2", "data.qcow2", "cloudinit.iso"])
      await c.virsh("vol-delete", "--pool", "default", `${passive}-${v}`);
    // It ends while the disk is still being copied to, and says so.
    expect(await must("make up")).toMatch(/^State +a disk is being copied to/m);
    await c.healthy(600);
    expect((await c.standing())[active]).toEqual({ ...before, breaks: expect.any(String) });
    const log = (await c.on(active, "journalctl -k -q -b --no-pager | grep 'Began resync as SyncSource' | tail -1"))
      .stdout;
    const size = Number((await c.on(active, "blockdev --getsize64 /dev/drbd0")).stdout) / 1024;
    // All of the device, not the difference to something.
    expect(Number(/will sync (\d+) KB/.exec(log)?.[1])).toBeGreaterThan(size * 0.99);
    await must("make switch-over CONSENT=moves:p_postgres");
    expect((await c.roles()).active).toBe(passive);
    expect(await psql("select n from e2e_kept")).toContain("4711");
    await psql("drop table e2e_kept");
    await must(inLab("pulumi preview --stack dev --non-interactive --expect-no-changes"));
  },
};

const kept: Fault = {
  id: "D5 D14",
  must: "refuses to be destroyed while a node is down, with its name; refuses to delete data that is to be kept; kept data outlives the stack",
  minutes: 25,
  last: true,
  async run(c) {
    const keep = upWith(configFile(change("qvd-ha:dataPolicy: destroy", "qvd-ha:dataPolicy: keep")));
    const destroy = inLab("pulumi destroy --stack dev --yes --skip-preview --non-interactive");
    await psql("drop table if exists e2e_kept; create table e2e_kept as select 4711 as n");
    await must(inLab(keep));

    const protected_ = await sh(destroy);
    expect(protected_.code).not.toBe(0);
    expect(protected_.output).toMatch(/protect/);
    // Notes of passed tests may go; nothing that serves does.
    expect(stepsIn(protected_.output, c.nodes).filter((s) => !s.startsWith("test "))).toEqual([]);
    expect(await psql("select n from e2e_kept")).toContain("4711");
    await must(". ./env.sh && pulumi state unprotect --all --yes --stack dev");

    const { passive } = await c.roles();
    await c.virsh("destroy", passive);
    const started = Date.now();
    const down = await sh(destroy);
    expect((Date.now() - started) / 1000).toBeLessThan(90);
    expect(down.code).not.toBe(0);
    expect(down.output).toContain(`cannot reach root@${c.outputs.connections[passive]?.host}`);
    expect(await psql("select n from e2e_kept")).toContain("4711");
    // It was fenced, which starts it.
    await c.healthy(300);

    await must(destroy);
    const volumes = await c.virsh("vol-list", "default");
    for (const n of c.nodes) expect(volumes).toContain(`${n}-data.qcow2`);
    await must(inLab(keep));
    expect(await psql("select n from e2e_kept")).toContain("4711");
    await psql("drop table e2e_kept");
    await must(". ./env.sh && pulumi state unprotect --all --yes --stack dev");
    await must(inLab(UP));
  },
};

export const machines: readonly Fault[] = [replaced, kept];
