import { failoverBound } from "../../../components/failoverBound";
import { parse } from "../../../components/config/parse";
import { DEFAULT_PROFILE, LEVERS, profiled, PROFILES, valuesOf } from "../../../components/config/profiles";
import type { Settings } from "../../../components/config";
import valid from "./valid.json";

// Proves that the table of profiles is what a stack gets, and that its own words come first. What the values are worth the drills tell.

const at = (value: unknown, path: string): unknown =>
  path.split(".").reduce<unknown>((v, key) => (v as Record<string, unknown> | undefined)?.[key], value);
const settings = (more: object): Settings => parse({ ...valid, ...more });

describe("profiles", () => {
  it("without a word it is the default, which is `fast`", () => {
    expect(DEFAULT_PROFILE).toBe("fast");
    expect(settings({}).profile).toBe(DEFAULT_PROFILE);
    expect({ ...settings({ profile: DEFAULT_PROFILE }) }).toEqual(settings({}));
  });

  it("`howto` is what the schema has as defaults", () => {
    const { profile: _, ...howto } = settings({ profile: "howto" });
    for (const lever of LEVERS) expect([lever.key, at(howto, lever.key)]).toEqual([lever.key, lever.howto]);
  });

  it.each(LEVERS.map((l) => [l.key, l] as const))("`fast` sets %s, and it is another value", (key, lever) => {
    expect(at(settings({ profile: "fast" }), key)).toEqual(lever.fast);
    expect(lever.fast).not.toEqual(lever.howto);
    expect(lever.why).toMatch(/^[A-Z].{30,}\.$/);
  });

  it("what the stack says itself comes first, beside what it does not say", () => {
    const s = settings({
      profile: "fast",
      corosync: { token: 3000 },
      database: { ...valid.database, settings: { work_mem: "8MB", checkpoint_timeout: "2min" } },
    });
    expect(s.corosync).toMatchObject({ token: 3000, consensus: 700 });
    expect(s.database.settings).toMatchObject({ work_mem: "8MB", checkpoint_timeout: "2min", max_wal_size: "512MB" });
  });

  it("takes nothing away: a null stays one, for who reads it as a wish", () => {
    const cib = { elements: { p_mailto: null } };
    expect(profiled({ profile: "fast", cib })).toMatchObject({ cib });
  });

  it("laid under once more it changes nothing", () => {
    for (const profile of PROFILES) expect(parse(settings({ profile }))).toEqual(settings({ profile }));
  });

  it("an unknown name is refused by the schema, with its rule", () => {
    expect(() => settings({ profile: "faster" })).toThrow(/profile: .*howto/);
  });

  it("never touches what data safety rests on", () => {
    const values = JSON.stringify(PROFILES.map((p) => valuesOf(p)));
    expect(values).not.toMatch(/fsync|full_page_writes|synchronous_commit|protocol|stonith-enabled|no-quorum/);
  });

  it("the bound of each, by hand", () => {
    const bound = (profile: string): number => failoverBound(settings({ profile })).total;
    // Membership 5 + 6 against 2 + 1, delay 5 against 2, and the address beside: 10 to stop and 10 to start.
    expect(bound("howto")).toBe(356);
    expect(bound("fast")).toBe(356 - 8 - 3 - 10 - 10);
  });

  it.each([
    [{ fencing: { startAfter: 10 } }, /fencing.startAfter: 10 has no meaning for fence_virsh/],
    [{ fencing: { persistent: true, manageKey: false } }, /fencing.persistent: needs the fence key/],
    [{ fencing: { agent: "fence_qvd_ha", manageKey: false } }, /fencing.agent: needs the fence key/],
    [{ drbd: { pingInterval: 2 } }, /drbd.pingInterval: DRBD's time-out of 6000 ms must be below/],
    [{ drbd: { timeout: 12_000 } }, /drbd.timeout: DRBD's time-out of 12000 ms must be below/],
    [{ drbd: { pingTimeout: 150 } }, /drbd.pingTimeout: .*tenths/],
    [{ cluster: { loadThreshold: "high" } }, /cluster.loadThreshold: .*percentage/],
  ])("%j is refused beside the HOWTO's values", (more, why) =>
    expect(() => settings({ profile: "howto", ...more })).toThrow(why),
  );

  it.each([
    [{ fencing: { agent: "external/libvirt" } }, { agent: "external/libvirt", persistent: false }],
    [{ fencing: { agent: "fence_virsh" } }, { agent: "fence_virsh", persistent: true }],
    [{ fencing: { manageKey: false } }, { agent: "fence_virsh", persistent: false }],
    [{}, { agent: "fence_qvd_ha", persistent: true, startAfter: 15 }],
  ])("`fast` adds to %j only what fits it", (more, wanted) => {
    const { agent, persistent, startAfter } = settings({ profile: "fast", ...more }).fencing;
    expect({ agent, persistent, ...(startAfter === undefined ? {} : { startAfter }) }).toEqual(wanted);
  });

  it("`fast` leaves the distribution's agent where the monitor logs in with QVD's own role", () => {
    const role = (name: string): string =>
      settings({ profile: "fast", database: { ...valid.database, monitor: { role: name } } }).database.agent;
    expect([role("qvd"), role("ha_monitor")]).toEqual(["ocf:heartbeat:pgsql", "ocf:qvd-ha:postgres"]);
  });
});
