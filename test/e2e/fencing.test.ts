import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dump, load } from "js-yaml";
import type { LabDescription } from "../../lab/describe";
import { BOARD_CIPHER } from "../offline/fencing/simulators";
import { Boards, PASSWORD as BOARD_PASSWORD } from "./fencing/boards";
import { Virtd } from "./fencing/virtd";
import { PASSWORD as XEN_PASSWORD, Xen } from "./fencing/xen";
import { install } from "./support/packages";
import type { Outputs } from "./support/stack";
import { inLab, must, onNodes, outputs, ROOT, sh, standing } from "./support/stack";
import { step } from "./support/steps";

// The kinds of fencing on the stack that deployment.test.ts has brought up, one after the other while it serves: each is put in the place of the one before, tested, asked to fence a node
// that runs, and taken away. Proves with the real agents in a real cluster that each powers the right guest off and on again by its own way. What stands for XenServer and for a management board
// is a simulator before the lab's libvirt; fence_virtd is the real one. Run by itself: QVD_HA_E2E="deployment fencing removal" make e2e.

const MINUTE = 60_000;
const CONFIG = join(ROOT, ".state/e2e/Pulumi.fencing.yaml");
const BOOT = "cat /proc/sys/kernel/random/boot_id";

type Keys = Record<string, unknown>;
const dev = load(readFileSync(join(ROOT, "Pulumi.dev.yaml"), "utf8")) as { config: Keys } & Keys;

/** The stack's own file with other keys, and its secrets by the files that have them. */
async function configure(keys: Keys, secrets: Readonly<Record<string, string>> = {}): Promise<void> {
  const own = Object.fromEntries(Object.entries(keys).map(([k, v]) => [`qvd-ha:${k}`, v]));
  writeFileSync(CONFIG, dump({ ...dev, config: { ...dev.config, ...own } }));
  for (const [name, file] of Object.entries(secrets))
    await must(`. ./env.sh && pulumi config set --secret --stack dev --config-file ${CONFIG} ${name} <${file}`);
}

const up = (): Promise<string> =>
  must(inLab(`pulumi up --stack dev --config-file ${CONFIG} --yes --skip-preview --non-interactive`));

describe("the kinds of fencing", () => {
  let o: Outputs;
  let virtd: Virtd;
  let boards: Boards;
  let xen: Xen;
  let uri = "";
  let had: string[] = [];
  const passwords = join(ROOT, ".state/e2e/fencing");

  const all = async (script: string): Promise<Record<string, string>> => {
    const answers = await onNodes(o.connections, script);
    for (const [node, a] of Object.entries(answers)) if (a.code !== 0) throw new Error(`${node}: ${a.stderr}`);
    return Object.fromEntries(Object.entries(answers).map(([n, a]) => [n, a.stdout.trim()]));
  };
  const only = (node: string): Outputs["connections"] => ({
    [node]: o.connections[node] as NonNullable<Outputs["connections"][string]>,
  });
  const healthy = async (minutes: number): Promise<void> => {
    for (const end = Date.now() + minutes * MINUTE; Date.now() < end; await new Promise((r) => setTimeout(r, 5000)))
      if ((await sh("tools/verbs/status")).code === 0) return;
    throw new Error(`not healthy after ${minutes} min`);
  };
  /** The agents of the devices, by node. */
  const agents = async (): Promise<string[]> => {
    const [said = ""] = Object.values(await all("cibadmin --query --xpath \"//primitive[@class='stonith']\""));
    return [...said.matchAll(/ type="([^"]+)"/g)].map((m) => m[1] as string);
  };
  /** The self-test has passed, a second `up` finds nothing, and a node that runs is fenced under a ledger: it is off, on again, and nothing is lost. */
  const fences = async (...wanted: string[]): Promise<void> => {
    expect(await up()).not.toMatch(/\d+ (created|updated|replaced|deleted|changed)/);
    expect(await agents()).toEqual(wanted);
    await healthy(3);
    const before = await all(BOOT);
    await must("make drill FAULT=fence-by-order ARGS=--no-verify");
    await healthy(5);
    const after = await all(BOOT);
    expect(o.nodes.filter((n) => after[n] !== before[n])).toHaveLength(1);
  };

  beforeAll(async () => {
    standing();
    o = await outputs();
    had = await agents();
    uri = (JSON.parse(await must("lab/lab describe")) as LabDescription).libvirtUri;
    virtd = new Virtd(uri);
    boards = new Boards(o.nodes, uri);
    xen = new Xen(uri);
    writeFileSync(join(passwords, "board"), BOARD_PASSWORD);
    writeFileSync(join(passwords, "xen"), XEN_PASSWORD);
    await install(o.connections, ["fence-virt", "ipmitool", "ca-certificates"]);
  }, 10 * MINUTE);
  afterAll(() => {
    virtd.stop();
    boards.stop();
    xen.stop();
  });

  step(
    "fence_virtd, asked by TCP",
    async () => {
      await virtd.start("tcp");
      await configure({ fencing: { kind: "xvm", xvm: { transport: "tcp" } } }, { xvmKey: virtd.base64File });
      await up();
      await fences("fence_virt", "fence_virt");
    },
    15 * MINUTE,
  );

  step(
    "fence_virtd, asked by multicast",
    async () => {
      await virtd.start("multicast");
      await configure({ fencing: { kind: "xvm" } }, { xvmKey: virtd.base64File });
      await up();
      await fences("fence_xvm", "fence_xvm");
      virtd.stop();
    },
    15 * MINUTE,
  );

  const ipmi = { user: "fence", cipher: BOARD_CIPHER };
  const nodes = (): unknown[] =>
    (dev.config["qvd-ha:nodes"] as { name: string }[]).map((n) => ({ ...n, ipmi: boards.of(n.name) }));

  step(
    "management boards",
    async () => {
      await boards.start();
      await configure({ nodes: nodes(), fencing: { kind: "ipmi", ipmi } }, { ipmiPassword: join(passwords, "board") });
      await up();
      expect(await all("[ ! -e /etc/qvd-ha/fence_xvm.key ] && stat -c %a /etc/qvd-ha/fence_ipmi")).toEqual(
        Object.fromEntries(o.nodes.map((n) => [n, "600"])),
      );
      await fences("fence_ipmilan", "fence_ipmilan");
    },
    20 * MINUTE,
  );

  step(
    "management boards, and the hypervisor where they have failed: a dead node is fenced by the second level",
    async () => {
      const timers = { ...(dev.config["qvd-ha:timers"] as Keys), fencing: { off: 30 } };
      await configure(
        { nodes: nodes(), timers, fencing: { kind: "ipmi", fallback: ["libvirt"], ipmi } },
        { ipmiPassword: join(passwords, "board") },
      );
      await up();
      await fences("fence_ipmilan", "fence_ipmilan", ...had);
      await must('. ./env.sh && tools/verbs/psql -Atqc "create table e2e_levels as select 1 as i"');
      const serving = await all("mountpoint -q /var/lib/pgsql/data && echo yes || echo no");
      const active = o.nodes.find((n) => serving[n] === "yes") as string;
      boards.stop();
      const struck = Date.now();
      await must(inLab(`virsh -q -c '${uri}' destroy ${active}`));
      const insert =
        '. ./env.sh && PGCONNECT_TIMEOUT=5 timeout 40 tools/verbs/psql -qc "insert into e2e_levels values (2)"';
      while ((await sh(insert)).code !== 0)
        if (Date.now() > struck + 390_000) throw new Error("no write is taken 390 s after the active node's death");
      console.log(`a write was taken ${Math.round((Date.now() - struck) / 1000)} s after the active node's death`);
      const other = o.nodes.find((n) => n !== active) as string;
      const log = (await onNodes(only(other), "tail -c 2000000 /var/log/pacemaker/pacemaker.log"))[other]?.stdout;
      expect(log).toMatch(new RegExp(`targeting ${active} using p_fence_${active}_libvirt returned 0`));
      await boards.start();
      await healthy(10);
      expect(
        (await must('. ./env.sh && tools/verbs/psql -Atqc "select count(*) from e2e_levels where i = 1"')).trim(),
      ).toBe("1");
      await must('. ./env.sh && tools/verbs/psql -qc "drop table e2e_levels"');
      boards.stop();
    },
    25 * MINUTE,
  );

  step(
    "XenServer",
    async () => {
      await xen.start();
      await onNodes(
        o.connections,
        "cat >/usr/local/share/ca-certificates/e2e-xen.crt && update-ca-certificates >/dev/null 2>&1",
        xen.certificate,
      );
      await configure(
        { fencing: { kind: "xenapi", xenapi: { url: xen.url, user: "fence" } } },
        { xenapiPassword: join(passwords, "xen") },
      );
      await up();
      await fences("fence_xenapi", "fence_xenapi");
      expect(xen.calls()).toMatch(/VM\.hard_shutdown|VM\.hard_reboot/);
    },
    15 * MINUTE,
  );

  step(
    "the one that the stack had, and nothing of the others is left",
    async () => {
      await configure({});
      await up();
      expect(await all("ls /etc/qvd-ha | grep -c -E 'xvm|ipmi|xenapi' || true")).toEqual(
        Object.fromEntries(o.nodes.map((n) => [n, "0"])),
      );
      await fences(...had);
      xen.stop();
    },
    15 * MINUTE,
  );
});
