import fc from "fast-check";
import { parse, render } from "../../../providers/corosync/render";
import { schema } from "../../../providers/corosync/spec";
import { specOf } from "../support/arbitrary";
import { spec } from "./samples";

const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9.-]{0,20}$/);
const node = (rings: 1 | 2): fc.Arbitrary<unknown> =>
  fc.record({
    nodeId: fc.integer({ min: 1, max: 65535 }),
    ring0: fc.ipV4(),
    ...(rings === 2 ? { ring1: fc.ipV4() } : {}),
  });
const two = fc
  .tuple(
    fc.uniqueArray(name, { minLength: 2, maxLength: 2 }),
    fc.oneof(fc.tuple(node(1), node(1)), fc.tuple(node(2), node(2))),
  )
  .map(([[a, b], [x, y]]) => ({ [a as string]: x, [b as string]: y }));

test("corosync.conf: whatever the schema takes, the file says, and is read as it again", () => {
  // What no file holds comes from the spec that it is read against; all else must not.
  const { connections, authkey, oneRingConsent, startTimeoutSeconds } = spec();
  const kept = { connections, authkey, oneRingConsent, startTimeoutSeconds };
  const known = spec({ consensus: 9999, join: 77, maxMessages: 33, token: 7777, clusterName: "another", port: 6000 });
  fc.assert(
    fc.property(
      specOf(schema, { connections: fc.constant({}), authkey: fc.constant("AAAA"), nodes: two, host: fc.ipV4() }),
      (s) => {
        const wanted = { ...s, ...kept };
        expect(parse(render(wanted), known)).toEqual(wanted);
      },
    ),
  );
});
