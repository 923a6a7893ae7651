import { pairs } from "../../../providers/pacemaker/nvset";
import { parseXml } from "../../../providers/pacemaker/xml";

// Proves how sets of name-value pairs are read where two speak of the same, and that no name is mistaken for something that every object has.

const read = (sets: string) => pairs(parseXml(`<primitive>${sets}</primitive>`), "instance_attributes").values;
const set = (score: string, name: string, value: string): string =>
  `<instance_attributes id="i" score="${score}"><nvpair id="n" name="${name}" value="${value}"/></instance_attributes>`;

it("takes the set with the higher score, then the first", () => {
  expect(read(set("1", "a", "x") + set("2", "a", "y"))).toEqual({ a: "y" });
  expect(read(set("1", "a", "x") + set("1", "a", "y"))).toEqual({ a: "x" });
});

it.each(["valueOf", "constructor", "toString"])("reads a parameter named %s", (name) =>
  expect(Object.entries(read(set("0", name, "0")))).toEqual([[name, "0"]]),
);
