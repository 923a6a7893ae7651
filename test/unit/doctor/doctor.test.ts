import { adviceFor } from "../../../tools/doctor/advice";
import { examine } from "../../../tools/doctor/examine";
import { rules } from "../../../tools/doctor/rules";
import { screen } from "../../../tools/doctor/screen";
import type { Case } from "./case";
import { readingOf } from "./case";
import table from "./cases.json";

// Proves what the doctor finds in texts, each read by the parser that reads a node's answer: that a fault is named with its place and its next step, and that nothing else is.
// What the texts are and where they come from stands at each case (`source`); that real nodes print such texts is for test/offline/doctor and, with the advice followed to the letter, for
// test/e2e/doctor.

const cases = table as unknown as readonly Case[];

describe("the doctor", () => {
  it.each(cases.map((c) => [c.name, c] as const))("%s", (_name, c) => {
    const found = examine(readingOf(c));
    expect(found.map(({ rule, severity, where }) => ({ rule, severity, where }))).toEqual(
      c.finds.map(({ rule, severity, where }) => ({ rule, severity, where })),
    );
    c.finds.forEach((f, i) => {
      expect(found[i]?.what).toContain(f.what);
      if (f.since !== undefined) expect(found[i]?.since).toBe(f.since);
      if (f.next !== undefined) expect(found[i]?.next).toEqual(f.next);
      expect(found[i]?.why).not.toBe("");
    });
  });

  it("has a case for every rule, and at least 24 faults", () => {
    const tried = new Set(cases.flatMap((c) => c.finds.map((f) => f.rule)));
    expect(Object.keys(rules).filter((r) => !tried.has(r))).toEqual([]);
    expect(cases.filter((c) => c.finds.length > 0).length).toBeGreaterThanOrEqual(24);
  });

  it("fits on one screen with what has to be typed, and says nothing secret", () => {
    for (const c of cases) {
      const text = screen(examine(readingOf(c)));
      expect(text.split("\n").length).toBeLessThanOrEqual(50);
      expect(text).not.toMatch(/PRIVATE|password=/);
    }
  });

  it("says that nothing is wrong only where that is so", () => {
    expect(screen([])).toContain("Nothing is wrong");
    const broken = cases.find((c) => c.name.includes("standby")) as Case;
    expect(screen(examine(readingOf(broken)))).not.toContain("Nothing is wrong");
  });
});

describe("advice", () => {
  it("is a whole line for a shell, and names another stack", () => {
    const { make, on } = adviceFor("prod");
    expect(make("online", { NODE: "qvddb2" })).toBe("make online STACK=prod NODE=qvddb2");
    expect(on("qvddb1", `cibadmin --delete --xml-text '<rsc_location id="x"/>'`)).toBe(
      `make on STACK=prod NODE=qvddb1 RUN="cibadmin --delete --xml-text '<rsc_location id=\\"x\\"/>'"`,
    );
  });

  it("is refused where the shell or make would change it", () => {
    expect(() => adviceFor("dev").on("qvddb1", "echo $HOME")).toThrow("dollar");
  });
});
