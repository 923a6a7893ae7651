import fc from "fast-check";
import { overlay, same } from "../../../providers/overlay";

// Proves the rule by which the findings of several nodes become one. Not: that each node was read rightly.

const known = { token: 5000, nodes: { a: { id: 1 }, b: { id: 2 } }, members: ["x", "y"], join: 50 };

test("changes on two nodes in different fields both show", () => {
  const first = { ...known, token: 7000 };
  const second = { ...known, nodes: { a: { id: 1 }, b: { id: 9 } } };
  expect(overlay(known, [first, second])).toEqual({ ...known, token: 7000, nodes: { a: { id: 1 }, b: { id: 9 } } });
});

test("a field that is gone on one node is gone, one that came is there, a list is one field", () => {
  const { join: _join, ...without } = known;
  expect(overlay(known, [known, without as typeof known])).toEqual(without);
  expect(overlay(known, [{ ...known, extra: 1 } as typeof known, known])).toEqual({ ...known, extra: 1 });
  expect(overlay(known, [known, { ...known, members: ["y", "x"] }]).members).toEqual(["y", "x"]);
});

test("nodes that are as known give what is known; one node alone gives what it says", () => {
  const value = fc.dictionary(fc.string(), fc.jsonValue());
  fc.assert(fc.property(value, (v) => same(overlay(v, [v, structuredClone(v)]), v)));
  fc.assert(fc.property(value, value, (v, w) => same(overlay(v, [w]), w)));
});

test.each(["__proto__", "constructor", "toString"])("a field named %s is a field as any other", (name) => {
  const named = JSON.parse(`{"${name}":[1]}`) as Record<string, unknown>;
  expect(same(overlay(named, [{}]), {})).toBe(true);
  expect(same(overlay<Record<string, unknown>>({}, [named]), named)).toBe(true);
  expect(same(overlay(named, [named]), named)).toBe(true);
});
