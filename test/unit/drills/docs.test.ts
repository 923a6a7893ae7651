import { readFileSync } from "node:fs";
import { join } from "node:path";
import { faultNamed, faults } from "../../../drills/faults";
import { seen } from "../../../drills/seen";

// Proves that docs/operations.md claims to have seen exactly what was noted as seen, and names only faults that there are.
const TEXT = readFileSync(join(__dirname, "..", "..", "..", "docs", "operations.md"), "utf8");
const names = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map((m) => m[1] as string);

describe("the section on drills", () => {
  it("claims no fault that was not seen, and leaves out none that was", () => {
    const claim = /Seen to come as expected on real guests so far: ([^]*?)\. Nothing else\./.exec(TEXT)?.[1] ?? "";
    expect(names(claim).sort()).toEqual(Object.keys(seen()).sort());
  });

  it.each([
    ["split-brain", "Split brain"],
    ["only-one-back", "Both nodes died, one came back"],
    ["only-standby-back", "Both nodes died, one came back"],
    ["postmaster-killed-everywhere", "The database failed twice on both nodes"],
  ])('%s is ended by commands of "%s" alone', (name, title) => {
    const section = TEXT.split(/^##+ /m).find((s) => s.startsWith(`${title}\n`)) ?? "";
    const commands = (faultNamed(name).expect.completes ?? []).flatMap((a) =>
      "script" in a
        ? (a.script.match(/(drbdadm (dis)?connect|corosync-cmapctl|crm_resource)[^;\n]*?(?= ;|$)/gm) ?? [])
        : [],
    );
    expect(commands.length).toBeGreaterThan(0);
    for (const c of commands) expect(section).toContain(c);
  });

  it("calls only faults that there are", () => {
    const called = [...TEXT.matchAll(/^make drills? FAULT=(?:"([^"]+)"|(\S+))/gm)].flatMap((m) =>
      (m[1] ?? m[2] ?? "").split(" "),
    );
    expect(called.length).toBeGreaterThan(2);
    for (const name of called) expect([...faults.map((f) => f.name), "negative-control", "restore"]).toContain(name);
  });
});
