import type { Sign } from "../../../drills/faults/fault";
import { shown } from "../../../drills/strike/signs";
import type { Problem } from "../../../tools/status/health";

const data = (what: string): Problem => ({ kind: "data", what });
const nodes = (who: string): string[] =>
  who === "both" ? ["qvddb1", "qvddb10"] : [who === "active" ? "qvddb1" : "qvddb10"];
const sign = (more: Partial<Sign> = {}): Sign => ({
  says: "",
  problem: /is StandAlone|is WFConnection/,
  within: 1,
  ...more,
});
const alone = (node: string): Problem => data(`DRBD on ${node} is StandAlone, UpToDate/DUnknown`);

describe("a sign", () => {
  it("is there when any problem matches", () => {
    expect(shown(sign(), [data("x"), alone("qvddb1")], nodes)).toBe(true);
    expect(shown(sign(), [data("x")], nodes)).toBe(false);
  });

  it("of a node is there when the problem names that node, and of both when there is one for each", () => {
    const [one, ten] = [alone("qvddb1"), alone("qvddb10")];
    expect(shown(sign({ of: "active" }), [ten], nodes)).toBe(false);
    expect(shown(sign({ of: "active" }), [one], nodes)).toBe(true);
    expect(shown(sign({ of: "both" }), [one, data("qvddb10 is offline")], nodes)).toBe(false);
    expect(shown(sign({ of: "both" }), [one, ten], nodes)).toBe(true);
  });

  it("has gone when no problem matches, as far as anybody can know", () => {
    const gone = sign({ gone: true });
    expect(shown(gone, [data("x")], nodes)).toBe(true);
    expect(shown(gone, [alone("qvddb1")], nodes)).toBe(false);
    expect(shown(gone, [{ kind: "unreachable", what: "qvddb1: no route" }], nodes)).toBe(false);
    expect(shown(gone, [{ kind: "cluster", what: "no node runs the cluster" }], nodes)).toBe(false);
  });
});
