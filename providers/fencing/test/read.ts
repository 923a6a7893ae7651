import type { Fact, Seen } from "../../fact";
import { sh } from "../../remote";
import { stampOf } from "./render";
import type { FenceTestSpec } from "./spec";

export const STAMP_DIR = "/var/lib/qvd-ha/fence-tests";

/** Stamps of the tests that this node has passed. They outlive a reboot: what a device answers depends on its parameters, and those are in the stamp. */
export const facts = (): { passed: Fact<string[]> } => ({
  passed: {
    command: { script: sh`ls ${STAMP_DIR} 2>/dev/null || true` },
    parse: ({ stdout }) => stdout.split("\n").filter((name) => /^[0-9a-f]{32}$/.test(name)),
  },
});

export type TestSeen = Readonly<Record<string, Seen<ReturnType<typeof facts>>>>;

/** The tests as far as they have passed; none at all: the test was never made. */
export function live(known: FenceTestSpec, seen: TestSeen): FenceTestSpec | undefined {
  const tests = known.tests.filter((test) => seen[test.from]?.passed.includes(stampOf(known, test)));
  return tests.length === 0 ? undefined : { ...known, tests };
}
