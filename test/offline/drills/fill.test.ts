import { spawnSync } from "node:child_process";
import { fillFileSystem } from "../../../drills/actions/storage";

// Proves on a file system of this machine's memory that filling it takes all of it, quickly, where no large piece is to be had at once, and that taking it back leaves
// nothing. XFS and DRBD have no part in it; only the names of their tools are answered for.
const action = fillFileSystem("active");
const back = action.undo?.[0];

/** Where an allocation of more than this fails as one does on a file system whose free space lies in pieces. */
const LARGEST = 8 * 1024 ** 2;
const around = (script: string): string => `mount -t tmpfs -o size=64M tmpfs /mnt
drbdadm() { echo /dev/drbd0; }
findmnt() { echo /mnt; }
fallocate() { [ "$2" -le ${LARGEST} ] && command fallocate "$@" || { : >"$3"; echo 'fallocate failed: No space left on device' >&2; return 1; }; }
dd() { before=$(df --output=avail -B1 /mnt | tail -n 1); command dd "$@"; }
free() { df --output=avail -B1 /mnt | tail -n 1; }
${script}`;
const bash = (script: string): ReturnType<typeof spawnSync> =>
  spawnSync("unshare", ["-m", "bash", "-euo", "pipefail", "-c", around(script)], { encoding: "utf8", cwd: "/" });

test("the file system is full to its last block, most of it without being written", () => {
  const r = bash(`${action.script}
echo "$(free) $before"`);
  expect(r.stderr).toBe("");
  const [free, written] = String(r.stdout).trim().split(" ").map(Number);
  expect(free).toBe(0);
  expect(written).toBeLessThan(65536);
});

test("nothing is left when it is taken back", () => {
  if (back?.kind !== "script") throw new Error("it is taken back by a script");
  const r = bash(`${action.script}
( ${back.script} )
ls -A /mnt | wc -l; free`);
  expect(String(r.stdout).trim().split("\n")).toEqual(["0", String(64 * 1024 ** 2)]);
});
