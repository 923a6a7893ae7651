import { fenceAccess, fenceClient } from "../../../providers/fencing";
import { KEY_PATH } from "../../../providers/fencing/client/paths";
import { PATHS } from "../../../providers/fencing/client/render";
import { raw } from "../../../providers/remote";
import { converge, everyPrefix } from "./replan";
import type { Room } from "./room";
import { Rooms } from "./stage";

/**
 * Proves of the kinds that are files alone, with their real scripts, that they come to the same end from every stop, and what holds at each: the fence key is never usable
 * without its guard, on the hypervisor nor on the nodes, and it is nowhere but in its place.
 */
jest.setTimeout(300_000);

const connection = { host: "h", hostKey: "ssh-ed25519 AAAA", privateKey: "-" };
const SECRET = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ";

describe("the fence key on the nodes", () => {
  const rooms = new Rooms(["qvddb1", "qvddb2"]);
  afterAll(() => rooms.end());
  const spec = (more: object = {}) =>
    fenceClient.schema.parse({
      connections: { qvddb1: connection, qvddb2: connection },
      hypervisors: [{ name: "aries", address: "172.20.64.1", hostKey: "ssh-ed25519 AAAAhost" }],
      privateKey: `-----BEGIN OPENSSH PRIVATE KEY-----\n${SECRET}\n-----END OPENSSH PRIVATE KEY-----\n`,
      ...more,
    });
  const check = (): void => {
    for (const r of Object.values(rooms.byName)) {
      const there = r.written();
      const key = r.holding(SECRET);
      expect(key.filter((f) => f !== KEY_PATH)).toEqual([]);
      if (key.length > 0) {
        expect(there[KEY_PATH]).toMatch(/^600 /);
        expect(there[PATHS.config]).toBeDefined();
        expect(there[PATHS.knownHosts]).toBeDefined();
      }
    }
  };

  test("comes, follows a hypervisor's new host key, and goes", () => {
    const bare = (): void => undefined;
    expect(everyPrefix(rooms.stage(fenceClient, spec(), bare, check))).toHaveLength(6);
    const there = (): void => void converge(rooms.stage(fenceClient, spec(), bare, check));
    const other = spec({ hypervisors: [{ name: "aries", address: "172.20.64.1", hostKey: "ssh-ed25519 AAAAnew" }] });
    expect(everyPrefix(rooms.stage(fenceClient, other, there, check))).toHaveLength(2);
    expect(everyPrefix(rooms.stage(fenceClient, spec(), there, () => undefined, true))).toHaveLength(2);
  });
});

describe("the fence key on the hypervisor", () => {
  const rooms = new Rooms(["aries"]);
  afterAll(() => rooms.end());
  const room = rooms.byName.aries as Room;
  const FOREIGN = "ssh-ed25519 AAAAsomebody somebody else's";
  const spec = (more: object = {}) =>
    fenceAccess.schema.parse({
      connections: { aries: connection },
      publicKey: "ssh-ed25519 AAAAkey",
      domains: ["qvddb1", "qvddb2"],
      authorizedKeysFile: "/root/.ssh/authorized_keys",
      commandPath: "/etc/qvd-ha-fence",
      ...more,
    });
  const begin = (): void => {
    room.run({
      script: raw(
        `mkdir -p /root/.ssh; printf '%s\\n' "${FOREIGN}" >/root/.ssh/authorized_keys; chmod 600 /root/.ssh/authorized_keys`,
      ),
    });
  };
  const check = (): void => {
    const keys = room.run({ script: raw("cat /root/.ssh/authorized_keys") }).stdout.split("\n");
    expect(keys).toContain(FOREIGN);
    for (const line of keys.filter((l) => /AAAA(key|new)/.test(l)))
      expect(line).toMatch(/^restrict,|command="\/etc\/qvd-ha-fence"/);
    if (keys.some((l) => /AAAA(key|new)/.test(l))) expect(room.written()["/etc/qvd-ha-fence"]).toMatch(/^755 /);
  };

  test("comes with its guard, is exchanged, and goes; others stay", () => {
    expect(everyPrefix(rooms.stage(fenceAccess, spec(), begin, check))).toHaveLength(2);
    const there = (): void => {
      begin();
      converge(rooms.stage(fenceAccess, spec(), begin, check));
    };
    expect(
      everyPrefix(
        rooms.stage(fenceAccess, spec({ publicKey: "ssh-ed25519 AAAAnew", domains: ["qvddb1"] }), there, check),
      ),
    ).toHaveLength(2);
    expect(everyPrefix(rooms.stage(fenceAccess, spec(), there, check, true))).toHaveLength(2);
  });
});
