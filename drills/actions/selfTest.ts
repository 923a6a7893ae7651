import { fenceTest } from "@qvd-ha/providers/dist/fencing";
import { parseElement } from "@qvd-ha/providers/dist/pacemaker/parse";
import { parseXml } from "@qvd-ha/providers/dist/pacemaker/xml";
import { run, sh } from "@qvd-ha/providers/dist/remote";
import type { Hypervisor, Role, SelfTest } from "./action";
import { text } from "./action";
import type { Field } from "./field";

/** The fence command of the lab's hypervisor; another one has no such file. */
const COMMAND = `command=$(dirname "$(lab/lab describe | sed -n 's/.*"privateKeyFile": *"\\([^"]*\\)".*/\\1/p')")/qvd-ha-fence`;

/** What fence_virsh and single commands want to hear, whatever they ask for, and nothing is done. */
const YES = `#!/bin/sh
case \${SSH_ORIGINAL_COMMAND-} in
'' | '/bin/bash -c "PS1='*EXPECT*) ;;
*) echo running; exit 0 ;;
esac
printf '[EXPECT]# '
while IFS= read -r line; do
  case $line in quit* | exit*) exit 0 ;; esac
  printf 'running\\n\\n[EXPECT]# '
done
`;

/** The device behind the cluster's fence agents says yes to everything, and does nothing. */
export const lyingDevice: Hypervisor = {
  kind: "hypervisor",
  on: "standby",
  says: "have the fence device say yes to everything",
  script: text(
    COMMAND,
    '[ -e "$command.true" ] || cp -p "$command" "$command.true"',
    `cat >"$command.new" <<'YES'\n${YES}YES`,
    'chmod 755 "$command.new"',
    'mv "$command.new" "$command"',
  ),
  undo: [
    {
      kind: "hypervisor",
      on: "standby",
      script: text(COMMAND, '[ ! -e "$command.true" ] || mv "$command.true" "$command"'),
    },
  ],
};

export const selfTestFinds = (of: Role, finds: RegExp, says: string): SelfTest => ({
  kind: "selfTest",
  says: `test the fence device of the ${of} node as a deployment does, which has to find that ${says}`,
  of,
  finds,
});

/** What the cluster has as the fence device of a node. @throws Error when there is none */
async function deviceOf(f: Field, from: string, node: string): Promise<{ agent: string; params: object; id: string }> {
  const id = `p_fence_${node}`;
  const [answer] = await run(f.connection(from), [
    { script: sh`cibadmin --query --xpath ${`//primitive[@id='${id}']`}` },
  ]);
  const device = answer?.code === 0 ? parseElement(parseXml(answer.stdout)) : undefined;
  if (device?.kind !== "primitive") throw new Error(`the cluster has no device ${id}: ${answer?.stderr.trim()}`);
  return { id, agent: device.agent.replace(/^stonith:/, ""), params: device.params };
}

/** @throws Error when the test finds nothing, or something else */
export async function selfTest(a: SelfTest, f: Field): Promise<void> {
  const [node = ""] = f.nodes(a.of);
  const from = f.nodes("both").find((n) => n !== node) as string;
  const device = await deviceOf(f, from, node);
  const spec = fenceTest.schema.parse({
    connections: { [from]: f.connection(from) },
    agent: device.agent,
    tests: [{ from, node, device: device.id, params: device.params }],
  });
  const [step] = fenceTest.plan(spec, { [from]: { passed: [] } }).stages.flat();
  if (!step) throw new Error(`there is no test of ${device.id}`);
  const [answer] = await run(f.connection(from), [step.command]);
  const said = answer?.stderr.trim() ?? "";
  if (answer?.code === 0) throw new Error(`the test of ${device.id} has found nothing`);
  if (!a.finds.test(said)) throw new Error(`the test of ${device.id} has found something else: ${said}`);
}
