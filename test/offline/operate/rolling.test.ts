import { writeFileSync } from "node:fs";
import { rebootRolling } from "../../../tools/operate/reboot";
import { updateRolling } from "../../../tools/operate/update";
import { Previewed, Work } from "../../../tools/operate/work";
import { scratch } from "../pacemaker/tools";
import { aptStandIn } from "./support/apt";
import { healthyCib } from "./support/healthy";
import { NODES, Room } from "./support/room";

// Proves with Pacemaker's own tools on a configuration in which order two nodes are updated and booted, and that a run that was killed at any step and repeated does each once and leaves nothing
// behind. apt and booting are stand-ins: the guests have the real ones (test/e2e/verbs).

jest.setTimeout(900_000);

const CONSENT = "moves:g_postgres moves:p_ip_postgres";
const [first, second] = NODES;

const s = scratch();
let healthy: string;
let r: Room;

function room(due: readonly string[] = NODES): void {
  r = new Room(healthy, {
    "apt-get": aptStandIn("upgrade"),
    dpkg: ":",
    "systemd-run": 'echo "$N booted" >>"$R/log"; echo "later$(cat "$R/boot.$N")" >"$R/boot.$N"',
  });
  r.paths["/proc/sys/kernel/random/boot_id"] = `${r.root}/boot.$N`;
  for (const n of NODES) {
    writeFileSync(r.path(`boot.${n}`), "boot\n");
    writeFileSync(r.path(`due.${n}`), due.includes(n) ? "tzdata 2025a 2025b\n" : "");
  }
  r.onStatus = () => {
    // Both at once would leave nobody to serve.
    if (NODES.every((n) => r.standby(n))) throw new Error("both nodes are in standby");
  };
}

const work = (consent: string, preview = false): Work => {
  process.env.QVD_HA_CONSENT = consent;
  return new Work(r.hands(), {
    verb: "update-rolling",
    say: (t) => void r.said.push(t),
    ...(preview ? { preview } : {}),
  });
};
const left = (): string[] =>
  NODES.flatMap((n) => [
    ...(r.standby(n) ? [`${n} in standby`] : []),
    ...(/qvd-ha-operation/.test(r.configuration) ? ["a mark"] : []),
  ]);

beforeAll(async () => void (healthy = await healthyCib(s)));
afterAll(() => {
  delete process.env.QVD_HA_CONSENT;
  s.remove();
});
afterEach(() => r.end());

const both = [second, first];
const booted = both.map((n) => `${n} booted`);
const updated = both.flatMap((n) => [`${n} updated`, `${n} booted`]);

test.each([
  ["reboot-rolling", rebootRolling, booted],
  ["update-rolling", updateRolling, updated],
] as const)("%s: the node that does not serve first, and nothing is left", async (_name, verb, wanted) => {
  room();
  await verb(work(CONSENT));
  expect(r.log).toEqual(wanted);
  expect(left()).toEqual([]);
});

test("a node that has nothing to be updated is left alone, and the second time both", async () => {
  room([second]);
  await updateRolling(work(""));
  expect(r.log).toEqual([`${second} updated`, `${second} booted`]);
  await updateRolling(work(""));
  expect(r.said.at(-1)).toMatch(/nothing to do/);
  expect(r.log).toHaveLength(2);
});

test("without consent, and as a preview, nothing is done", async () => {
  room();
  await expect(updateRolling(work(""))).rejects.toThrow(/moves:g_postgres/);
  await expect(updateRolling(work(CONSENT, true))).rejects.toThrow(Previewed);
  expect([r.log, left()]).toEqual([[], []]);
});

test.each([
  ["reboot-rolling", rebootRolling, booted],
  ["update-rolling", updateRolling, updated],
] as const)("%s, killed at any step and repeated, does each once", async (_name, verb, wanted) => {
  room();
  await verb(work(CONSENT));
  const steps = r.done.length;
  expect(steps).toBeGreaterThan(12);
  r.end();
  for (let dies = 0; dies < steps; dies++) {
    room();
    await r.killedAt(dies, () => verb(work(CONSENT)));
    expect([dies, ...r.log.filter((l) => l.includes("booted"))]).toEqual([dies, ...booted]);
    // An update is the same, done twice.
    expect([...new Set(r.log)]).toEqual(wanted);
    expect(left()).toEqual([]);
    r.end();
  }
});
