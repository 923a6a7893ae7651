import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { untilStopped } from "../../../providers/pacemaker/stop";
import { TICK } from "../../../providers/remote";

// Proves that a wait with an end does not go by the wall clock: of one wait by setting the clock that bash counts with, of the others by their text.

const PROVIDERS = join(__dirname, "..", "..", "..", "providers");

/** Our own sources that hold text for a shell. */
function sources(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (["dist", "node_modules"].includes(name)) return [];
    return statSync(path).isDirectory() ? sources(path) : /\.(ts|sh)$/.test(name) ? [path] : [];
  });
}

describe("a wait with an end", () => {
  it.each(["bash", "dash"])("counts the seconds since the machine began, in %s", (shell) => {
    const { stdout } = spawnSync(shell, ["-c", `${TICK}\ntick; echo "$ticks"`], { encoding: "utf8" });
    const uptime = Math.floor(Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]));
    expect(Number(stdout)).toBeGreaterThan(0);
    expect(uptime - Number(stdout)).toBeLessThanOrEqual(1);
  });

  it.each(["bash", "dash"])("is over when its seconds are, and not before, in %s", (shell) => {
    const script = `set -eu\n${TICK}\nbegin 3600; if late; then echo early; fi; begin 0; if late; then echo over; fi`;
    expect(spawnSync(shell, ["-c", script], { encoding: "utf8" }).stdout).toBe("over\n");
  });

  it("outlives a clock that is set a year ahead", () => {
    // What runs is gone at the third look; the pause between two looks is when the clock is set.
    const cluster = `looks=$(mktemp)
crm_mon() {
  echo x >>"$looks"
  if [ "$(wc -l <"$looks")" -ge 3 ]; then echo "<resources/>"; return; fi
  printf '<resources>\\n<resource id="p_postgres" resource_agent="ocf:qvd-ha:postgres" active="true"/>\\n</resources>\\n'
}
sleep() { SECONDS=31536000; }`;
    const { script } = untilStopped(60);
    const run = spawnSync("bash", ["-c", `${cluster}\n${script.text}`], { encoding: "utf8" });
    expect([run.status, run.stderr]).toEqual([0, ""]);
  });

  it("is nowhere measured by the wall clock", () => {
    const wrong = sources(PROVIDERS).flatMap((path) =>
      readFileSync(path, "utf8")
        .split("\n")
        .map((line, i) => `${path.slice(PROVIDERS.length + 1)}:${i + 1} ${line.trim()}`)
        .filter((line) => /\$\(\(.*\bSECONDS\b|\(\( *SECONDS|"\$SECONDS"|(begun|deadline)=\$\(date/.test(line)),
    );
    expect(wrong).toEqual([]);
  });
});
