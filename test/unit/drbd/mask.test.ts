import { spawnSync } from "node:child_process";
import { MASK, unmask } from "../../../providers/drbd/mask";
import { parseResource, renderResource } from "../../../providers/drbd/render";
import { paths, spec } from "./samples";

// Proves, with the real awk, that no shared secret leaves a node, and that it shows nevertheless whether it is the wanted one.

const s = spec({ sharedSecret: "a+b/c=.-_XYZ" });

function masked(text: string): string {
  const script = `${MASK.text}\nmask <<'END'\n${text}\nEND`;
  const done = spawnSync("bash", ["--norc", "-euo", "pipefail", "-c", script], {
    input: s.sharedSecret,
    encoding: "utf8",
  });
  expect(done).toMatchObject({ status: 0, stderr: "" });
  return done.stdout.trimEnd();
}

it("gives our own file back as it is, and never with the secret on the way", () => {
  const text = renderResource(s, "8.4", paths).trimEnd();
  expect(masked(text)).not.toContain(s.sharedSecret);
  expect(unmask(masked(text), s.sharedSecret)).toBe(text);
});

it.each([
  ["another one, in quotes", '\t\tshared-secret "not-that one";'],
  ["another one, bare", "\tshared-secret notThat123;"],
  ["as the module shows it", '    shared-secret   \t"hidden-one"; # default: none'],
])("hides %s", (_, line) => {
  expect(masked(line)).toMatch(/^\s*shared-secret @other;/);
  expect(masked(line)).not.toMatch(/not|hidden/);
});

it("shows another secret as one that no spec may have", () => {
  const other = unmask(
    masked(renderResource({ ...s, sharedSecret: "completely-other" }, "8.4", paths)),
    s.sharedSecret,
  );
  expect(parseResource(other, s, "8.4")?.spec.sharedSecret).toBe("(another secret)");
  expect(other).not.toContain("completely-other");
});
