import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Fact } from "@qvd-ha/providers/dist/fact";
import { agentParams } from "../../../providers/postgres/agent";
import { postgres } from "../../../providers/postgres";
import type { PostgresSeen } from "../../../providers/postgres/read";
import { raw, reveal, sh } from "@qvd-ha/providers/dist/remote";
import { steps } from "../../../providers/step";
import type { VoteCertificate } from "../../../tools/doctor/facts/certificates";
import { certificateFact } from "../../../tools/doctor/facts/certificates";
import { filesFact } from "../../../tools/doctor/facts/files";
import { historyFact } from "../../../tools/doctor/facts/history";
import type { Jobs } from "../../../tools/doctor/facts/jobs";
import { jobsFact } from "../../../tools/doctor/facts/jobs";
import { machineFact } from "../../../tools/doctor/facts/machine";
import { networkFact } from "../../../tools/doctor/facts/network";
import type { Server } from "../../../tools/doctor/facts/server";
import { serverFact } from "../../../tools/doctor/facts/server";
import { spaceFact } from "../../../tools/doctor/facts/space";
import { thirdFact } from "../../../tools/status/third";
import { timeFact } from "../../../tools/doctor/facts/time";
import { Sandbox } from "../postgres/sandbox";

// Proves that the doctor's questions run under bash as a node runs them, and that the real programs' answers (df, ip, stat, a real PostgreSQL) are understood. There is neither DRBD nor systemd
// here: what those say is for the unit table and for test/e2e/doctor.

jest.setTimeout(120_000);

function ask<T>(fact: Fact<T>, path = ""): T {
  const r = spawnSync("bash", ["--norc", "-euo", "pipefail", "-c", fact.command.script.text], {
    encoding: "utf8",
    input: reveal(fact.command.stdin ?? ""),
    env: { PATH: `${path}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`, LC_ALL: "C", LANG: "C" },
  });
  expect({ code: r.status, stderr: r.stderr }).toEqual({ code: 0, stderr: "" });
  return fact.parse({ code: r.status ?? 1, stdout: r.stdout, stderr: r.stderr });
}

describe("this machine", () => {
  test("tells its clock, which is ours", () => {
    const before = Date.now() / 1000;
    const { clock, bootId, uptimeSeconds } = ask(machineFact);
    expect(clock).toBeGreaterThanOrEqual(before - 0.01);
    expect(clock).toBeLessThanOrEqual(Date.now() / 1000 + 0.01);
    expect(bootId).toMatch(/^[0-9a-f-]{36}$/);
    expect(uptimeSeconds).toBeGreaterThan(1);
  });

  test("tells of its disks by the real df", () => {
    const space = ask(spaceFact);
    const root = space.fileSystems.find((f) => f.mount === "/");
    expect(root?.usedPercent).toBeGreaterThan(0);
    expect(root?.availableBytes).toBeGreaterThan(1e6);
    expect(space).toMatchObject({ frozen: [], shutDown: false });
  });

  test("tells of its interfaces by the real ip", () => {
    const { addresses, drills } = ask(networkFact);
    expect(addresses["lo"]).toContain("127.0.0.1");
    expect(drills).toEqual([]);
  });

  test("says nothing of what it does not have, and does not fail over it", () => {
    expect(ask(timeFact)).toEqual({ synchronised: false });
    expect(ask(historyFact("no-such-resource"))).toEqual({ older: [] });
    expect(Object.keys(ask(filesFact("no-such-resource")).byPath)).not.toContain("/etc/drbd.d/no-such-resource.res");
  });
});

describe("the third vote and sbd", () => {
  let bin: string;
  const program = (name: string, text: string): void => {
    writeFileSync(join(bin, name), `#!/bin/bash\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  };
  beforeEach(() => (bin = mkdtempSync(join(tmpdir(), "qvd-ha-third-"))));
  afterEach(() => rmSync(bin, { recursive: true }));

  test("are not told of where there are none", () => {
    program("corosync-cmapctl", "exit 1");
    expect(ask(thirdFact, `${bin}:`)).toEqual({});
  });

  test.each([
    ["Connected", true],
    ["Connect failed", false],
  ])("are told with how they are, the client %s", (state, connected) => {
    program("corosync-cmapctl", '[ "$*" = "-g quorum.device.model" ] && echo "quorum.device.model (str) = net"');
    program("corosync-qdevice-tool", `printf 'Qdevice information\\nState:\\t%s\\n' '${state}'`);
    program("sbd", "exit 0");
    // Enabled and not active is sbd alone.
    program("systemctl", '[ "$*" = "-q is-enabled sbd" ] || [ "$*" = "-q is-active corosync-qdevice" ]');
    expect(ask(thirdFact, `${bin}:`)).toEqual({
      vote: { runs: true, connected },
      sbd: { enabled: true, active: false },
    });
  });
});

describe("the certificate for the third vote", () => {
  const DB = "/etc/corosync/qdevice/net/nssdb";
  let d: string;
  const moved = (): Fact<VoteCertificate | undefined> => ({
    ...certificateFact,
    command: { script: raw(certificateFact.command.script.text.replaceAll(DB, d)) },
  });
  const certutil = (...args: string[]): void => void execFileSync("certutil", ["-d", d, ...args], { stdio: "pipe" });
  /** As corosync-qnetd-certutil makes them: an authority, and a certificate of it that ends in so many months. */
  const make = (months: number): void => {
    const noise = join(d, "noise");
    writeFileSync(noise, "0123456789".repeat(40));
    certutil("-N", "--empty-password");
    certutil("-S", "-n", "QNet CA", "-s", "CN=QNet CA", "-x", "-t", "CT,c,c", "-m", "1", "-v", "1200", "-z", noise);
    const of = ["-c", "QNet CA", "-t", "u,u,u", "-m", "2", "-z", noise];
    certutil("-S", "-n", "Cluster Cert", "-s", "CN=qvd-ha", ...of, "-v", `${months}`);
  };
  beforeEach(() => (d = mkdtempSync(join(tmpdir(), "qvd-ha-nss-"))));
  afterEach(() => rmSync(d, { recursive: true }));

  test("is told with its end, by the real NSS", () => {
    make(12);
    const { valid, ends } = ask(moved()) as VoteCertificate;
    expect(valid).toBe(true);
    expect(((ends as number) - Date.now() / 1000) / 86_400).toBeCloseTo(365, -1.5);
  });

  test("is not valid where the authority is not trusted", () => {
    make(12);
    certutil("-M", "-n", "QNet CA", "-t", ",,");
    expect(ask(moved())).toMatchObject({ valid: false, ends: expect.any(Number) as number });
  });

  test("is missed where there is none", () => {
    expect(ask(moved())).toEqual({ valid: false });
  });
});

describe("the jobs of the maintenance", () => {
  let d: string;
  const put = (path: string, text: string): void => {
    mkdirSync(join(d, path, ".."), { recursive: true });
    writeFileSync(join(d, path), text, { mode: 0o755 });
  };
  const jobs = (): Jobs => {
    const text = jobsFact.command.script.text.replaceAll("/etc/qvd-ha", `${d}/etc`);
    return ask({ ...jobsFact, command: { script: raw(text) } }, `${d}/bin:`);
  };
  const hoursAgo = (hours: number): number => Math.floor(Date.now() / 1000) - hours * 3600;
  beforeEach(() => {
    d = mkdtempSync(join(tmpdir(), "qvd-ha-jobs-"));
    // As systemd prints it: a service's own properties stand before its name.
    put(
      "bin/systemctl",
      `#!/bin/bash
shift 2
for u in "$@"; do
  case $u in *.service) state=inactive file=static ;; *) state=active file=enabled ;; esac
  [ "$u" != qvd-ha-backup.service ] || state=failed
  printf 'Result=%s\\nId=%s\\nLoadState=loaded\\nActiveState=%s\\nUnitFileState=%s\\nStateChangeTimestamp=\\n' "$([ $state = failed ] && echo exit-code || echo success)" "$u" $state $file
  [ "$u" = "\${@: -1}" ] || echo
done
`,
    );
    put("bin/uname", "#!/bin/bash\necho qvddb1\n");
  });
  afterEach(() => rmSync(d, { recursive: true }));

  test("are none where none are set up", () => {
    expect(jobs()).toEqual({ jobs: {} });
  });

  test("are told with their units on a node without the data, and no age", () => {
    put("etc/verify.conf", `resource='postgres'\ndataDirectory='${d}/data'\nmaximumAge=192\n`);
    put("etc/watch.conf", "cluster='qvd-ha'\n");
    const timer = { exists: true, enabled: true, state: "active", result: "success" };
    const service = { ...timer, enabled: false, state: "inactive" };
    expect(jobs()).toEqual({ jobs: { verify: { timer, service, maximumAge: 192 } }, watch: service });
  });

  test("are told with their age where the data is: by their note, or since there were to be any", () => {
    put("data/PG_VERSION", "15\n");
    for (const job of ["backup", "configuration"])
      put(`etc/${job}.conf`, `dataDirectory='${d}/data'\ndirectory='${d}/dumps'\nmaximumAge=26\n`);
    put("data/.qvd-ha-backup", `at=${hoursAgo(5)}\nnode=qvddb1\nfile=a.dump\nbytes=5\n`);
    utimesSync(join(d, "etc/configuration.conf"), hoursAgo(40), hoursAgo(40));
    const { jobs: found, lostDump } = jobs();
    expect(found.backup?.age).toBeCloseTo(5, 1);
    expect(found.backup?.service).toMatchObject({ state: "failed", result: "exit-code" });
    expect(found.configuration?.age).toBeCloseTo(40, 1);
    expect(lostDump).toBe(`${d}/dumps/a.dump`);
    put("dumps/a.dump", "PGDMP");
    expect(jobs().lostDump).toBeUndefined();
    // Each node keeps those of its own time.
    put("data/.qvd-ha-backup", `at=${hoursAgo(5)}\nnode=qvddb2\nfile=b.dump\nbytes=5\n`);
    expect(jobs().lostDump).toBeUndefined();
  });

  test("an archive tells how long its oldest piece has waited", () => {
    put("data/PG_VERSION", "15\n");
    put("etc/pitr.conf", `dataDirectory='${d}/data'\nmaximumAge=26\nmaximumLag=600\n`);
    expect(jobs().archive).toEqual({ waiting: 0, limit: 600 });
    for (const [name, hours] of [
      ["b", 1],
      ["a", 2],
    ] as const) {
      put(`data/pg_wal/archive_status/00000001000000000000000${name}.ready`, "");
      utimesSync(
        join(d, `data/pg_wal/archive_status/00000001000000000000000${name}.ready`),
        hoursAgo(hours),
        hoursAgo(hours),
      );
    }
    const found = jobs();
    expect(Object.keys(found.jobs)).toEqual(["pitr", "pitr-check"]);
    expect(found.archive?.waiting).toBeGreaterThanOrEqual(7200);
    expect(found.archive?.waiting).toBeLessThan(7300);
  });
});

describe("packet filters", () => {
  test("a table that drops is named, one that does not is not", () => {
    const rules =
      "table inet qvd_ha_drill { chain input { type filter hook input priority 0; ip saddr 192.0.2.1 drop; }; }; table ip quiet { chain a { accept; }; }";
    const script = `nft "${rules}"\n${networkFact.command.script.text}`;
    const r = spawnSync("unshare", ["--net", "bash", "-euo", "pipefail", "-c", script], { encoding: "utf8" });
    if (/not found|not supported|Operation not permitted/.test(r.stderr))
      throw new Error(`nft cannot be tried: ${r.stderr}`);
    expect(networkFact.parse({ code: 0, stdout: r.stdout, stderr: "" }).dropping).toEqual(["inet qvd_ha_drill"]);
  });
});

describe("a real server", () => {
  let box: Sandbox;
  let bin: string;
  const see = (): Server => ask(serverFact("127.0.0.1", box.spec.port), `${bin}:`);

  beforeAll(async () => {
    box = await Sandbox.make({ settings: { listen_addresses: "127.0.0.1" } });
    const peer = {
      managed: "no",
      drbd: { role: "Secondary", connection: "Connected", disks: "UpToDate/UpToDate" },
      place: { mountPoint: "absent", running: false },
      stamp: {},
    } as unknown as PostgresSeen;
    const [seed] = steps(postgres.plan(box.spec, { one: box.see(), two: peer }));
    expect(box.run((seed as NonNullable<typeof seed>).command)).toMatchObject({ code: 0 });
    const p = agentParams(box.spec);
    expect(
      box.run({
        script: sh`drbdadm primary postgres; mount; cd /
runuser -u postgres -- ${p.pgctl as string} start -s -w -D ${p.pgdata as string} -l ${p.logfile as string} </dev/null`,
      }).code,
    ).toBe(0);
    // Other tests may run servers of their own on this machine; a node has one.
    bin = mkdtempSync(join(tmpdir(), "qvd-ha-doctor-"));
    writeFileSync(join(bin, "pgrep"), `#!/bin/sh\nhead -n 1 ${box.spec.dataDirectory}/postmaster.pid\n`);
    chmodSync(join(bin, "pgrep"), 0o755);
  });
  afterAll(() => {
    box?.end();
    if (bin) rmSync(bin, { recursive: true, force: true });
  });

  test("answers by its socket, and takes connections", () => {
    const s = see();
    expect(s).toMatchObject({
      running: true,
      answers: true,
      reached: true,
      pendingRestart: [],
      refused: [],
      readOnly: false,
    });
    expect(s.version).toBe(s.installed);
    expect(s.connections?.limit).toBeGreaterThan(50);
    expect(s.startedAt).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/);
  });

  test("says which settings wait for a restart, and which lines it does not take", () => {
    box.sql("alter system set max_connections = 120", "postgres", "postgres");
    box.run({ script: sh`echo 'host all all 10.0.0.0/99 scram-sha-256' >>${`${box.spec.dataDirectory}/pg_hba.conf`}` });
    box.sql("select pg_reload_conf()", "postgres", "postgres");
    box.sql("select pg_sleep(0.5)", "postgres", "postgres");
    const s = see();
    expect(s.pendingRestart).toContain("max_connections");
    expect(s.refused.join()).toMatch(/pg_hba.conf line \d+/);
  });

  test("that does not take writes says so", () => {
    box.sql("alter system set default_transaction_read_only = on", "postgres", "postgres");
    box.sql("select pg_reload_conf()", "postgres", "postgres");
    box.sql("select pg_sleep(0.5)", "postgres", "postgres");
    expect(see().readOnly).toBe(true);
  });

  test("that is stopped runs, and does not answer", () => {
    const pid = Number(spawnSync(join(bin, "pgrep"), { encoding: "utf8" }).stdout);
    process.kill(pid, "SIGSTOP");
    try {
      const s = see();
      expect(s).toMatchObject({ running: true, answers: false });
    } finally {
      process.kill(pid, "SIGCONT");
    }
  });
});
