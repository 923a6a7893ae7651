import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { render } from "../../../providers/corosync/render";
import type { Spec } from "../../../providers/corosync/spec";
import { oneRing, spec } from "../../unit/corosync/samples";

/** What `corosync -t` says of our file: keywords' values, ranges, even links. It accepts unknown keys and double addresses, which our own rules refuse. Needs corosync. */
let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), "corosync-"))));
afterEach(() => rmSync(dir, { recursive: true }));

function check(text: string, s: Spec): void {
  const [file, key] = [join(dir, "corosync.conf"), join(dir, "authkey")];
  writeFileSync(key, Buffer.from(s.authkey, "base64"), { mode: 0o400 });
  writeFileSync(file, text.replace("totem {\n", `totem {\n\tkeyfile: ${key}\n`));
  const script = `ip link set lo up; ip addr add 172.20.64.91/24 dev lo; ip addr add 192.168.0.91/24 dev lo; exec corosync -t -c "$0"`;
  execFileSync("unshare", ["-n", "-u", "bash", "-c", script, file], { stdio: "pipe" });
}

describe("corosync -t", () => {
  it.each([
    ["two links", spec()],
    ["one link with consent", oneRing({ oneRingConsent: true })],
    [
      "every option",
      spec({
        consensus: 7000,
        join: 60,
        maxMessages: 20,
        linkMode: "active",
        cryptoCipher: "aes128",
        logging: "journal",
      }),
    ],
  ])("takes our file with %s", (_, s) => check(render(s), s));

  it.each([
    ["an unknown cipher", "crypto_cipher: aes256", "crypto_cipher: rot13"],
    ["a node id twice", "nodeid: 2", "nodeid: 1"],
    ["links that are not even", "\t\tring1_addr: 192.168.0.92\n", ""],
  ])("refuses %s, so the check is one", (_, from, to) => {
    const text = render(spec());
    expect(text).toContain(from);
    expect(() => check(text.replace(from, to), spec())).toThrow();
  });
});
