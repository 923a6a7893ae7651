import "./layout/environment";
import type { LabDescription } from "../../lab/describe";
import { doneAfter, SIZE } from "./impact/cluster";
import { announced, happened } from "./impact/happened";
import { devSettings, GivenStack, stackText } from "./support/given";
import type { Outputs } from "./support/stack";
import { inLab, must, onNodes, sh } from "./support/stack";
import { step } from "./support/steps";

// The HOWTO's second layout with its preferred node, from nothing: by its own names, where it is told to be, back there where that is wanted and only there, and
// without losing a write; and that the other layout can take its place while it serves. Proves what Pacemaker does with it on two guests; what its scheduler decides in other cases is for the offline tests to say.
// Run by itself: QVD_HA_E2E=layout make e2e.

const MINUTE = 60_000;
const stack = new GivenStack("layout-test");
const PREFERRED = "qvddb2";
const OTHER = "qvddb1";
const IDS = ["DBIP", "drbd_postgres", "postgres_fs", "postgresql"];

describe("the second layout", () => {
  let up: Outputs;
  let uri = "";
  let settings: Record<string, unknown> = {};

  const write = (failBack: boolean): string =>
    stackText({ ...settings, layout: "simple", preferredNode: { node: PREFERRED, failBack } });
  const bootsOf = async (node: string): Promise<string> => one(node, "cat /proc/sys/kernel/random/boot_id");
  const one = async (node: string, script: string): Promise<string> => {
    const connection = up.connections[node] as NonNullable<Outputs["connections"][string]>;
    const answer = (await onNodes({ [node]: connection }, script))[node];
    if (answer?.code !== 0) throw new Error(`${node}: ${answer?.stderr}`);
    return answer.stdout;
  };
  /** As the layout calls it. */
  let server = "postgresql";
  const servedBy = async (node: string): Promise<string> =>
    /on: (\S+)/.exec(await one(node, `crm_resource --locate --resource ${server} 2>&1`))?.[1] ?? "";
  /** Refused at first, then with the consent that it asks for; gives what that was. Pacemaker did what the preview had said, by its own log. */
  const upByConsent = async (text: string): Promise<string> => {
    stack.configure(text);
    const refused = await sh(stack.pulumi("up --yes --suppress-outputs"));
    expect(refused.code).not.toBe(0);
    const sizes = await onNodes(up.connections, SIZE);
    const wanted = [...new Set(refused.output.match(/\b(stops|restarts|moves):[\w-]+/g))].join(" ");
    expect(await sh(`export QVD_HA_CONSENT='${wanted}'; ${stack.pulumi("up --yes --skip-preview")}`)).toMatchObject({
      code: 0,
    });
    await stack.healthy(5);
    const logs = await Promise.all([PREFERRED, OTHER].map((n) => one(n, doneAfter(Number(sizes[n]?.stdout)))));
    expect(happened(logs.join(""))).toEqual(announced(refused.output));
    return wanted;
  };
  /** Until the database is there as that node sees it. */
  const serves = async (wanted: string, asked: string, minutes: number): Promise<void> => {
    let seen = "";
    for (const end = Date.now() + minutes * MINUTE; Date.now() < end; await new Promise((r) => setTimeout(r, 3_000))) {
      seen = await servedBy(asked).catch((e: Error) => e.message);
      if (seen === wanted) return;
    }
    throw new Error(`after ${minutes} min the database is on ${seen || "no node"}, not on ${wanted}`);
  };

  afterAll(async () => {
    await stack.forget();
    await sh(". ./env.sh && lab/lab down");
  }, 5 * MINUTE);

  step(
    "comes up by its own names, on the preferred node, and has nothing to be done a second time",
    async () => {
      await must(". ./env.sh && tools/toolchain/bootstrap && lab/lab up");
      settings = await devSettings();
      uri = String((settings.hypervisors as { libvirtUri: string }[])[0]?.libvirtUri);
      const { aries } = JSON.parse(await must("lab/lab describe")) as LabDescription;
      await stack.create(write(true), { hypervisorPrivateKey: aries.privateKeyFile });
      await stack.up();
      await stack.healthy(5);
      up = await stack.outputs();
      const ids = (await one(OTHER, "crm_resource --list-raw")).trim().split("\n");
      expect(ids.map((i) => i.replace(/:\d+$/, ""))).toEqual(expect.arrayContaining(IDS));
      expect(ids.some((i) => i.startsWith("p_ping"))).toBe(false);
      expect(await one(OTHER, "cibadmin --query --xpath \"//group[@id='postgres']/primitive\"")).toMatch(
        /id="postgres_fs"[^]*id="DBIP"[^]*id="postgresql"/,
      );
      expect(await servedBy(OTHER)).toBe(PREFERRED);
      await must(stack.pulumi("refresh --preview-only --expect-no-changes"));
      expect(await stack.up()).not.toMatch(/\d+ (created|updated|replaced|deleted|changed)/);
      await stack.sql("create table kept (i int primary key)");
    },
    35 * MINUTE,
  );

  step(
    "is served by the other node when the preferred one loses its power, and goes back when that is there again",
    async () => {
      await stack.sql("insert into kept select generate_series(1, 1000)");
      await must(inLab(`virsh -q -c '${uri}' destroy ${PREFERRED}`));
      await serves(OTHER, OTHER, 5);
      await stack.sql("insert into kept select generate_series(1001, 2000)");
      // Whoever fences it starts it again.
      await serves(PREFERRED, OTHER, 10);
      await stack.healthy(10);
      expect((await stack.sql("select count(*) from kept")).trim().split("\n").at(-1)).toBe("2000");
    },
    25 * MINUTE,
  );

  step(
    "without fail-back stays where it is, as a drill with a ledger says",
    async () => {
      stack.configure(write(false));
      await stack.up();
      expect(await servedBy(OTHER)).toBe(PREFERRED);
      await stack.mustVerb("drill power-cut --no-verify --consent qvd-ha@172.20.64.90");
      await stack.healthy(10);
      await new Promise((r) => setTimeout(r, MINUTE));
      expect(await servedBy(OTHER)).toBe(OTHER);
      await must(stack.pulumi("refresh --preview-only --expect-no-changes"));
    },
    25 * MINUTE,
  );

  step(
    "is moved by the verb, whose ban is gone afterwards",
    async () => {
      const refused = await stack.verb("qvd-ha switch-over");
      expect(refused.code).toBe(3);
      const moved = await sh(
        `. ./env.sh && QVD_HA_CONSENT=moves:postgresql STACK=${stack.name} lab/lab exec -- tools/verbs/qvd-ha switch-over`,
      );
      expect(moved).toMatchObject({ code: 0 });
      await stack.healthy(5);
      expect(await servedBy(OTHER)).toBe(PREFERRED);
      expect(await one(OTHER, "cibadmin --query --scope constraints")).not.toMatch(/cli-/);
    },
    10 * MINUTE,
  );

  step(
    "gives way to the first layout while it serves: stopped once, by consent, and nobody is fenced",
    async () => {
      const boots = await Promise.all([PREFERRED, OTHER].map(bootsOf));
      expect(await upByConsent(stackText(settings))).toMatch(/\b(stops|restarts):(postgres|postgresql)( |$)/);
      server = "p_postgres";
      const ids = (await one(OTHER, "crm_resource --list-raw"))
        .trim()
        .split("\n")
        .map((i) => i.replace(/:\d+$/, ""));
      expect(ids.filter((i) => IDS.includes(i))).toEqual([]);
      expect(ids).toEqual(expect.arrayContaining(["p_drbd_postgres", "p_fs_postgres", "p_ip_postgres", "p_postgres"]));
      expect(await Promise.all([PREFERRED, OTHER].map(bootsOf))).toEqual(boots);
      expect((await stack.sql("select count(*) from kept")).trim().split("\n").at(-1)).toBe("2000");
      await must(stack.pulumi("refresh --preview-only --expect-no-changes"));
    },
    15 * MINUTE,
  );

  step(
    "has its preferred node in the first layout as well: there by consent, back there by itself, and with fail-back alone",
    async () => {
      const preferred = (failBack: boolean): string =>
        stackText({ ...settings, preferredNode: { node: PREFERRED, failBack } });
      const other = (await servedBy(OTHER)) === OTHER;
      if (other) expect(await upByConsent(preferred(true))).toMatch(/\bmoves:/);
      else {
        stack.configure(preferred(true));
        await stack.up();
      }
      expect(await servedBy(OTHER)).toBe(PREFERRED);
      await must(inLab(`virsh -q -c '${uri}' destroy ${PREFERRED}`));
      await serves(OTHER, OTHER, 5);
      await serves(PREFERRED, OTHER, 10);
      await stack.healthy(10);
      stack.configure(preferred(false));
      await stack.up();
      await must(inLab(`virsh -q -c '${uri}' destroy ${PREFERRED}`));
      await serves(OTHER, OTHER, 5);
      await stack.healthy(10);
      await new Promise((r) => setTimeout(r, MINUTE));
      expect(await servedBy(OTHER)).toBe(OTHER);
      expect((await stack.sql("select count(*) from kept")).trim().split("\n").at(-1)).toBe("2000");
      await must(stack.pulumi("refresh --preview-only --expect-no-changes"));
    },
    35 * MINUTE,
  );

  step(
    "goes away with the stack",
    async () => {
      await must(stack.pulumi("destroy --yes --skip-preview"));
      expect((await must(`virsh -q -c '${uri}' list --all --name`)).trim()).toBe("");
    },
    10 * MINUTE,
  );
});
