// Proves that the libvirt client as the bootstrap patches it takes a stream's packets in every order, that the unpatched one
// does not, and that a patch is applied to nothing but the source it was made for. By the real Go, library and go.sum.
// Not proved: that these are all the orders in which libvirtd sends.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const TOOLCHAIN = join(__dirname, "../../../tools/toolchain");
const PATCH = "patches/go-libvirt.patch";
const SCRIPT = `
  set -euo pipefail
  toolchain_source=$1
  . "$1/lib/log.sh"
  . "$1/lib/patched.sh"
  patched_copy "$2" "$3"`;
const MINUTES = 5 * 60_000;

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), "qvd-ha-patches-"));
  cpSync(join(TOOLCHAIN, "go/libvirt"), join(scratch, "module"), { recursive: true });
});
afterEach(() => rmSync(scratch, { recursive: true }));

const run = (command: string, args: readonly string[], cwd = scratch): { status: number | null; text: string } => {
  const env = { ...process.env, GOFLAGS: "-mod=readonly", GOWORK: "off" };
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: "utf8" });
  return { status, text: `${stdout}${stderr}` };
};

const patched = (): { status: number | null; text: string } =>
  run("bash", ["-c", SCRIPT, "bash", TOOLCHAIN, join(scratch, "module"), join(scratch, "patched")]);

const streams = (module: string): { status: number | null; text: string } =>
  run("go", ["test", "-count=1", "./streams"], join(scratch, module));

const edit = (from: string, to: string): void => {
  const file = join(scratch, "module", PATCH);
  const before = readFileSync(file, "utf8");
  expect(before).toContain(from);
  writeFileSync(file, before.replace(from, to));
};

it(
  "takes a stream's packets in every order",
  () => {
    expect(patched()).toEqual({ status: 0, text: expect.any(String) });
    expect(streams("patched")).toEqual({ status: 0, text: expect.stringContaining("ok") });
  },
  MINUTES,
);

it(
  "would not without the patch",
  () => {
    const { status, text } = streams("module");
    expect(status).toBe(1);
    expect(text.match(/--- FAIL: \S+/g)).toEqual([
      "--- FAIL: TestDownload",
      "--- FAIL: TestDownload/data_before_the_reply",
      "--- FAIL: TestDownload/data_before_the_reply,_the_rest_later",
      "--- FAIL: TestDownload/all_data_before_the_reply",
      "--- FAIL: TestDownload/the_whole_stream_before_the_reply",
      "--- FAIL: TestPacketsAfterTheCallerHasGivenUp",
    ]);
    expect(text).toContain('got "" instead of "onetwo"');
  },
  MINUTES,
);

it("refuses another version of the library", () => {
  edit(
    "Made for: github.com/digitalocean/go-libvirt v0.0.0-20240916165608-bff44a349d9d",
    "Made for: github.com/digitalocean/go-libvirt v0.0.1",
  );
  const { status, text } = patched();
  expect(status).toBe(1);
  expect(text).toContain(`${PATCH} was made for\n  github.com/digitalocean/go-libvirt v0.0.1 h1:`);
  expect(text).toContain(
    "the module uses\n  github.com/digitalocean/go-libvirt v0.0.0-20240916165608-bff44a349d9d h1:",
  );
});

it("refuses another content of the library", () => {
  edit("h1:3lle", "h1:4lle");
  expect(patched()).toEqual({ status: 1, text: expect.stringContaining("was made for") });
});

it("refuses a patch that is not for these lines", () => {
  edit("\n \tStatus  uint32", "\n \tState   uint32");
  const { status, text } = patched();
  expect(status).toBe(1);
  expect(text).toContain('line 42 of rpc.go should be "\\tState   uint32", and is "\\tStatus  uint32"');
});
