import "./hypervisors/environment";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { labDefaults } from "../../lab/describe";
import type { LabDescription } from "../../lab/describe";
import { devSettings, GivenStack, stackText } from "./support/given";
import { instanceOf } from "./support/ownLab";
import type { Outputs } from "./support/stack";
import { must, onNodes, sh } from "./support/stack";
import { step } from "./support/steps";

// A node on each of two hypervisors: two libvirtd, two sshd and two name spaces, which share a LAN and a crossover by bridges. Proves that each machine is made by
// its own hypervisor and fenced through it, and only through it. Not: what two real hosts lose together, such as a switch.
// Run by itself: QVD_HA_E2E=hypervisors make e2e.

const MINUTE = 60_000;
const stack = new GivenStack("hypervisors-test");
const SECOND = instanceOf("second");
const second = (command: string): string => `. ./env.sh && QVD_HA_INSTANCE=${SECOND} lab/lab ${command}`;
const BOOT = "cat /proc/sys/kernel/random/boot_id";
const asFence = (host: string, command: string): string =>
  `ssh -F /etc/ssh/ssh_config.d/qvd-ha-fence.conf -i /etc/qvd-ha/fence_ed25519 -o BatchMode=yes root@${host} '${command}' 2>&1 || true`;

describe("a node on each of two hypervisors", () => {
  let up: Outputs;
  let libvirt: string[] = [];

  const virsh = (i: number, command: string): Promise<string> => must(`virsh -q -c '${libvirt[i]}' ${command}`);
  const one = async (node: string, script: string): Promise<string> => {
    const connection = up.connections[node] as NonNullable<Outputs["connections"][string]>;
    const answer = (await onNodes({ [node]: connection }, script))[node];
    if (answer?.code !== 0) throw new Error(`${node}: ${answer?.stderr}`);
    return answer.stdout;
  };
  const active = async (): Promise<string> =>
    /on: (\S+)/.exec(await one(up.nodes[0] as string, "crm_resource --locate --resource p_postgres 2>&1"))?.[1] ?? "";

  afterAll(async () => {
    await stack.forget();
    await sh(second("down"));
    await sh(". ./env.sh && lab/lab down");
  }, 5 * MINUTE);

  step(
    "is made by the hypervisor that is named for it",
    async () => {
      await must(". ./env.sh && tools/toolchain/bootstrap && lab/lab up");
      await must(second("up"));
      await must(`. ./env.sh && lab/lab join ${SECOND}`);
      const described = JSON.parse(await must(second("describe"))) as LabDescription;
      const { machine, ...settings } = await devSettings();
      const [theirs] = labDefaults(described).hypervisors as Record<string, unknown>[];
      const hypervisors = [...settings.hypervisors, { ...theirs, name: "taurus", address: "172.20.64.2" }];
      libvirt = hypervisors.map((h) => String((h as { libvirtUri: string }).libvirtUri));
      const text = stackText({
        ...settings,
        nodes: settings.nodes.map((n, i) => ({ ...n, hypervisor: ["aries", "taurus"][i] })),
        hypervisors,
        machine: { ...(machine as object), bridges: { lan: "br-lan", crossover: "br-crossover" } },
      });
      const { aries } = JSON.parse(await must("lab/lab describe")) as LabDescription;
      await stack.create(text, { hypervisorPrivateKey: aries.privateKeyFile });
      await stack.up();
      await stack.healthy(5);
      up = await stack.outputs();
      expect((await virsh(0, "list --name")).trim()).toBe("qvddb1");
      expect((await virsh(1, "list --name")).trim()).toBe("qvddb2");
      expect(await virsh(0, "net-list --all --name")).not.toMatch(/lan|crossover/);
    },
    35 * MINUTE,
  );

  step(
    "has nothing to be done a second time",
    async () => {
      await must(stack.pulumi("refresh --preview-only --expect-no-changes"));
      await must(stack.pulumi("preview --expect-no-changes"));
      const output = await stack.up();
      expect(output).not.toMatch(/\d+ (created|updated|replaced|deleted|changed)/);
    },
    8 * MINUTE,
  );

  step(
    "is powered through its own hypervisor, and the key does nothing on the other",
    async () => {
      const aims = await one(
        "qvddb1",
        "for n in 1 2; do crm_resource --resource p_fence_qvddb$n --get-parameter ip; done",
      );
      expect(aims.trim().split("\n")).toEqual(["172.20.64.1", "172.20.64.2"]);
      const answers = await one(
        "qvddb1",
        [
          asFence("172.20.64.2", "virsh domstate qvddb2"),
          asFence("172.20.64.1", "virsh domstate qvddb2"),
          asFence("172.20.64.2", "virsh domstate qvddb1"),
        ].join("; echo ---; "),
      );
      const [right, wrong, other] = answers.split("---\n");
      expect(right).toMatch(/running/);
      expect(wrong).not.toMatch(/running/);
      expect(other).not.toMatch(/running/);
    },
    3 * MINUTE,
  );

  for (const round of ["the one way", "and back"])
    step(
      `is fenced through its own hypervisor when its power is cut, ${round}`,
      async () => {
        const dead = await active();
        const boot = await one(dead, BOOT);
        await stack.mustVerb("drill power-cut --no-verify --consent qvd-ha@172.20.64.90");
        await stack.healthy(10);
        expect(await one(dead, BOOT)).not.toBe(boot);
        expect(await active()).not.toBe(dead);
        const survivor = up.nodes.find((n) => n !== dead) as string;
        expect(await one(survivor, `stonith_admin --history ${dead} 2>&1`)).toMatch(
          new RegExp(`(reboot|off).*${dead}|${dead}.*(reboot|off)`),
        );
      },
      25 * MINUTE,
    );

  step(
    "is not fenced through the other one: with its own hypervisor's sshd gone, the fencing fails, and nothing else is powered off",
    async () => {
      const [survivor, dead] = ["qvddb1", "qvddb2"];
      const pid = join(JSON.parse(await must(second("describe"))).stateDirectory as string, "run", "sshd.pid");
      const boot = await one(survivor, BOOT);
      execFileSync("kill", [(await must(`cat ${pid}`)).trim()]);
      const ordered = await one(
        survivor,
        `stonith_admin --reboot ${dead} --timeout 40 2>&1 && echo fenced || echo failed`,
      );
      expect(ordered).toMatch(/failed$/m);
      expect((await virsh(1, `domstate ${dead}`)).trim()).toBe("running");
      expect(await one(survivor, BOOT)).toBe(boot);
      await must(second("up"));
      await one(
        survivor,
        `crm_resource --cleanup --resource p_fence_${dead}; stonith_admin --cleanup --history ${dead}`,
      );
      await stack.healthy(10);
    },
    20 * MINUTE,
  );

  step(
    "goes away with the stack, on both",
    async () => {
      await must(stack.pulumi("destroy --yes --skip-preview"));
      for (const i of [0, 1]) expect((await virsh(i, "list --all --name")).trim()).toBe("");
    },
    10 * MINUTE,
  );
});
