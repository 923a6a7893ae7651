import type { Fact, Seen } from "../../fact";
import { sh } from "../../remote";
import type { FenceTestSpec } from "./spec";

/** In memory: a test leaves nothing behind on a machine, and the state remembers that it passed. */
export const STAMP_DIR = "/run/qvd-ha-fence-tests";

/** Stamps of the tests that this node has passed since it started; what a device answers depends on its parameters, and those are in the stamp. */
export const facts = (): { passed: Fact<string[]> } => ({
  passed: {
    command: { script: sh`ls ${STAMP_DIR} 2>/dev/null || true` },
    parse: ({ stdout }) => stdout.split("\n").filter((name) => /^[0-9a-f]{32}$/.test(name)),
  },
});

export type TestSeen = Readonly<Record<string, Seen<ReturnType<typeof facts>>>>;

/** That it once passed is no state of a node, so nothing that a refresh finds can speak against it. */
export const live = (known: FenceTestSpec): FenceTestSpec => known;
