import { AGENT_NAMES } from "../../../providers/agents/render";
import { check } from "../../../providers/driver";
import { PROGRAMS } from "../../../providers/driver/programs";
import { kinds } from "../../../providers/kinds";
import type { AnyKind } from "../../../providers/kind";
import { connections, specs } from "../maintenance/specs";

// Proves that a program of ours which changes is a change of the object that brings it to the nodes, that nothing else is, and that the state learns no secret by it.
// That the state keeps it over a refresh is proved by test/host.

const digest = (kind: AnyKind, spec: object): unknown => check(kind, spec as Record<string, unknown>).inputs[PROGRAMS];
const newer = (kind: AnyKind): AnyKind => ({
  ...kind,
  programs: (spec: never) => (kind.programs?.(spec) ?? []).map((text, i) => (i === 0 ? `${text}\n` : text)),
});

const SPECS: readonly (readonly [keyof typeof kinds, object])[] = [
  ["agents", { connections, agents: AGENT_NAMES }],
  ["alertAgent", { connections }],
  ["drbdVerify", specs.verify],
  ["backup", specs.backup],
  ["pitr", specs.pitr],
  ["repository", specs.repository],
  ["configurationBackup", specs.configuration],
  ["watch", specs.watch],
  [
    "fenceAccess",
    { connections, publicKey: "ssh-ed25519 AAAA", domains: ["qvddb1"], commandPath: "/usr/local/sbin/qvd-ha-fence" },
  ],
];

describe.each(SPECS)("%s", (name, spec) => {
  const kind = kinds[name] as AnyKind;

  it("has its programs among its inputs, and differs with them", () => {
    expect(digest(kind, spec)).toMatch(/^[0-9a-f]{12}$/);
    expect(digest(kind, spec)).toBe(digest(kind, spec));
    expect(digest(newer(kind), spec)).not.toBe(digest(kind, spec));
  });

  it("takes what a state has for what it is: no property of the spec", () => {
    const { inputs } = check(kind, spec as Record<string, unknown>);
    expect(check(kind, inputs)).toEqual({ inputs, findings: [] });
  });
});

it("does not differ with what a person sets, nor with a secret", () => {
  expect(digest(kinds.watch, { ...specs.watch, interval: 7, mailPassword: "another" })).toBe(
    digest(kinds.watch, specs.watch),
  );
});

it("differs with the agents that are wanted, as each is a program", () => {
  const [one] = AGENT_NAMES;
  expect(digest(kinds.agents, { connections, agents: [one] })).not.toBe(
    digest(kinds.agents, { connections, agents: AGENT_NAMES }),
  );
});

it("is not there for a kind that brings none", () => {
  expect(kinds.corosync).not.toHaveProperty("programs");
  expect(check({ ...kinds.alertAgent, programs: () => [] } as AnyKind, { connections }).inputs).not.toHaveProperty(
    PROGRAMS,
  );
});
