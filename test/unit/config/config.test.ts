import { passwordFinding, SettingsError, validate, parse } from "../../../components/config/parse";
import bad from "./bad.json";
import valid from "./valid.json";

interface Case {
  readonly name: string;
  readonly set?: Record<string, unknown>;
  readonly unset?: string[];
  readonly push?: Record<string, unknown>;
  readonly findings: [property: string, says: string][];
}

/* eslint-disable @typescript-eslint/no-explicit-any -- paths into plain JSON */
function build(c: Case): unknown {
  const config: any = structuredClone(valid);
  const holder = (path: string): [any, string] => {
    const keys = path.split(".");
    const last = keys.pop() as string;
    return [keys.reduce((v, k) => (v[k] ??= {}), config), last];
  };
  for (const [path, value] of Object.entries(c.set ?? {})) {
    const [at, key] = holder(path);
    at[key] = value;
  }
  for (const path of c.unset ?? []) {
    const [at, key] = holder(path);
    delete at[key];
  }
  for (const [path, value] of Object.entries(c.push ?? {})) {
    const [at, key] = holder(path);
    at[key].push(value);
  }
  return config;
}

describe("a configuration", () => {
  it("takes settings of PostgreSQL as YAML has them", () => {
    const set = {
      profile: "howto",
      "database.settings": { max_locks_per_transaction: 80, jit: false, work_mem: "8MB" },
    };
    const s = parse(build({ name: "", set, findings: [] }) as never);
    expect(s.database.settings).toEqual({ max_locks_per_transaction: "80", jit: "off", work_mem: "8MB" });
  });

  it("takes the HOWTO's values where nothing else is said", () => {
    const s = parse(valid);
    expect(s.database).toMatchObject({
      hostName: "qvddb",
      name: "qvddb",
      user: "qvd",
      port: 5432,
      directory: "/var/lib/pgsql/data",
    });
    expect(s.timers.postgres).toEqual({ start: 30, stop: 30, monitor: { interval: 10, timeout: 10 } });
    expect(s.cluster).toMatchObject({ recheckInterval: "10min", migrationThreshold: 2, failureTimeout: "3min" });
    expect(s.dataPolicy).toBe("keep");
  });

  it.each((bad as Case[]).map((c) => [c.name, c] as const))("is refused: %s", (_name, c) => {
    const { settings, findings } = validate(build(c));
    expect(settings).toBeUndefined();
    // All of them and no others: a finding that is wrong is as bad as one that is missing.
    expect(findings.map((f) => f.property).sort()).toEqual(c.findings.map(([p]) => p).sort());
    for (const [property, says] of c.findings)
      expect(findings.find((f) => f.property === property)?.reason).toContain(says);
  });

  it("names every error in one message", () => {
    const last = (bad as Case[]).at(-1) as Case;
    expect(() => parse(build(last))).toThrow(SettingsError);
    expect(() => parse(build(last))).toThrow(/4 errors; nothing was touched[\s\S]*databse[\s\S]*nodes\[1\]\.lan/);
  });

  it("refuses a password outside QVD's alphabet without showing it", () => {
    const [finding] = passwordFinding("databasePassword", "p@ss:word");
    expect(finding?.reason).toContain("A-Z a-z 0-9 _ -");
    expect(finding?.reason).not.toContain("p@ss");
    expect(passwordFinding("databasePassword", "Good_pass-1")).toEqual([]);
  });
});
