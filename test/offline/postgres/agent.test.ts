/**
 * Proves that the cluster's own agent runs this server with the parameters that are rendered for it: start, monitor, stop, and a monitor that
 * fails when its table is gone. Needs Debian's resource-agents: installed, or unpacked where OCF_ROOT says.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { agentParams, postgres } from "../../../providers/postgres";
import type { PostgresSeen } from "../../../providers/postgres/read";
import { sh } from "../../../providers/remote";
import { steps } from "../../../providers/step";
import { Sandbox } from "./sandbox";

jest.setTimeout(120_000);

const root = process.env.OCF_ROOT ?? "/usr/lib/ocf";
const agent = join(root, "resource.d/heartbeat/pgsql");

describe("ocf:heartbeat:pgsql", () => {
  let box: Sandbox;
  beforeAll(async () => {
    box = await Sandbox.make();
    const peer = {
      managed: "no",
      drbd: { role: "Secondary", connection: "Connected", disks: "UpToDate/UpToDate" },
      place: { mountPoint: "absent", running: false },
      stamp: {},
    } as unknown as PostgresSeen;
    const seed = steps(postgres.plan(box.spec, { one: box.see(), two: peer }))[0];
    expect(box.run((seed as NonNullable<typeof seed>).command)).toMatchObject({ code: 0, stderr: "" });
    expect(box.run({ script: sh`drbdadm primary postgres; mount` }).code).toBe(0);
  });
  afterAll(() => box.end());

  const act = (action: string): number | null => {
    const params = Object.entries(agentParams(box.spec)).map(([k, v]) => [`OCF_RESKEY_${k}`, v]);
    const r = spawnSync(agent, [action], {
      encoding: "utf8",
      cwd: "/",
      env: {
        PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
        OCF_ROOT: root,
        OCF_RESOURCE_INSTANCE: "p_postgres",
        OCF_RESKEY_CRM_meta_timeout: "60000",
        HA_LOGFACILITY: "none",
        HA_RSCTMP: join(box.root, "state"),
        ...Object.fromEntries(params),
      },
    });
    return r.status;
  };
  const NOT_RUNNING = 7;

  test("takes its parameters, starts, monitors and stops", () => {
    expect(act("validate-all")).toBe(0);
    expect(act("monitor")).toBe(NOT_RUNNING);
    expect(act("start")).toBe(0);
    const before = box.sql("select last_update from ha.pacemaker_monitor");
    expect(act("monitor")).toBe(0);
    expect(box.sql("select last_update from ha.pacemaker_monitor")).not.toBe(before);
    expect(box.sql("show listen_addresses")).toBe("*");
    expect(act("stop")).toBe(0);
    expect(act("monitor")).toBe(NOT_RUNNING);
  });

  test("notices that the server takes no writes", () => {
    expect(act("start")).toBe(0);
    box.sql("revoke update on ha.pacemaker_monitor from ha_monitor");
    expect(act("monitor")).toBe(1);
    expect(act("stop")).toBe(0);
  });
});
