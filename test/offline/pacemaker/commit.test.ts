import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { canonical, parseCib, readConfiguration } from "../../../providers/pacemaker/cib";
import { plan, remove } from "../../../providers/pacemaker/plan";
import { partOf } from "../../../providers/pacemaker/read";
import type { PacemakerSeen } from "../../../providers/pacemaker/read";
import { pacemakerSchema } from "../../../providers/pacemaker/spec";
import type { PacemakerSpec } from "../../../providers/pacemaker/spec";
import { reveal } from "../../../providers/remote";
import type { Command } from "../../../providers/remote";
import { howto, howtoInput } from "../../unit/pacemaker/howto";
import { bareCib, cibWith } from "./cluster";
import { development } from "./development";
import { scratch } from "./tools";

/**
 * Proves that the planned steps, run by bash with Pacemaker's real tools on a CIB in a file, give the wanted configuration, and that what is not
 * ours survives. It proves nothing about a running cluster: there is none to wait for.
 */
describe("the planned commit, run on a CIB file", () => {
  const place = scratch();
  afterAll(() => place.remove());

  const run = (command: Command, cib: string): { code: number | null; out: string; err: string } => {
    const script = command.script.text.replaceAll("/run/qvd-ha-", `${place.dir}/`);
    const input = place.file("stdin", reveal(command.stdin ?? ""));
    const r = spawnSync("bash", ["-euo", "pipefail", "-c", `exec <'${input}'\n${script}`], {
      encoding: "utf8",
      env: { ...process.env, LC_ALL: "C", CIB_file: cib },
    });
    return { code: r.status, out: r.stdout, err: r.stderr };
  };
  const seen = (path: string): PacemakerSeen => ({
    qvddb1: { cib: parseCib(readFileSync(path, "utf8")), status: undefined },
  });
  const steps = (p: ReturnType<typeof plan>): Command[] =>
    p.stages
      .flat()
      .filter((s) => !s.waits)
      .map((s) => s.command);

  const OPERATOR = `<rsc_location id="drbd-fence-by-handler-postgres-ms_drbd_postgres" rsc="ms_drbd_postgres"><rule id="dfh" role="Promoted" score="-INFINITY"><expression id="dfh-e" attribute="#uname" operation="ne" value="qvddb1"/></rule></rsc_location>
    <rsc_location id="cli-ban-g_postgres-on-qvddb2" rsc="g_postgres" node="qvddb2" score="-INFINITY"/></constraints>`;
  const MADE_BY_HAND = `<rsc_location id="l_test" rsc="g_postgres" node="qvddb2" score="5"/>`;

  test("a fresh cluster becomes as wanted in one patch, and then nothing is left to do", () => {
    const cib = place.file("fresh.xml", bareCib("pacemaker-3.9"));
    for (const c of steps(plan(howto(), seen(cib)))) expect(run(c, cib)).toMatchObject({ code: 0, err: "" });
    expect(canonical(readConfiguration(parseCib(readFileSync(cib, "utf8"))))).toBe(canonical(partOf(howto())));
    expect(plan(howto(), seen(cib)).stages).toEqual([]);
    expect(readFileSync(cib, "utf8")).toContain('validate-with="pacemaker-3.9"');
  });

  test("a running cluster goes from one profile to the other and back, the address out of its group and into it again", async () => {
    const [slow, fast] = [await development({ profile: "howto" }), await development({ profile: "fast" })];
    const cib = place.file("profiles.xml", cibWith(slow));
    for (const wanted of [fast, slow]) {
      for (const c of steps(plan(wanted, seen(cib)))) expect(run(c, cib)).toMatchObject({ code: 0, err: "" });
      expect(canonical(readConfiguration(parseCib(readFileSync(cib, "utf8"))))).toBe(canonical(partOf(wanted)));
      expect(plan(wanted, seen(cib)).stages).toEqual([]);
    }
  }, 120_000);

  test("changes only what is ours; fences, bans and operator's settings stay", () => {
    const text = cibWith(howto())
      .replace("</constraints>", `${MADE_BY_HAND}${OPERATOR}`)
      .replace(
        '<clone id="c_ping">',
        '<clone id="c_ping"><meta_attributes id="op-x"><nvpair id="op-x-1" name="target-role" value="Stopped"/></meta_attributes>',
      )
      .replace('value="172.20.64.90"', 'value="172.20.64.99"')
      .replace(
        "</cluster_property_set>",
        '<nvpair id="x-m" name="maintenance-mode" value="true"/><nvpair id="x-f" name="no-quorum-policy" value="freeze"/></cluster_property_set>',
      );
    const cib = place.file("drift.xml", text);
    const wanted = pacemakerSchema.parse({
      ...howtoInput,
      elements: { ...howtoInput.elements, c_ping: { kind: "clone", child: "p_ping", meta: { interleave: false } } },
    });
    const p = plan(wanted, seen(cib));
    expect(p.stages.flat()[0]?.reason).toBe(
      "commit the configuration as one patch: change c_ping, p_ip_postgres; remove l_test; set options no-quorum-policy",
    );
    for (const c of steps(p)) expect(run(c, cib)).toMatchObject({ code: 0, err: "" });
    const after = readFileSync(cib, "utf8");
    for (const kept of [
      "drbd-fence-by-handler-postgres",
      "cli-ban-g_postgres-on-qvddb2",
      "maintenance-mode",
      "target-role",
    ])
      expect(after).toContain(kept);
    for (const gone of ["l_test", "172.20.64.99", "no-quorum-policy"]) expect(after).not.toContain(gone);
    expect(plan(wanted, seen(cib)).stages).toEqual([]);
  });

  test("writes nothing when somebody else changed the configuration since it was read", () => {
    const cib = place.file("moved.xml", bareCib("pacemaker-3.9"));
    const [commit] = steps(plan(howto(), seen(cib)));
    const moved = bareCib("pacemaker-3.9").replace('epoch="5"', 'epoch="6"');
    const other = place.file("moved.xml", moved);
    const answer = run(commit as Command, other);
    expect(answer).toMatchObject({ code: 0 });
    expect(answer.out).toContain("read again");
    expect(readFileSync(other, "utf8")).toBe(moved);
  });

  test("writes nothing that Pacemaker does not accept, and says what it said", () => {
    const bad: PacemakerSpec = { ...howto(), elements: { ...howto().elements } };
    for (const id of Object.keys(bad.elements).filter((i) => i.includes("_fence_"))) delete bad.elements[id];
    const before = bareCib("pacemaker-3.9");
    const cib = place.file("bad.xml", before);
    const [commit] = steps(plan(bad, seen(cib)));
    const answer = run(commit as Command, cib);
    expect(answer.code).toBe(1);
    expect(answer.err).toContain("no STONITH resources have been defined");
    expect(readFileSync(cib, "utf8")).toBe(before);
  });

  test("removal: stops all, then takes our part out, foreign constraints on it included; never without fencing while anything is defined", () => {
    const cib = place.file("remove.xml", cibWith(howto()).replace("</constraints>", OPERATOR));
    const all = remove(howto(), seen(cib)).stages.flat();
    expect(all.map((s) => s.reason)).toEqual([
      "stop all resources",
      "wait until nothing but fence devices runs",
      "take the configuration out as one patch",
      "wait until the cluster has nothing left to do",
    ]);
    const [stop, wait, out] = all.map((s) => s.command) as [Command, Command, Command];
    expect(run(stop, cib)).toMatchObject({ code: 0, err: "" });
    expect(readFileSync(cib, "utf8")).toMatch(/name="stop-all-resources" value="true"/);
    expect(readFileSync(cib, "utf8")).toMatch(/name="stonith-enabled" value="true"/);
    // Nothing has ever run in this file's cluster.
    expect(run(wait, cib)).toMatchObject({ code: 0 });
    expect(run(out, cib)).toMatchObject({ code: 0, err: "" });
    const after = parseCib(readFileSync(cib, "utf8"));
    expect(canonical(readConfiguration(after))).toBe(
      canonical({ properties: {}, resourceDefaults: {}, operationDefaults: {}, elements: {} }),
    );
    expect(readFileSync(cib, "utf8")).not.toContain("drbd-fence-by-handler");
    expect(remove(howto(), seen(cib)).stages).toEqual([]);
  });

  test("removal goes on where it was interrupted after the stop", () => {
    const cib = place.file("again.xml", cibWith(howto()));
    const first = remove(howto(), seen(cib)).stages.flat()[0];
    expect(run(first?.command as Command, cib)).toMatchObject({ code: 0 });
    const again = remove(howto(), seen(cib)).stages.flat().slice(0, 3);
    for (const s of again) expect(run(s.command, cib)).toMatchObject({ code: 0, err: "" });
    expect(remove(howto(), seen(cib)).stages).toEqual([]);
  });

  test("an interrupted removal is taken back by the next deployment", () => {
    const cib = place.file("back.xml", cibWith(howto()));
    run(remove(howto(), seen(cib)).stages.flat()[0]?.command as Command, cib);
    for (const c of steps(plan(howto(), seen(cib)))) expect(run(c, cib)).toMatchObject({ code: 0, err: "" });
    expect(readFileSync(cib, "utf8")).not.toContain("stop-all-resources");
  });
});
