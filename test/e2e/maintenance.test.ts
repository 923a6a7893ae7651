import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { corrupt } from "../../drills/actions/storage";
import { head, printRows } from "./drift/print";
import { maintenanceRows } from "./drift/row";
import { runRows } from "./drift/run";
import { MailServer, SERVER } from "./maintenance/mail";
import { Store } from "./maintenance/store";
import { ACCOUNT, ADDRESS, Vault } from "./maintenance/vault";
import { Changed, DEV } from "./support/changed";
import { install } from "./support/packages";
import { step } from "./support/steps";
import { inLab, must, onNodes, ROOT, sh } from "./support/stack";
import { Standing } from "./support/standing";

// Maintenance on the stack that deployment.test.ts has brought up: switched on, seen at work, switched off again. Proves on two guests with real DRBD what
// the offline tests cannot: that verify finds a block that was changed behind DRBD's back and that repair mends it, that a dump comes back row for row, that
// the mail of the standby's death is there within a minute.

const MINUTE = 60_000;
const changed = new Changed("maintenance");
const MINUTE_OF_ALERT = 60;
/** What its parts bring, which the guests' own small repository does not have. */
const PACKAGES = ["msmtp", "rsync", "rclone", "ca-certificates"];

const mail = new MailServer();
const vault = new Vault();
const store = new Store();

/** A value of ours, in a file as secrets are set from. */
function fileOf(name: string, value: string): string {
  const path = join(vault.folder, name);
  writeFileSync(path, value, { mode: 0o600 });
  return path;
}

const configure = (repair: boolean, more: object = {}, secrets: Readonly<Record<string, string>> = {}): Promise<void> =>
  changed.write(
    {
      maintenance: {
        verify: { enabled: true, repair },
        backup: {
          enabled: true,
          rsync: { target: `root@${ADDRESS.host}:${vault.dumps}`, port: ADDRESS.port, hostKey: vault.hostKey },
          s3: { bucket: store.bucket, endpoint: store.endpoint, region: "us-east-1" },
        },
        configuration: { enabled: true },
        alerts: {
          enabled: true,
          mail: {
            to: ["dba@example.org"],
            from: "qvddb@example.org",
            server: SERVER.address,
            port: SERVER.port,
            tls: "none",
          },
        },
        ...more,
      },
    },
    {
      backupPrivateKey: vault.adminKey,
      s3AccessKey: fileOf("access", "AKIDEXAMPLE"),
      s3SecretKey: fileOf("secret", "a-hidden-secret-key"),
      ...secrets,
    },
  );

/** The third host's archive, and alerts soon. */
const configurePointInTime = (): Promise<void> =>
  configure(
    true,
    {
      pitr: {
        enabled: true,
        archiveTimeout: 30,
        maximumLag: 30,
        repository: {
          connection: { host: ADDRESS.host, port: ADDRESS.port, user: "root", hostKey: vault.hostKey },
          account: ACCOUNT,
          directory: vault.directory,
        },
      },
    },
    {
      repositoryPrivateKey: vault.adminKey,
      repositoryPassphrase: fileOf("passphrase", randomBytes(24).toString("base64")),
    },
  );

const up = (config = changed.file, consent = ""): string =>
  inLab(
    `env QVD_HA_CONSENT=${consent} pulumi up --stack dev --config-file ${config} --yes --skip-preview --non-interactive`,
  );

describe("maintenance", () => {
  let o: Standing;
  let active = "";
  let standby = "";

  const onActive = (script: string): Promise<string> => o.one(active, script);
  const roles = async (): Promise<void> => {
    active = await o.active();
    standby = o.other(active);
  };

  beforeAll(async () => {
    o = await Standing.find();
    await mail.start();
    await vault.make();
    await vault.start();
    await store.start();
    await roles();
  }, 2 * MINUTE);
  afterAll(async () => {
    mail.end();
    store.end();
    await vault.end();
  });

  step(
    "is switched on, shows its timers, and has nothing to do the second time",
    async () => {
      await install(o.connections, PACKAGES);
      await configure(false);
      await must(up());
      const timers = await onActive(
        "systemctl list-timers --all --no-pager 'qvd-ha-*'; systemctl is-active qvd-ha-watch",
      );
      expect(timers).toMatch(/Sat \d{4}-\d\d-\d\d 03:00:00[^]*qvd-ha-verify\.timer/);
      expect(timers).toMatch(/qvd-ha-backup\.timer/);
      expect(timers).toMatch(/qvd-ha-configuration\.timer/);
      expect(timers).toMatch(/^active$/m);
      const again = await must(up());
      expect(again).toMatch(/\d+ unchanged/);
      expect(again).not.toMatch(/\d+ (created|updated|replaced|deleted|changed)/);
      expect(
        await must(
          inLab(
            `pulumi refresh --preview-only --expect-no-changes --stack dev --config-file ${changed.file} --non-interactive`,
          ),
        ),
      ).toMatch(/unchanged/);
    },
    15 * MINUTE,
  );

  step(
    "names what was changed by hand, puts it back, and touches nothing that serves",
    async () => {
      const results = await runRows(maintenanceRows, changed.file);
      console.log([head, printRows(results)].join("\n"));
      expect(results.filter((r) => r.faults.length > 0).map((r) => `${r.row.name}: ${r.faults.join("; ")}`)).toEqual(
        [],
      );
      expect(results).toHaveLength(maintenanceRows.length);
    },
    15 * MINUTE,
  );

  step(
    "dumps the database, sends the dump on by SSH and to a store, and it comes back row for row",
    async () => {
      await o.sql(
        "drop table if exists e2e_rows; create table e2e_rows as select i, md5(i::text) as t from generate_series(1, 20000) i",
      );
      const before = await o.sql("select md5(string_agg(r::text, '' order by i)) from e2e_rows r");
      const dumped = await must("make backup");
      const [, name = ""] =
        /\/var\/backups\/qvd-ha\/database\/(qvddb-\d{8}T\d{6}Z\.dump): \d+ bytes/.exec(dumped) ?? [];
      const sums = await onNodes(o.connections, `cut -d ' ' -f 1 /var/backups/qvd-ha/database/${name}.sha256`);
      const [sum = ""] = Object.values(sums).flatMap((a) => (a.code === 0 ? [a.stdout.trim()] : []));
      expect(sum).toMatch(/^[0-9a-f]{64}$/);
      expect((await must(`sha256sum ${vault.dumps}/${name}`)).split(" ")[0]).toBe(sum);
      expect((await onActive(`${store.read(name)} | sha256sum`)).split(" ")[0]).toBe(sum);
      await o.sql("delete from e2e_rows where i % 3 = 0; update e2e_rows set t = 'spoilt' where i = 7");
      expect(await must("make restore")).toMatch(/tables, \d+ rows: the same as were dumped/);
      const refused = await sh("make restore INTO=database CONSENT=yes");
      expect(refused.code).not.toBe(0);
      expect(refused.output).toMatch(/nothing was touched/);
      await must(`make restore INTO=database CONSENT=${o.outputs.database}@${o.outputs.address}`);
      expect(await o.sql("select md5(string_agg(r::text, '' order by i)) from e2e_rows r")).toBe(before);
      await o.sql("drop table e2e_rows");
      await must("tools/verbs/status");
    },
    20 * MINUTE,
  );

  step(
    "copies the cluster's configuration, and puts it back",
    async () => {
      const QUERY = "cibadmin --query --scope configuration";
      const before = await onActive(QUERY);
      await onActive("systemctl start qvd-ha-configuration.service");
      await onActive("crm_attribute --type rsc_defaults --name resource-stickiness --update 7");
      expect(await onActive(QUERY)).not.toBe(before);
      await onActive(`cd "$(mktemp -d)"
tar -xzf "$(ls /var/backups/qvd-ha/configuration/cluster-*.tar.gz | tail -n 1)"
crm_verify --xml-file cluster-*/cib.xml
secret="$(sed -n 's/.*shared-secret "\\?\\([^";]*\\)"\\?;/\\1/p' /etc/drbd.d/postgres.res)"
[ -n "$secret" ]
if grep -rqF "$secret" .; then echo "the secret is in it" >&2; exit 1; fi
`);
      const name = await onActive("ls -t /var/backups/qvd-ha/configuration | grep '^cluster-.*gz$' | head -n 1");
      expect(await must(`make restore-configuration FILE=${name} ARGS=--preview`)).toMatch(
        /set options resource-stickiness[^]*nothing was done/,
      );
      expect(await must(`make restore-configuration FILE=${name}`)).toMatch(/is the saved one/);
      expect(await onActive(QUERY)).toBe(before);
      await o.healthy(5);
    },
    10 * MINUTE,
  );

  step(
    "verifies, finds a block that was changed on the standby's disk, and says so by mail",
    async () => {
      expect(await must("make verify")).toMatch(/both disks are the same/);
      const change = (await onNodes(o.only(standby), corrupt("standby").script))[standby];
      expect(change?.code).toBe(0);
      const since = Date.now();
      const found = await sh("make verify");
      expect(found.code).not.toBe(0);
      expect(found.output).toMatch(/4 KiB differ between the disks/);
      await mail.awaits(/4 KiB differ between the disks/, since, MINUTE_OF_ALERT);
      expect(await onActive("cat /var/lib/prometheus/node-exporter/qvd_ha_verify.prom")).toMatch(
        /out_of_sync_kib\{resource="postgres"\} 4$/m,
      );
    },
    20 * MINUTE,
  );

  step(
    "repairs it where that is wanted, and then both disks are the same",
    async () => {
      await configure(true);
      await must(up());
      expect(await must("make verify")).toMatch(/the blocks that differed were copied to the standby node/);
      expect(await must("make verify")).toMatch(/both disks are the same/);
      await o.healthy(5);
    },
    20 * MINUTE,
  );

  step(
    "has what was made by hand on a cluster that was built anew, from a copy of the configuration",
    async () => {
      await roles();
      const byHand = `<rsc_location id="l_by_hand" rsc="g_postgres" node="${active}" score="1"/>`;
      await onActive(`cibadmin --create --scope constraints --xml-text '${byHand}'`);
      await onActive("systemctl start qvd-ha-configuration.service");
      const base64 = await onActive(
        "ls -t /var/backups/qvd-ha/configuration/cluster-*.tar.gz | head -n 1 | xargs base64 -w0",
      );
      const copy = join(ROOT, ".state/e2e/cluster.tar.gz");
      writeFileSync(copy, Buffer.from(base64, "base64"));
      await must(
        inLab(`pulumi destroy --stack dev --config-file ${changed.file} --yes --skip-preview --non-interactive`),
      );
      await must(up(DEV));
      o = await Standing.find();
      await install(o.connections, PACKAGES);
      await must(up());
      await roles();
      await o.healthy(5);
      const constraints = "cibadmin --query --scope constraints";
      expect(await onActive(constraints)).not.toContain("l_by_hand");
      expect(await must(`make restore-configuration FILE=${copy}`)).toMatch(/add l_by_hand[^]*is the saved one/);
      expect(await onActive(constraints)).toContain('id="l_by_hand"');
      await onActive("cibadmin --delete --xml-text '<rsc_location id=\"l_by_hand\"/>'");
      await o.healthy(5);
    },
    30 * MINUTE,
  );

  step(
    "tells of the standby's death by mail within a minute, once, and of its return",
    async () => {
      const uri = (JSON.parse(await must(". ./env.sh && lab/lab describe")) as { libvirtUri: string }).libvirtUri;
      await roles();
      const struck = Date.now();
      await must(inLab(`virsh -q -c '${uri}' destroy ${standby}`));
      const told = await mail.awaits(
        new RegExp(`${standby} is (lost|offline): there is no redundancy`),
        struck,
        MINUTE_OF_ALERT,
      );
      console.log(`the mail was there ${Math.round((told.at - struck) / 1000)} s after the standby's death`);
      // Whoever fences it starts it again; where nobody did, it is started here.
      await new Promise((r) => setTimeout(r, MINUTE));
      await sh(inLab(`virsh -q -c '${uri}' start ${standby}`));
      await o.healthy(10);
      await mail.awaits(/over: /, struck, 2 * MINUTE_OF_ALERT);
      const lost = mail
        .mails()
        .filter((m) => m.at >= struck)
        .flatMap((m) => m.text.match(new RegExp(`^.* warning {2}${standby} is lost.*$`, "gm")) ?? []);
      expect(lost.length).toBeLessThanOrEqual(1);
    },
    15 * MINUTE,
  );

  step(
    "archives on a third host, after a restart that was agreed to, and has nothing to do the second time",
    async () => {
      await install(o.connections, ["pgbackrest"]);
      await configurePointInTime();
      const refused = await sh(up());
      expect(refused.code).not.toBe(0);
      expect(refused.output).toMatch(/restarts:p_postgres/);
      await must(up(changed.file, "restarts:p_postgres"));
      expect(await must(up())).not.toMatch(/\d+ (created|updated|replaced|deleted|changed)/);
      await roles();
      await onActive("systemctl start qvd-ha-pitr.service; systemctl start qvd-ha-pitr-check.service");
      await must("tools/verbs/status");
    },
    25 * MINUTE,
  );

  step(
    "restores a point in time on the standby, with the very rows of that moment's dump, while the database goes on",
    async () => {
      await o.sql("create table e2e_time as select i, md5(i::text) as t from generate_series(1, 5000) i");
      const dump = /(qvddb-\d{8}T\d{6}Z\.dump): /.exec(await must("make backup"))?.[1] as string;
      const noted = await o.sql("select clock_timestamp()");
      await o.sql("select pg_sleep(2); delete from e2e_time where i % 2 = 0; insert into e2e_time values (0, 'later')");
      await onActive("systemctl start qvd-ha-pitr-check.service");
      const shown = await must(`make restore TIME='${noted}'`);
      expect(shown).toMatch(new RegExp(`${standby}: .*tables, \\d+ rows as of`));
      expect(shown).toMatch(/-public\.e2e_time: 2501 rows[^]*\+public\.e2e_time: 5000 rows/);
      expect(await must(`make restore TIME='${noted}' FILE=${dump}`)).toMatch(/the same rows as in/);
      const refused = await sh(`make restore TIME='${noted}' INTO=database CONSENT=yes`);
      expect(refused.output).toMatch(/nothing was touched/);
      expect(await o.sql("select count(*) from e2e_time")).toBe("2501");
      await must(`make restore TIME='${noted}' INTO=database CONSENT=${o.outputs.database}@${o.outputs.address}`);
      expect(await o.sql("select count(*) from e2e_time")).toBe("5000");
      await must("tools/verbs/status");
    },
    30 * MINUTE,
  );

  step(
    "goes on archiving from the other node after a failover, and a moment after it comes back",
    async () => {
      await must('make switch-over CONSENT="moves:p_postgres"');
      await roles();
      await o.sql("update e2e_time set t = 'after' where i = 1");
      const noted = await o.sql("select clock_timestamp()");
      await o.sql("select pg_sleep(2); drop table e2e_time");
      await onActive("systemctl start qvd-ha-pitr-check.service");
      expect(await must(`make restore TIME='${noted}'`)).toMatch(/\+public\.e2e_time: 5000 rows/);
      await o.healthy(10);
    },
    20 * MINUTE,
  );

  step(
    "tells by mail that the third host takes nothing any more, and that it is over",
    async () => {
      const since = Date.now();
      vault.stop();
      // Two looks at a piece of the log that has waited for half a minute, in a server that closes one every half minute.
      await mail.awaits(/the log of the database is not archived/, since, 4 * MINUTE_OF_ALERT);
      await vault.start();
      await mail.awaits(/over: the log of the database is not archived/, since, 10 * MINUTE_OF_ALERT);
    },
    20 * MINUTE,
  );

  step(
    "goes without a trace when it is switched off",
    async () => {
      await must(up(DEV, "restarts:p_postgres"));
      const left = await onNodes(
        o.connections,
        "ls /etc/systemd/system/qvd-ha-{backup,verify,configuration,pitr,watch}* /usr/local/lib/qvd-ha /etc/qvd-ha/*.conf /etc/qvd-ha/backup* 2>/dev/null; systemctl list-units --all --no-legend 'qvd-ha-watch*'; cibadmin --query --scope alerts 2>/dev/null | grep '<alert '; true",
      );
      for (const node of o.nodes) expect(left[node]?.stdout).toBe("");
      await must(inLab("pulumi preview --expect-no-changes --stack dev --non-interactive"));
    },
    10 * MINUTE,
  );
});
