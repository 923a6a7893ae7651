import { spawnSync } from "node:child_process";
import { inspect } from "node:util";
import fc from "fast-check";
import { Secret, sh } from "../../../providers/remote";

describe("sh", () => {
  it("hands any word to a program unchanged", () => {
    const word = fc.string({ unit: "binary" }).filter((s) => !s.includes("\0"));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), (words) => {
        const script = sh`printf '%s\0' ${words}`.text;
        const out = spawnSync("bash", ["-c", script], { encoding: "utf8" }).stdout;
        expect(out.split("\0").slice(0, -1)).toEqual(words);
      }),
      { numRuns: 50 },
    );
  });

  it("takes nested pieces as they are", () => {
    expect(sh`if ${sh`test -e ${"/a b"}`}; then :; fi`.text).toBe("if test -e '/a b'; then :; fi");
  });

  it("refuses a secret", () => {
    expect(() => sh`echo ${new Secret("x") as unknown as string}`).toThrow(/stdin/);
  });

  it("never prints a secret", () => {
    const s = new Secret("hidden");
    expect(`${s} ${JSON.stringify({ s })} ${inspect(s)}`).not.toContain("hidden");
  });
});
