import { choices, objection } from "../../../tools/doctor/repair/splitBrain";
import type { Look } from "../../../tools/doctor/look";
import { look } from "../../../tools/doctor/look";
import { parted } from "../../../tools/doctor/rules/splitBrain";
import type { Case } from "./case";
import { readingOf } from "./case";
import table from "./cases.json";

// Proves what the guided repair shows, and whom it refuses as a victim. That DRBD then does what it is told is for test/e2e/doctor.

const found = (name: string): Look =>
  look(readingOf((table as unknown as Case[]).find((c) => c.name === name) as Case));
const split = found("split brain");

it("shows what would be lost on either side, and names no favourite", () => {
  expect(parted(split)).toBe(true);
  const text = choices(split);
  expect(text).toContain("qvddb1: Primary, disk UpToDate, serves the database");
  expect(text).toContain("generation of its data     a1a1a1a1a1a1a1a0");
  expect(text).toContain("written since they parted  4.0 MiB, which the other node does not have");
  expect(text).toContain("qvddb2: Secondary, disk UpToDate, does not serve");
  expect(text).toContain("written since they parted  0.0 MiB");
  expect(text).not.toMatch(/recommend|suggest|should/i);
});

it("takes the node that does not serve", () => expect(objection(split, "qvddb2")).toBeUndefined());

it.each([
  ["qvddb1", /^qvddb1 serves: take the service from it first.*make standby NODE=qvddb1/],
  ["qvddb3", /"qvddb3" is no node: it must be one of qvddb1, qvddb2/],
])("refuses %s", (victim, why) => expect(objection(split, victim)).toMatch(why));

it.each(["finds nothing in a healthy cluster", "StandAlone"])("sees none in: %s", (name) => {
  expect(parted(found(name))).toBe(false);
});
