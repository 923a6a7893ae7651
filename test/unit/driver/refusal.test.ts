import { z } from "zod";
import { check } from "../../../providers/driver";
import type { AnyKind } from "../../../providers/kind";
import { at } from "../../../providers/refusal";
import { UNKNOWN } from "../../../providers/unknown";

// Proves what a kind's check says of inputs that its schema refuses, without any node. What each kind's own schema and rules say is tested with the kind.

const schema = z.strictObject({
  nodes: z.array(z.strictObject({ port: z.number() })),
  sharedSecret: z.string().min(8).optional(),
  text: z.string().optional(),
});
const kind = { schema, rules: () => [{ property: "nodes", reason: "judged" }] } as unknown as AnyKind;
const findings = (inputs: Record<string, unknown>): string[] =>
  check(kind, inputs).findings.map((f) => `${f.property}: ${f.reason}`);

describe("check", () => {
  it("names every refused property as Pulumi writes it, with its value", () => {
    expect(findings({ nodes: [{ port: "x" }, { port: 1, colour: "red" }] })).toEqual([
      'nodes[0].port: Invalid input: expected number, received string (is "x")',
      'nodes[1].colour: is not a known key: mend the spelling, or leave it out (is "red")',
    ]);
  });

  it("names a secret without showing it", () => {
    expect(findings({ nodes: [], sharedSecret: "short" }).join()).toMatch(/^sharedSecret: [^"]*$/);
  });

  it("shortens what is long", () => {
    const [only = ""] = findings({ nodes: [], text: { long: "x".repeat(200) } });
    expect(only).toMatch(/\(is .{57}\.\.\.\)$/);
  });

  it("does not judge what a preview does not know, nor what lies below it", () => {
    expect(findings({ nodes: UNKNOWN })).toEqual([]);
    expect(findings({ nodes: [{ port: UNKNOWN }] })).toEqual([]);
    expect(findings({ nodes: [], text: UNKNOWN })).toEqual([]);
    expect(at({ a: UNKNOWN }, ["a", "b", 0])).toBe(UNKNOWN);
    expect(at({ a: "text" }, ["a", "b"])).toBeUndefined();
  });

  it("keeps rules for inputs that are whole and known", () => {
    expect(findings({ nodes: [] })).toEqual(["nodes: judged"]);
  });
});
