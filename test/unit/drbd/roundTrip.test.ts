import fc from "fast-check";
import { parseConfig } from "../../../providers/drbd/config";
import { GLOBAL_TEXT, parseResource, renderResource } from "../../../providers/drbd/render";
import { nodeIdOf, rules, schema } from "../../../providers/drbd/spec";
import { anyText, specOf } from "../support/arbitrary";
import { spec } from "./samples";

const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9.-]{0,20}$/);
const path = fc.oneof(
  fc.constant("/dev/disk/by-id/virtio-qvddb1-data"),
  fc.stringMatching(/^\/dev\/disk\/by-id\/[A-Za-z0-9_.:+-]{1,30}$/),
);
const value = anyText.filter((v) => /^[^"\\\r\n]+$/.test(v));
const some = (...names: string[]): fc.Arbitrary<unknown> =>
  fc.dictionary(fc.constantFrom(...names), value, { noNullPrototype: true });
const options = specOf(schema.shape.options, {
  resource: some("cpu-mask", "on-no-data-accessible"),
  net: some("max-buffers", "csums-alg", "ping-int"),
  disk: some("al-extents", "c-plan-ahead"),
  handlers: some("split-brain", "local-io-error", "before-resync-target"),
});
const nodes = fc
  .uniqueArray(name, { minLength: 2, maxLength: 2 })
  .chain((names) => fc.tuple(fc.constant(names), fc.uniqueArray(fc.ipV4(), { minLength: 2, maxLength: 2 })))
  .map(([names, addresses]) =>
    Object.fromEntries(names.map((n, i) => [n, { address: addresses[i], disk: { serial: `disk-${i}` } }])),
  );

describe.each(["8.4", "9"] as const)("a resource's file in dialect %s", (dialect) => {
  test("whatever schema and rules take, it says, and is read as it again", () => {
    const any = specOf(schema, { connections: fc.constant({}), dialect: null, nodes, options: null });
    fc.assert(
      fc.property(any, options, fc.tuple(path, path), (made, more, places) => {
        const wanted = { ...made, options: more };
        expect(rules({ ...wanted, dialect }).filter((f) => f.property.startsWith("options"))).toEqual([]);
        const names = Object.keys(wanted.nodes).sort();
        const paths = Object.fromEntries(names.map((n, i) => [n, places[i] as string]));
        const text = renderResource(wanted, dialect, paths);
        // Read against another spec: only what no file holds may come from there.
        const { connections: _c, nodes: _n, dialect: _d, ...rest } = wanted;
        const { resource, initialSync, fileSystem, overwrite, dataPolicy, connectTimeoutSeconds, syncTimeoutSeconds } =
          rest;
        const known = spec({
          resource,
          initialSync,
          fileSystem,
          overwrite,
          dataPolicy,
          connectTimeoutSeconds,
          syncTimeoutSeconds,
        });
        const parsed = parseResource(text, known, dialect);
        expect(parsed?.spec).toEqual(rest);
        expect(parsed?.nodes).toEqual(
          Object.fromEntries(
            names.map((n) => [
              n,
              {
                address: wanted.nodes[n]?.address,
                path: paths[n],
                ...(dialect === "9" ? { nodeId: nodeIdOf(wanted, n) } : {}),
              },
            ]),
          ),
        );
      }),
    );
  });
});

test("the global file is DRBD's language, too", () =>
  expect(parseConfig(GLOBAL_TEXT).map((s) => s.key)).toEqual(["global", "common"]));
