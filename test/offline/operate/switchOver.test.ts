import { switchOver } from "../../../tools/operate/switchOver";
import { Work } from "../../../tools/operate/work";
import { scratch } from "../pacemaker/tools";
import { healthyCib } from "./support/healthy";
import { NODES, Room } from "./support/room";

// Proves with Pacemaker's own tools on a configuration that a switch-over that was killed at any step and is repeated ends where it was going, moves once, and leaves nothing behind. What the
// cluster makes of it is made up: the guests and the name spaces have the real one (make verbs-table).

jest.setTimeout(300_000);

const CONSENT = "moves:g_postgres moves:p_ip_postgres";
const [first, second] = NODES;

const s = scratch();
let healthy: string;
let r: Room;
const served: string[] = [];

function room(): void {
  r = new Room(healthy, {});
  served.length = 0;
  r.onStatus = () => {
    if (served.at(-1) !== r.serves) served.push(r.serves);
  };
}

const move = (to?: string): Promise<void> => {
  process.env.QVD_HA_CONSENT = CONSENT;
  return switchOver(new Work(r.hands(), { verb: "switch-over", say: (t) => void r.said.push(t) }), to);
};

beforeAll(async () => void (healthy = await healthyCib(s)));
afterAll(() => {
  delete process.env.QVD_HA_CONSENT;
  s.remove();
});
afterEach(() => r.end());

const ended = (): void => {
  expect(served).toEqual([first, second]);
  expect(r.configuration).not.toContain("cli-");
};

test("it moves once, and leaves nothing behind; named again it has nothing to do", async () => {
  room();
  await move();
  ended();
  // Between the word and its end somebody waits for half a minute.
  expect(r.said).toContain(`move the service to ${second}: the cluster is at work`);
  await move(second);
  expect(r.said.at(-1)).toMatch(/serves already: nothing to do/);
  ended();
});

test("killed at any step and repeated by name, it ends there", async () => {
  room();
  await move(second);
  const steps = r.done.length;
  expect(steps).toBeGreaterThan(3);
  r.end();
  for (let dies = 0; dies < steps; dies++) {
    room();
    await r.killedAt(dies, () => move(second));
    ended();
    r.end();
  }
});

test("killed as long as its preference stands and repeated without a name, it goes on to where it was going", async () => {
  for (let dies = 0; ; dies++) {
    room();
    r.again(dies);
    const killed = await move().then(
      () => false,
      (e: Error) => /killed/.test(e.message),
    );
    if (!killed) break;
    r.again();
    if (!r.configuration.includes("cli-")) {
      // Nothing was begun, or all of it was done.
      r.end();
      continue;
    }
    await move();
    ended();
    r.end();
  }
});
