import "./adoption/environment";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { validate } from "../../components/config/parse";
import type { HandMade } from "./adoption/cluster";
import {
  changed,
  CONFIG,
  configured,
  epoch,
  freshStack,
  handMade,
  identity,
  leave,
  mark,
  pulumi,
  STACK,
  WORK,
} from "./adoption/cluster";
import { inLab, must, onNodes, sh } from "./support/stack";
import { step } from "./support/steps";

// A cluster that a script built by hand from the HOWTO, with crmsh and external/libvirt, is taken over. Proves that on two real guests of Debian 12: that nothing
// changes on them where the configuration says the same, that only the named things change where it says more, and that what is there is kept.
// Run by itself: QVD_HA_E2E=adoption make e2e; with QVD_HA_E2E_KEEP=1 what was built stays for the next run.

const MINUTE = 60_000;
const QUIET = "up --yes --skip-preview";

const settingsOf = (yaml: string): unknown => {
  const { config } = load(yaml) as { config: Record<string, unknown> };
  return Object.fromEntries(Object.entries(config).map(([k, v]) => [k.replace(/^qvd-ha:/, ""), v]));
};
const meaning = (yaml: string): unknown => {
  const { settings, findings } = validate(settingsOf(yaml));
  expect(findings).toEqual([]);
  return settings;
};

describe("a cluster built by hand from the HOWTO", () => {
  let made: HandMade;
  let exported = "";
  let before: Record<string, string>;

  afterAll(leave, 5 * MINUTE);

  const export_ = async (more: string): Promise<{ code: number | null; yaml: string; said: string }> => {
    const key = join(made.directory, "id_ed25519");
    const flags = `--node qvddb1=172.20.64.91 --node qvddb2=172.20.64.92 --key ${key} --known-hosts ${join(made.directory, "known_hosts")} --stack ${STACK}`;
    const yaml = join(WORK, "exported.yaml");
    const { code, output } = await sh(
      inLab(`sh -c 'node -r ts-node/register/transpile-only tools/export/main.ts ${flags} ${more} >${yaml}'`),
    );
    return { code, yaml: await must(`cat ${yaml}`), said: output };
  };

  step(
    "is there",
    async () => {
      made = await handMade();
      before = await identity(made);
      expect(before.qvddb1).not.toEqual(before.qvddb2);
    },
    20 * MINUTE,
  );

  step(
    "is exported as what the HOWTO says, with every secret apart, and the plan of what was exported is empty",
    async () => {
      const { code, yaml, said } = await export_("");
      expect(said).toMatch(/nothing to do on the nodes/);
      expect(code).toBe(0);
      const secrets = await must(
        `cd ${made.directory} && cat password; echo; cat drbd_secret; echo; cat authkey; echo`,
        { unlogged: true },
      );
      for (const secret of secrets.split("\n").filter((s) => s.length > 8))
        expect(`${yaml}${said}`).not.toContain(secret);
      expect(said).toMatch(/pulumi config set --stack adoption-test --secret corosyncKey/);
      expect(meaning(yaml)).toEqual(meaning(configured("howto.yaml", made)));
      exported = yaml;
    },
    5 * MINUTE,
  );

  step(
    "is taken over with nothing changed: no file, no word in the cluster's configuration, nothing started or stopped",
    async () => {
      await freshStack(exported, made);
      const preview = await must(pulumi("preview"));
      expect(preview).not.toMatch(/REFUSED|would fail/);
      expect(preview.match(/nothing to do on the nodes/g)?.length).toBeGreaterThanOrEqual(6);
      const configuration = await epoch(made);
      await mark(made);
      await new Promise((r) => setTimeout(r, 20_000));
      const idle = await changed(made);
      await mark(made);
      const output = await must(pulumi(QUIET));
      expect(output).toMatch(/\d+ created/);
      const written = await changed(made);
      for (const node of Object.keys(written))
        expect(written[node]?.filter((f) => !idle[node]?.includes(f))).toEqual([]);
      expect(await epoch(made)).toBe(configuration);
      expect(await identity(made)).toEqual(before);
    },
    8 * MINUTE,
  );

  step(
    "is from then on as any other: no drift, no change, and its second up does nothing",
    async () => {
      await must(pulumi("refresh --preview-only --expect-no-changes"));
      await must(pulumi("preview --expect-no-changes"));
      // The password that the HOWTO puts into the cluster's configuration is nowhere in the state.
      const password = await must(`cat ${join(made.directory, "password")}`, { unlogged: true });
      expect(await must(`. ./env.sh && pulumi stack export --stack ${STACK}`)).not.toContain(password);
    },
    5 * MINUTE,
  );

  step(
    "gets what a configuration says beyond that, by the named steps and no others, and serves on",
    async () => {
      const more = exported
        .replace(/minimumRate: .*/, "minimumRate: 10M")
        .replace(/^( *)- 172\.20\.64\.90\/32$/m, "$1- 172.20.64.90/32\n$1- 172.20.64.0/24")
        .replace(/priorityFencingDelay: .*/, "priorityFencingDelay: 3");
      expect(more).not.toBe(exported);
      writeFileSync(CONFIG, more + (await secretLines()) + (await must(`sed -n '/^encryptionsalt/p' ${CONFIG}`)));
      const preview = await must(pulumi("preview --diff"));
      const steps = [
        "qvddb1: /etc/drbd.d/postgres.res is not as wanted",
        "qvddb1: running options differ: c-min-rate",
        "qvddb2: /etc/drbd.d/postgres.res is not as wanted",
        "qvddb2: running options differ: c-min-rate",
        "rewrite pg_hba.conf and have the server read it",
        "set options priority-fencing-delay",
      ];
      for (const s of steps) expect(preview).toContain(s);
      const said = preview.match(/^.*( is not as wanted|rewrite |commit the configuration).*$/gm) ?? [];
      expect(new Set(said.map((line) => line.trim())).size).toBe(4);
      expect(preview).not.toMatch(/REFUSED/);
      await mark(made);
      await must(pulumi(QUIET));
      const written = await changed(made);
      // Pacemaker's own files, and where commands work that outlive a lost connection, are no configuration.
      const kept = Object.values(written).map((files) =>
        files.filter((f) => f !== "/run" && !f.startsWith("/var/lib/pacemaker/")),
      );
      const replication = ["/etc/drbd.d", "/etc/drbd.d/postgres.res"];
      // pg_hba.conf is on the replicated disk: of the other file system, its root alone is looked at, and only where it is mounted.
      expect(kept.sort((a, b) => a.length - b.length)).toEqual([replication, [...replication, "/var/lib/pgsql/data"]]);
      expect(await identity(made)).toEqual(before);
      const [row] = Object.values(
        await onNodes(
          made.connections,
          "psql -XAtqw -h qvddb -U qvd -d qvddb -c 'select count(*) from pacemaker_monitor'",
        ),
      );
      expect(row?.stdout.trim()).toBe("1");
      await must(pulumi("refresh --preview-only --expect-no-changes"));
    },
    8 * MINUTE,
  );

  step(
    "is exported again as what it was made to be",
    async () => {
      const { code, yaml } = await export_("--program");
      expect(code).toBe(0);
      const [config = "", program = ""] = yaml.split("\n---\n");
      expect(settingsOf(config)).toMatchObject({
        drbd: expect.not.objectContaining({ minimumRate: "250K" }) as unknown,
      });
      expect(program).toContain("new QvdDatabase");
    },
    5 * MINUTE,
  );

  /** The secrets that were set, as they stand in the stack's file. */
  async function secretLines(): Promise<string> {
    const text = await must(`cat ${CONFIG}`);
    const config = (load(text) as { config: Record<string, unknown> }).config;
    const secret = Object.entries(config).filter(([, v]) => v !== null && typeof v === "object" && "secure" in v);
    return secret.map(([k, v]) => `  ${k}: ${JSON.stringify(v)}\n`).join("");
  }
});
