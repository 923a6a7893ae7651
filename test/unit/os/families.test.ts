import { families, os, OS_NAMES } from "../../../providers/os";

test("there is a family for every name, and it knows its own", () => {
  for (const name of OS_NAMES) expect(os(name).name).toBe(name);
  expect(Object.keys(families).sort()).toEqual([...OS_NAMES].sort());
});

test("only what was run is called proven", () => {
  expect(OS_NAMES.filter((name) => os(name).proven)).toEqual(["debian12", "debian13"]);
});

test.each([
  ["debian12", "/usr/lib/postgresql/15/bin/psql", "2.1", "8.4", "chrony.service"],
  ["debian13", "/usr/lib/postgresql/17/bin/psql", "3.0", "8.4", "chrony.service"],
  ["ubuntu2404", "/usr/lib/postgresql/16/bin/psql", "2.1", "8.4", "chrony.service"],
  ["rhel9", "/usr/bin/psql", "2.1", "9", "chronyd.service"],
  ["sles15", "/usr/lib/postgresql15/bin/psql", "2.1", "9", "chronyd.service"],
] as const)("%s: client, dialects and clock", (name, psql, pacemaker, drbd, chrony) => {
  const family = os(name);
  expect([family.postgres.psql, family.pacemaker.dialect, family.drbd.dialect, family.units.chrony]).toEqual([
    psql,
    pacemaker,
    drbd,
    chrony,
  ]);
});

test.each(OS_NAMES)("%s: packages are named once, in order; units in full", (name) => {
  const { packages, units } = os(name);
  expect(new Set(packages.base).size).toBe(packages.base.length);
  for (const unit of [
    units.chrony,
    ...units.postgresql,
    ...units.drbd,
    ...units.masked,
    units.corosync,
    units.pacemaker,
  ])
    expect(unit).toMatch(/\.service$/);
});

test.each(OS_NAMES)("%s: mail has a program to send it", (name) => {
  expect(os(name).packages.mail.length).toBeGreaterThan(0);
});
