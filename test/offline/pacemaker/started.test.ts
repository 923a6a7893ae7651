import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { startedSchema } from "../../../providers/pacemaker/started/spec";
import { reached } from "../../../providers/pacemaker/started/evaluate";
import { untilStarted } from "../../../providers/pacemaker/started/wait";
import { parseStatus } from "../../../providers/pacemaker/status";
import { howto } from "../../unit/pacemaker/howto";
import { cibWith } from "./cluster";
import { scratch, tool } from "./tools";

/** Proves that the waiting loop, run by bash over what the real crm_mon says of simulated clusters, ends as it should and says why. */
describe("waiting for a resource", () => {
  const place = scratch();
  const connections = howto().connections;
  afterAll(() => place.remove());

  const states = (pingd: string): Parameters<typeof cibWith>[2] => ({
    qvddb1: { attributes: { pingd, "master-p_drbd_postgres": "10000" } },
    qvddb2: { attributes: { pingd, "master-p_drbd_postgres": "10000" } },
  });
  const simulated = (name: string, args: string[] = [], from?: string): string => {
    const out = join(place.dir, name);
    const input = from ?? place.file("cold.xml", cibWith(howto(), "pacemaker-3.9", states("100")));
    expect(tool("crm_simulate", ["--simulate", "--xml-file", input, "--save-output", out, ...args])).toMatchObject({
      code: 0,
    });
    return out;
  };
  const wait = (cib: string, resource: string, expected: string, seconds = 5): { code: number | null; err: string } => {
    const spec = startedSchema.parse({ connections, resource, expected, timeoutSeconds: seconds });
    rmSync(join(place.dir, "status"), { force: true });
    const text = untilStarted(spec)
      .script.text.replaceAll("/run/qvd-ha-", `${place.dir}/`)
      .replace(/own_quiet=\d+ other_quiet=\d+/, "own_quiet=1 other_quiet=2");
    const r = spawnSync("bash", ["--norc", "-euo", "pipefail", "-c", text], {
      encoding: "utf8",
      env: { ...process.env, LC_ALL: "C", CIB_file: cib },
    });
    const status = parseStatus(tool("crm_mon", ["--one-shot", "--inactive", "--output-as=xml"], { CIB_file: cib }).out);
    // The loop on the node and the planner must agree.
    expect(status && reached(spec, status)).toBe(r.status === 0);
    return { code: r.status, err: r.stderr };
  };

  test("ends at once when it is as expected", () => {
    const healthy = simulated("healthy.xml");
    expect(wait(healthy, "p_postgres", "started")).toEqual({ code: 0, err: "" });
    expect(wait(healthy, "p_drbd_postgres", "promoted")).toEqual({ code: 0, err: "" });
    expect(wait(healthy, "p_ping", "running-on-all")).toEqual({ code: 0, err: "" });
    expect(wait(healthy, "p_fence_qvddb1", "started")).toEqual({ code: 0, err: "" });
  });

  test("does not take a server that is still starting for one that runs", () => {
    const running = readFileSync(simulated("running.xml"), "utf8");
    // Its start has been asked for, and nobody knows yet what became of it.
    const starting = running.replace(/<lrm_resource id="p_postgres"[^]*?<\/lrm_resource>/g, (r) =>
      r
        .replace(/<lrm_rsc_op [^>]*operation="monitor"[^>]*\/>/g, (op) => (op.includes('rc-code="7"') ? op : ""))
        .replace(/<lrm_rsc_op [^>]*operation="start"[^>]*\/>/g, (op) =>
          op.replace(/op-status="\d+"/, 'op-status="-1"').replace(/rc-code="\d+"/, 'rc-code="193"'),
        ),
    );
    const cib = place.file("starting.xml", starting);
    expect(tool("crm_mon", ["--one-shot", "--output-as=xml"], { CIB_file: cib }).out).toMatch(
      /id="p_postgres"[^>]*role="Starting" active="true"/,
    );
    expect(wait(cib, "p_postgres", "started").code).not.toBe(0);
  });

  test("ends early with Pacemaker's reason when the resource failed on both nodes", () => {
    const failed = simulated("failed.xml", [
      "--op-fail",
      "p_fs_postgres_start_0@qvddb1=5",
      "--op-fail",
      "p_fs_postgres_start_0@qvddb2=5",
    ]);
    const answer = wait(failed, "p_fs_postgres", "started", 30);
    expect(answer.code).toBe(1);
    expect(answer.err).toMatch(
      /p_fs_postgres is Started \(failed\), expected started: it failed and is not tried again/,
    );
    expect(answer.err).toMatch(
      /p_fs_postgres_start_0 failed on qvddb1: [Nn]ot installed \(5\)(, Done)?: User-injected result/,
    );
  });

  test.each(["", ' exit-reason=""'])("says where to look when the agent gave no reason:%s", (reason) => {
    const failed = readFileSync(simulated("mute.xml", ["--op-fail", "p_fence_qvddb1_start_0@qvddb2=1"]), "utf8");
    const cib = place.file("mute.xml", failed.replaceAll(/ exit-reason="[^"]*"/g, reason));
    expect(wait(cib, "p_fence_qvddb1", "started", 30).err).toMatch(
      /p_fence_qvddb1_start_0 failed on qvddb2: .*gives no reason \(on qvddb2: journalctl --unit pacemaker/,
    );
  });

  test("has the agent's words as it said them, which Pacemaker 2.1 escapes twice", () => {
    const words = `cannot do "select now();" & says <so>`;
    const failed = readFileSync(simulated("words.xml", ["--op-fail", "p_fs_postgres_start_0@qvddb1=5"]), "utf8");
    const escaped = words.replace(
      /[&"<>]/g,
      (c) => ({ "&": "&amp;", '"': "&quot;", "<": "&lt;", ">": "&gt;" })[c] as string,
    );
    const cib = place.file("words.xml", failed.replaceAll(/ exit-reason="[^"]*"/g, ` exit-reason="${escaped}"`));
    const status = parseStatus(tool("crm_mon", ["--one-shot", "--inactive", "--output-as=xml"], { CIB_file: cib }).out);
    expect(status?.failures.map((f) => f.reason)).toContain(words);
    expect(wait(cib, "p_postgres", "started", 30).err).toContain(words);
  });

  test("names the failure elsewhere that it is waiting for", () => {
    const failed = simulated("elsewhere.xml", ["--op-fail", "p_fs_postgres_start_0@qvddb1=5"]);
    const answer = wait(failed, "p_postgres", "started", 30);
    expect(answer.code).toBe(1);
    expect(answer.err).toMatch(
      /another resource failed[^]*Elsewhere in the cluster:[^]*p_fs_postgres_start_0 failed on qvddb1/,
    );
  });

  test("ends early where a failure is counted that no history shows any more, and says how to go on", () => {
    // As Pacemaker 2.1.5 left a fence device whose kind was changed while it failed to start.
    const failed = readFileSync(simulated("counted.xml", ["--op-fail", "p_fence_qvddb1_start_0@qvddb2=1"]), "utf8");
    const cib = place.file(
      "counted.xml",
      failed.replace(/<lrm_resource id="p_fence_qvddb1"[^]*?<\/lrm_resource>/g, ""),
    );
    expect(failed).toMatch(/fail-count-p_fence_qvddb1#start_0/);
    const answer = wait(cib, "p_fence_qvddb1", "started", 30);
    expect(answer.code).toBe(1);
    expect(answer.err).toBe(
      "p_fence_qvddb1 is Stopped, expected started: it has failed there in an earlier definition, so the cluster does not start it: qvddb2. When the cause is gone: crm_resource --cleanup --resource p_fence_qvddb1\n",
    );
  });

  test("ends at its time limit when nothing happens", () => {
    const idle = place.file("idle.xml", cibWith(howto(), "pacemaker-3.9", states("0")));
    const answer = wait(idle, "p_postgres", "started", 5);
    expect(answer).toMatchObject({ code: 1 });
    expect(answer.err).toMatch(/p_postgres is Stopped, expected started: not within 5 s/);
  });

  test("many at once read the status rarely", () => {
    const healthy = simulated("busy.xml");
    const bin = join(place.dir, "bin");
    mkdirSync(bin);
    const log = join(place.dir, "calls");
    writeFileSync(join(bin, "crm_mon"), `#!/bin/bash\necho x >>${log}\nexec /usr/sbin/crm_mon "$@"\n`);
    chmodSync(join(bin, "crm_mon"), 0o755);
    rmSync(join(place.dir, "status"), { force: true });
    const spec = startedSchema.parse({ connections, resource: "p_ping", expected: "promoted", timeoutSeconds: 5 });
    const text = untilStarted(spec).script.text.replaceAll("/run/qvd-ha-", `${place.dir}/`);
    const script = place.file("one.sh", text);
    const all = `for i in 1 2 3 4 5 6 7 8 9 10 11 12; do bash -euo pipefail ${script} 2>/dev/null & done; wait; true`;
    spawnSync("bash", ["-c", all], {
      env: { ...process.env, CIB_file: healthy, PATH: `${bin}:${process.env["PATH"]}` },
    });
    const calls = readFileSync(log, "utf8").trim().split("\n").length;
    expect(calls).toBeLessThanOrEqual(5);
  });
});
