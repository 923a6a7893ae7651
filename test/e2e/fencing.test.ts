import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LabDescription } from "../../lab/describe";
import { BOARD_CIPHER } from "../offline/fencing/simulators";
import { Boards, PASSWORD as BOARD_PASSWORD } from "./fencing/boards";
import { Virtd } from "./fencing/virtd";
import { PASSWORD as XEN_PASSWORD, Xen } from "./fencing/xen";
import { doneAfter, SIZE } from "./impact/cluster";
import { announced, happened } from "./impact/happened";
import { Changed, devKeys } from "./support/changed";
import { install } from "./support/packages";
import { inLab, must, onNodes, ROOT, sh } from "./support/stack";
import { Standing } from "./support/standing";
import { step } from "./support/steps";

// The kinds of fencing on the stack that deployment.test.ts has brought up, one after the other while it serves: each is put in the place of the one before, tested, asked to fence a node
// that runs, and taken away. Proves with the real agents in a real cluster that each powers the right guest off and on again by its own way. What stands for XenServer and for a management board
// is a simulator before the lab's libvirt; fence_virtd is the real one. Each answers until the next kind is in its place: a device that cannot start changes what is due. Run by itself: QVD_HA_E2E="deployment fencing removal" make e2e.

const MINUTE = 60_000;
const BOOT = "cat /proc/sys/kernel/random/boot_id";
const changed = new Changed("fencing");

const pulumi = (words: string): string =>
  inLab(`pulumi ${words} --stack dev --config-file ${changed.file} --non-interactive`);
const up = (): Promise<string> => must(pulumi("up --yes --skip-preview"));

describe("the kinds of fencing", () => {
  let o: Standing;
  let virtd: Virtd;
  let boards: Boards;
  let xen: Xen;
  let uri = "";
  let had: string[] = [];
  const passwords = join(ROOT, ".state/e2e/fencing");

  /** The agents of the devices, by node. */
  const agents = async (): Promise<string[]> => {
    const [said = ""] = Object.values(await o.all("cibadmin --query --xpath \"//primitive[@class='stonith']\""));
    return [...said.matchAll(/ type="([^"]+)"/g)].map((m) => m[1] as string).sort();
  };
  /** Pacemaker does what the preview says, by its own log, and asks nobody: the service goes on. */
  const exchange = async (): Promise<void> => {
    const said = await must(pulumi("preview"));
    const sizes = await o.all(SIZE);
    await up();
    await o.healthy(3);
    const logs = await Promise.all(o.nodes.map((n) => o.one(n, doneAfter(Number(sizes[n])))));
    expect(happened(logs.join(""))).toEqual(announced(said));
  };
  /** The self-test has passed, a second `up` finds nothing, and a node that runs is fenced under a ledger: it is off, on again, and nothing is lost. */
  const fences = async (...wanted: string[]): Promise<void> => {
    await exchange();
    expect(await up()).not.toMatch(/\d+ (created|updated|replaced|deleted|changed)/);
    expect(await agents()).toEqual([...wanted].sort());
    const before = await o.all(BOOT);
    await must("make drill FAULT=fence-by-order ARGS=--no-verify");
    await o.healthy(5);
    const after = await o.all(BOOT);
    expect(o.nodes.filter((n) => after[n] !== before[n])).toHaveLength(1);
  };

  beforeAll(async () => {
    o = await Standing.find();
    had = await agents();
    uri = (JSON.parse(await must("lab/lab describe")) as LabDescription).libvirtUri;
    virtd = new Virtd(uri);
    boards = new Boards(o.nodes, uri);
    xen = new Xen(uri);
    writeFileSync(join(passwords, "board.password"), BOARD_PASSWORD);
    writeFileSync(join(passwords, "xen.password"), XEN_PASSWORD);
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
      await changed.write({ fencing: { kind: "xvm", xvm: { transport: "tcp" } } }, { xvmKey: virtd.base64File });
      await fences("fence_virt", "fence_virt");
    },
    15 * MINUTE,
  );

  step(
    "fence_virtd, asked by multicast",
    async () => {
      await virtd.start("multicast");
      await changed.write({ fencing: { kind: "xvm" } }, { xvmKey: virtd.base64File });
      await fences("fence_xvm", "fence_xvm");
    },
    15 * MINUTE,
  );

  const ipmi = { user: "fence", cipher: BOARD_CIPHER };
  const nodes = (): unknown[] =>
    (devKeys()["qvd-ha:nodes"] as { name: string }[]).map((n) => ({ ...n, ipmi: boards.of(n.name) }));

  step(
    "management boards",
    async () => {
      await boards.start();
      await changed.write(
        { nodes: nodes(), fencing: { kind: "ipmi", ipmi } },
        { ipmiPassword: join(passwords, "board.password") },
      );
      await fences("fence_ipmilan", "fence_ipmilan");
      virtd.stop();
      expect(await o.all("[ ! -e /etc/qvd-ha/fence_xvm.key ] && stat -c %a /etc/qvd-ha/fence_ipmi")).toEqual(
        Object.fromEntries(o.nodes.map((n) => [n, "600"])),
      );
    },
    20 * MINUTE,
  );

  step(
    "management boards, and the hypervisor where they have failed: a dead node is fenced by the second level",
    async () => {
      const timers = { ...(devKeys()["qvd-ha:timers"] as object), fencing: { off: 30 } };
      await changed.write(
        { nodes: nodes(), timers, fencing: { kind: "ipmi", fallback: ["libvirt"], ipmi } },
        { ipmiPassword: join(passwords, "board.password") },
      );
      await fences("fence_ipmilan", "fence_ipmilan", ...had);
      await o.sql("create table e2e_levels as select 1 as i");
      const active = await o.active();
      boards.stop();
      const struck = Date.now();
      await must(inLab(`virsh -q -c '${uri}' destroy ${active}`));
      const insert =
        '. ./env.sh && PGCONNECT_TIMEOUT=5 timeout 40 tools/verbs/psql -qc "insert into e2e_levels values (2)"';
      while ((await sh(insert)).code !== 0)
        if (Date.now() > struck + 390_000) throw new Error("no write is taken 390 s after the active node's death");
      console.log(`a write was taken ${Math.round((Date.now() - struck) / 1000)} s after the active node's death`);
      const log = await o.one(o.other(active), "tail -c 2000000 /var/log/pacemaker/pacemaker.log");
      expect(log).toMatch(new RegExp(`targeting ${active} using p_fence_${active}_libvirt returned 0`));
      await boards.start();
      await o.healthy(10);
      expect(await o.sql("select count(*) from e2e_levels where i = 1")).toBe("1");
      await o.sql("drop table e2e_levels");
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
      await changed.write(
        { fencing: { kind: "xenapi", xenapi: { url: xen.url, user: "fence" } } },
        { xenapiPassword: join(passwords, "xen.password") },
      );
      await fences("fence_xenapi", "fence_xenapi");
      boards.stop();
      expect(xen.calls()).toMatch(/VM\.hard_shutdown|VM\.hard_reboot/);
    },
    15 * MINUTE,
  );

  step(
    "the one that the stack had, and nothing of the others is left",
    async () => {
      await changed.write({});
      await fences(...had);
      expect(await o.all("ls /etc/qvd-ha | grep -c -E 'xvm|ipmi|xenapi' || true")).toEqual(
        Object.fromEntries(o.nodes.map((n) => [n, "0"])),
      );
      xen.stop();
    },
    15 * MINUTE,
  );
});
