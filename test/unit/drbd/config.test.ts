import fc from "fast-check";
import { GLOBAL_TEXT, parseResource, renderResource } from "../../../providers/drbd/render";
import { parseConfig } from "../../../providers/drbd/config";
import type { Spec } from "../../../providers/drbd/spec";
import { rules, schema } from "../../../providers/drbd/spec";
import { input, paths, spec } from "./samples";

const { connections: _c, nodes: _n, dialect: _d, ...defaults } = spec();
const base = (s: Spec) => {
  const { connections: _1, nodes: _2, dialect: _3, ...rest } = s;
  return rest;
};

const word = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9 ./=-]{0,20}$/).map((w) => w.trim().replace(/\s+/g, " "));
const arbitrary = fc.record({
  resource: fc.constantFrom("postgres", "r0", "a-b_c"),
  minor: fc.integer({ min: 0, max: 255 }),
  port: fc.integer({ min: 1, max: 65535 }),
  protocol: fc.constantFrom("A", "B", "C"),
  fencing: fc.constantFrom("resource-and-stonith", "resource-only", "dont-care"),
  onIoError: fc.constantFrom("detach", "pass_on", "call-local-io-error"),
  rate: fc.tuple(fc.integer({ min: 1, max: 999 }), fc.constantFrom("K", "M", "G")).map(([n, u]) => `${n}${u}`),
  minimumRate: fc.tuple(fc.integer({ min: 1, max: 999 }), fc.constantFrom("K", "M", "G")).map(([n, u]) => `${n}${u}`),
  fillTarget: fc
    .tuple(fc.integer({ min: 1, max: 999 }), fc.constantFrom("s", "K", "M", "G"))
    .map(([n, u]) => `${n}${u}`),
  verifyAlgorithm: fc.constantFrom("crc32c", "sha1", "sha256", "md5"),
  cramHmacAlgorithm: fc.constantFrom("sha256", "sha512", "sha1"),
  sharedSecret: fc.stringMatching(/^[A-Za-z0-9+/=_.-]{8,64}$/),
  fencePeerTimeoutSeconds: fc.integer({ min: 1, max: 3600 }),
  startup: fc.record({
    wfcTimeoutSeconds: fc.integer({ min: 1, max: 86400 }),
    degradedWfcTimeoutSeconds: fc.integer({ min: 1, max: 86400 }),
  }),
  options: fc.record({
    resource: fc.dictionary(fc.constantFrom("on-no-data-accessible", "cpu-mask"), word),
    net: fc.dictionary(fc.constantFrom("max-buffers", "ping-int", "csums-alg"), word),
    disk: fc.dictionary(fc.constantFrom("al-extents", "c-plan-ahead"), word),
    handlers: fc.dictionary(fc.constantFrom("split-brain", "local-io-error"), word),
  }),
});

describe("a resource's file", () => {
  it.each(["8.4", "9"] as const)("read back gives the spec it was made from, dialect %s", (dialect) => {
    fc.assert(
      fc.property(arbitrary, (more) => {
        const s = spec(more);
        // The spec it is read against is another one: nothing may be taken from there.
        const other = spec({ resource: s.resource });
        const parsed = parseResource(renderResource(s, dialect, paths), other, dialect);
        expect(parsed?.spec).toEqual({ ...base(s) });
        expect(parsed?.nodes.qvddb2).toEqual({
          address: "192.168.0.92",
          path: paths.qvddb2,
          ...(dialect === "9" ? { nodeId: 1 } : {}),
        });
      }),
    );
  });

  it("shows hand-made changes, each where the spec has it", () => {
    const text = renderResource(spec(), "8.4", paths)
      .replace("c-max-rate 100M", "c-max-rate 10M")
      .replace("after-sb-0pri disconnect", "after-sb-0pri discard-least-changes")
      .replace("after-sb-1pri disconnect;", "")
      .replace("fencing resource-and-stonith", "fencing dont-care");
    expect(parseResource(text, spec(), "8.4")?.spec).toEqual({
      ...defaults,
      rate: "10M",
      fencing: "dont-care",
      options: {
        ...defaults.options,
        net: { "after-sb-0pri": "discard-least-changes", "after-sb-1pri": "(missing)" },
      },
    });
  });

  it("shows what runs where it is not what is configured, and takes equal values in other units as equal", () => {
    const running = {
      options: {},
      disk: { "c-max-rate": "102400k", "on-io-error": "pass_on" },
      net: { protocol: "A" },
    };
    const now = parseResource(renderResource(spec(), "8.4", paths), spec(), "8.4", running)?.spec;
    expect(now).toEqual({ ...defaults, onIoError: "pass_on", protocol: "A" });
  });

  it("shows what only the file has, though what is wanted still runs", () => {
    const text = renderResource(spec(), "8.4", paths)
      .replace("c-max-rate 100M", "c-max-rate 50M")
      .replace(/shared-secret [^;]+;/, "shared-secret another;")
      .replace("protocol C;", "protocol C;\n\t\tmax-buffers 8000;");
    const running = {
      options: {},
      disk: { "c-max-rate": "102400k" },
      net: { "shared-secret": spec().sharedSecret, "max-buffers": "2048" },
    };
    expect(parseResource(text, spec(), "8.4", running)?.spec).toEqual({
      ...defaults,
      rate: "50M",
      sharedSecret: "another",
      options: { ...defaults.options, net: { "max-buffers": "8000" } },
    });
  });

  it("says on its first line who manages it, and asks for no usage count", () => {
    expect(renderResource(spec(), "9", paths)).toMatch(/^# Managed by qvd-ha/);
    expect(GLOBAL_TEXT).toMatch(/^# Managed by qvd-ha/);
    expect(parseConfig(GLOBAL_TEXT)[0]?.body).toContainEqual({ key: "usage-count", words: ["no"] });
  });

  it.each([
    ["8.4", "disk", "/usr/lib/drbd/crm-fence-peer.sh", "after-resync-target"],
    ["9", "net", "/usr/lib/drbd/crm-fence-peer.9.sh", "unfence-peer"],
  ] as const)("fences in the way of dialect %s", (dialect, section, script, lift) => {
    const body = parseConfig(renderResource(spec(), dialect, paths))[0]?.body ?? [];
    const of = (name: string) => body.find((s) => s.key === name)?.body ?? [];
    expect(of(section)).toContainEqual({ key: "fencing", words: ["resource-and-stonith"] });
    expect(of("handlers")).toContainEqual({ key: "fence-peer", words: [`${script} --timeout 120 --dc-timeout 125`] });
    expect(of("handlers").map((s) => s.key)).toContain(lift);
  });

  it("is refused where it is broken", () => {
    expect(() => parseConfig("resource x { net { protocol C; }")).toThrow("within a statement");
    expect(() => parseConfig("}")).toThrow(`"}" without "{"`);
  });
});

describe("rules", () => {
  it("accept the lab", () => expect(rules(spec())).toEqual([]));

  it("name every fault at once, each at its property", () => {
    const s = schema.parse(
      input({
        nodes: {
          qvddb1: { address: "192.168.0.91", disk: { serial: "a", sizeBytes: 5, minimumBytes: 6 }, nodeId: 1 },
          qvddb2: { address: "192.168.0.91", disk: { serial: "b" } },
        },
        protocol: "A",
        overwrite: ["c"],
        options: { net: { "shared-secret": "x", nonsense: "1", "after-sb-0pri": "consensus" } },
      }),
    );
    expect(
      rules(s)
        .map((f) => f.property)
        .sort(),
    ).toEqual([
      "nodes.qvddb1.disk.sizeBytes",
      "nodes.qvddb2.address",
      "nodes.qvddb2.nodeId",
      "options.net.after-sb-0pri",
      "options.net.nonsense",
      "options.net.shared-secret",
      "overwrite.0",
      "protocol",
    ]);
  });

  it("know which dialect knows an option", () => {
    const nine = { options: { net: { "allow-remote-read": "no" } } };
    expect(rules(spec({ ...nine, dialect: "9" }))).toEqual([]);
    expect(rules(spec({ ...nine, dialect: "8.4" }))).toHaveLength(1);
  });

  it("let nothing out of an option's string", () => {
    for (const bad of ['a"; } handlers { fence-peer "x', "a\nb", "a\\"])
      expect(schema.safeParse(input({ options: { handlers: { "split-brain": bad } } })).success).toBe(false);
  });
});
