/** Files' texts and what is read from them; samples of chronyc are recorded from chrony 4.3. */
import fc from "fast-check";
import { readBlock, withBlock, withoutBlock } from "../../../providers/node/block";
import { renderInstall } from "../../../providers/node/install";
import { parseMachine } from "../../../providers/node/read";
import { parseRecord, renderRecord } from "../../../providers/node/record";
import * as render from "../../../providers/node/render";
import { parseTracking } from "../../../providers/node/time";
import { parseUnits } from "../../../providers/node/units";

const word = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
const host = fc.record({ address: fc.ipV4(), names: fc.array(word, { minLength: 1, maxLength: 3 }) });
const line = fc.stringMatching(/^[ -~]{0,20}$/);

test("what is rendered is read back", () => {
  fc.assert(fc.property(fc.array(host), (h) => expect(render.parseHosts(render.renderHosts(h))).toEqual(h)));
  fc.assert(fc.property(fc.array(word), (s) => expect(render.parseChrony(render.chronyFile(s))).toEqual(s)));
  const field = fc.stringMatching(/^[ -~]{1,12}$/);
  const pgpass = fc.record({ host: field, port: fc.nat(65535), database: field, user: field, password: field });
  fc.assert(fc.property(pgpass, (p) => expect(render.parsePgpass(render.renderPgpass(p))).toEqual(p)));
  const found = fc.record({ enabled: fc.array(word), hosts: fc.array(line) });
  fc.assert(fc.property(found, (f) => expect(parseRecord(renderRecord(f))).toEqual(f)));
});

test("a block comes and goes without touching the rest", () => {
  fc.assert(
    fc.property(fc.array(line), fc.array(word), fc.array(word), (rest, one, two) => {
      const text = rest.map((l) => `${l}\n`).join("");
      const with1 = withBlock(text, one);
      expect(readBlock(with1)).toEqual(one);
      expect(readBlock(withBlock(with1, two))).toEqual(two);
      expect(withoutBlock(withBlock(with1, two))).toBe(text);
    }),
  );
});

test("the machine's own name is no loopback address any more, other names are", () => {
  const text = "127.0.0.1 localhost\n127.0.1.1 qvddb1.example qvddb1\n127.0.1.1 mail # qvddb1\n";
  expect(render.hostsFile(text, { name: "qvddb1", hosts: [{ address: "172.20.64.91", names: ["qvddb1"] }] })).toBe(
    "# BEGIN managed by qvd-ha\n172.20.64.91 qvddb1\n# END managed by qvd-ha\n127.0.0.1 localhost\n127.0.1.1 mail # qvddb1\n",
  );
});

test.each([
  [
    "00000000,,0,0.000000000,0.000000000,0.000000000,0.000000000,0.000,0.000,0.000,1.000000000,1.000000000,0.0,Not synchronised\n",
    false,
  ],
  [
    "7F7F0101,,8,1795325855.990007940,0.000000000,0.000000000,0.000000000,0.000,0.000,0.000,0.000000000,0.000000000,0.0,Normal\n",
    false,
  ],
  ["AC144001,172.20.64.1,9,1795325855.99,0.000012,0.000034,0.00005,1.2,0.1,0.5,0.0003,0.0001,64.4,Normal\n", true],
  ["", false],
  ["506 Cannot talk to daemon\n", false],
])("synchronised by %j: %s", (text, is) => expect(parseTracking(text)).toBe(is));

test("units are told apart by their order", () => {
  const text =
    "LoadState=loaded\nActiveState=activating\nUnitFileState=enabled\n\nLoadState=not-found\nActiveState=inactive\nUnitFileState=\n\nLoadState=masked\nActiveState=inactive\nUnitFileState=masked\n";
  expect(parseUnits(["a", "b", "c"], text)).toEqual([
    { name: "a", exists: true, enabled: true, masked: false, active: true },
    { name: "b", exists: false, enabled: false, masked: false, active: false },
    { name: "c", exists: true, enabled: false, masked: true, active: false },
  ]);
  expect(() => parseUnits(["a"], text)).toThrow("asked for 1 units, told of 3");
});

test.each([
  ["debian\n12\nDebian GNU/Linux 12 (bookworm)\nqvddb1\n", { os: "debian12", timeZone: "UTC" }],
  ["debian\n13\nDebian\nqvddb1\n/usr/share/zoneinfo/Etc/UTC\n", { os: "debian13", timeZone: "UTC" }],
  ["ubuntu\n24.04\nUbuntu\nn\n../usr/share/zoneinfo/Europe/Madrid\n", { os: "ubuntu2404", timeZone: "Europe/Madrid" }],
  ["rocky\n9.4\nRocky\nn\n", { os: "rhel9" }],
  ["arch\n\nArch\nn\n", { os: undefined }],
])("machine %#", (text, expected) => expect(parseMachine(text)).toMatchObject(expected));

test("the installation forbids packages to start services, and takes that back whatever happens", () => {
  const text = renderInstall("apt", ["chrony", "xfsprogs"]);
  expect(text.indexOf("trap end EXIT")).toBeLessThan(text.indexOf("policy-rc.d.new"));
  expect(text).toMatch(/install --no-install-recommends chrony xfsprogs\n$/);
  expect(text).toContain("if [ ! -e /usr/sbin/policy-rc.d ]; then");
});
