import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { corrupt } from "../../drills/actions/storage";
import { MailServer, SERVER } from "./maintenance/mail";
import { install } from "./maintenance/packages";
import { step } from "./support/steps";
import type { Outputs } from "./support/stack";
import { inLab, must, onNodes, outputs, ROOT, sh, standing } from "./support/stack";

// Maintenance on the stack that deployment.test.ts has brought up: switched on, seen at work, switched off again. Proves on two guests with real DRBD what
// the offline tests cannot: that verify finds a block that was changed behind DRBD's back and that repair mends it, that a dump comes back row for row, that
// the mail of the standby's death is there within a minute.

const MINUTE = 60_000;
const CONFIG = join(ROOT, ".state/e2e/Pulumi.maintenance.yaml");
const MINUTE_OF_ALERT = 60;

const configure = (repair: boolean): void =>
  writeFileSync(
    CONFIG,
    `${readFileSync(join(ROOT, "Pulumi.dev.yaml"), "utf8")}
  qvd-ha:maintenance:
    verify: { enabled: true, repair: ${repair} }
    backup: { enabled: true }
    configuration: { enabled: true }
    alerts:
      enabled: true
      mail: { to: [dba@example.org], from: qvddb@example.org, server: ${SERVER.address}, port: ${SERVER.port}, tls: none }
`,
  );

const up = (config = CONFIG): string =>
  inLab(`pulumi up --stack dev --config-file ${config} --yes --skip-preview --non-interactive`);

describe("maintenance", () => {
  let o: Outputs;
  let mail: MailServer;
  let active = "";
  let standby = "";

  const only = (node: string): Outputs["connections"] => ({
    [node]: o.connections[node] as NonNullable<Outputs["connections"][string]>,
  });
  const onActive = async (script: string): Promise<string> => {
    const a = (await onNodes(only(active), script))[active];
    if (a?.code !== 0) throw new Error(`${active}: ${script}: ${a?.stderr}`);
    return a.stdout;
  };
  const roles = async (): Promise<void> => {
    const said = await onNodes(o.connections, "drbdadm role postgres");
    active = Object.keys(said).find((n) => said[n]?.stdout.startsWith("Primary")) as string;
    standby = o.nodes.find((n) => n !== active) as string;
  };
  const healthy = async (minutes: number): Promise<void> => {
    for (const end = Date.now() + minutes * MINUTE; Date.now() < end; await new Promise((r) => setTimeout(r, 5000)))
      if ((await sh("tools/verbs/status")).code === 0) return;
    throw new Error(`not healthy after ${minutes} min`);
  };

  beforeAll(async () => {
    standing();
    o = await outputs();
    mail = new MailServer();
    await roles();
  }, 2 * MINUTE);
  afterAll(() => mail.end());

  step(
    "is switched on, shows its timers, and has nothing to do the second time",
    async () => {
      await install(o.connections, ["msmtp", "ca-certificates"]);
      configure(false);
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
            `pulumi refresh --preview-only --expect-no-changes --stack dev --config-file ${CONFIG} --non-interactive`,
          ),
        ),
      ).toMatch(/unchanged/);
    },
    15 * MINUTE,
  );

  step(
    "dumps the database, and the dump comes back row for row",
    async () => {
      const sql = (text: string): Promise<string> => must(`. ./env.sh && tools/verbs/psql -Atc "${text}"`);
      await sql(
        "drop table if exists e2e_rows; create table e2e_rows as select i, md5(i::text) as t from generate_series(1, 20000) i",
      );
      const before = await sql("select md5(string_agg(r::text, '' order by i)) from e2e_rows r");
      expect(await must("make backup")).toMatch(
        /\/var\/backups\/qvd-ha\/database\/qvddb-\d{8}T\d{6}Z\.dump: \d+ bytes/,
      );
      await sql("delete from e2e_rows where i % 3 = 0; update e2e_rows set t = 'spoilt' where i = 7");
      expect(await must("make restore")).toMatch(/tables, \d+ rows: the same as were dumped/);
      const refused = await sh("make restore INTO=database CONSENT=yes");
      expect(refused.code).not.toBe(0);
      expect(refused.output).toMatch(/nothing was touched/);
      await must(`make restore INTO=database CONSENT=${o.database}@${o.address}`);
      expect(await sql("select md5(string_agg(r::text, '' order by i)) from e2e_rows r")).toBe(before);
      await sql("drop table e2e_rows");
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
if grep -rq "$(sed -n 's/.*shared-secret "\\(.*\\)";/\\1/p' /etc/drbd.d/postgres.res)" .; then echo "the secret is in it" >&2; exit 1; fi
cibadmin --replace --scope configuration --xml-file cluster-*/configuration.xml`);
      expect(await onActive(QUERY)).toBe(before);
      await healthy(5);
    },
    10 * MINUTE,
  );

  step(
    "verifies, finds a block that was changed on the standby's disk, and says so by mail",
    async () => {
      expect(await must("make verify")).toMatch(/both disks are the same/);
      const change = (await onNodes(only(standby), corrupt("standby").script))[standby];
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
      configure(true);
      await must(up());
      expect(await must("make verify")).toMatch(/the blocks that differed were copied to the standby node/);
      expect(await must("make verify")).toMatch(/both disks are the same/);
      await healthy(5);
    },
    20 * MINUTE,
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
      await healthy(10);
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
    "goes without a trace when it is switched off",
    async () => {
      await must(up(join(ROOT, "Pulumi.dev.yaml")));
      const left = await onNodes(
        o.connections,
        "ls /etc/systemd/system/qvd-ha-* /usr/local/lib/qvd-ha /etc/qvd-ha/*.conf 2>/dev/null; systemctl list-units --all --no-legend 'qvd-ha-watch*'; cibadmin --query --scope alerts 2>/dev/null | grep '<alert '; true",
      );
      for (const node of o.nodes) expect(left[node]?.stdout).toBe("");
      await must(inLab("pulumi preview --expect-no-changes --stack dev --non-interactive"));
    },
    10 * MINUTE,
  );
});
