import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { held } from "../../../providers/node/packaged";
import { spec } from "../../unit/node/samples";

// Proves with Debian's own code that its database cluster may not start once it is held, by nobody's call. That an update then leaves it alone is seen on the guests (make verbs-table).

const root = mkdtempSync(join(tmpdir(), "qvd-ha-packaged-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

test("what is written is read as disabled, whatever was there before", () => {
  mkdirSync(join(root, "15", "main"), { recursive: true });
  const path = join(root, "15", "main", "start.conf");
  const says = (text: string): string => {
    writeFileSync(path, text);
    const script = 'use lib "/usr/share/postgresql-common"; use PgCommon; print get_cluster_start_conf("15", "main")';
    const r = spawnSync("perl", ["-e", script], {
      encoding: "utf8",
      env: { ...process.env, PG_CLUSTER_CONF_ROOT: root },
    });
    return r.stderr || r.stdout;
  };
  for (const before of ["# Automatic startup\n\nauto\n", "manual", "# nothing\n"]) {
    expect(says(before)).not.toBe("disabled");
    expect(says(held({ "/etc/postgresql/15/main/start.conf": before }, spec()))).toBe("disabled");
  }
});
