/** Proves with systemd's own programs that units and schedules are what it takes, and with shellcheck and bash that every script is well-formed. */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as backup from "../../../providers/maintenance/backup/render";
import { files as agent } from "../../../providers/maintenance/alertAgent/render";
import * as configuration from "../../../providers/maintenance/configuration/render";
import type { ManagedFile } from "../../../providers/maintenance/jobs/files";
import { files as verify } from "../../../providers/maintenance/verify/render";
import * as pitr from "../../../providers/maintenance/pitr/render";
import * as repository from "../../../providers/maintenance/repository/render";
import { files as watch } from "../../../providers/maintenance/watch/render";
import { reveal } from "../../../providers/remote";
import { specs } from "../../unit/maintenance/specs";
import { Room } from "./room";

jest.setTimeout(60_000);

const ALL: readonly ManagedFile[] = [
  ...verify(specs.verify),
  ...backup.files(specs.backup),
  ...pitr.files(specs.pitr),
  ...repository.files(specs.repository),
  ...configuration.files(specs.configuration),
  ...watch(specs.watch),
  ...agent(),
];
const named = (pattern: RegExp): ManagedFile[] => ALL.filter((f) => pattern.test(f.path));

describe("units", () => {
  test("are taken by systemd without a word", () => {
    const room = new Room();
    const paths = named(/\.(service|timer)$/).map((f) => {
      const path = room.at(f.path);
      mkdirSync(join(path, ".."), { recursive: true });
      // What a unit starts must exist here as well.
      writeFileSync(path, reveal(f.content).replace(/^ExecStart=.*$/m, "ExecStart=/bin/true"));
      return path;
    });
    expect(paths).toHaveLength(11);
    const r = spawnSync("systemd-analyze", ["verify", ...paths], { encoding: "utf8" });
    const about = (r.stderr + r.stdout).split("\n").filter((line) => line.includes("qvd-ha"));
    expect(about).toEqual([]);
    room.end();
  });

  test.each([
    ["the HOWTO's Saturday at three", specs.verify.schedule, /Sat \d{4}-\d\d-\d\d 03:00:00/],
    ["every night", specs.configuration.schedule, /01:10:00/],
  ])("%s", (_what, schedule, next) => {
    const r = spawnSync("systemd-analyze", ["calendar", "--iterations=2", schedule], {
      encoding: "utf8",
      env: { ...process.env, TZ: "UTC" },
    });
    expect(r.status).toBe(0);
    expect(r.stdout).toMatch(next);
  });
});

describe("scripts", () => {
  const scripts = named(/^\/usr\/local\/lib\/qvd-ha\//);

  test.each(scripts.map((f) => [f.path, f] as const))(
    "%s says on its first lines who manages it, and is sound",
    (_path, f) => {
      const text = reveal(f.content);
      expect(text).toMatch(/^#!\/bin\/bash\n# Managed by qvd-ha/);
      expect(text).not.toMatch(/^#@/m);
      expect(spawnSync("bash", ["-n"], { input: text, encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
      const lint = spawnSync("shellcheck", ["-s", "bash", "-S", "warning", "-e", "SC1091,SC2034,SC2154,SC2174", "-"], {
        input: text,
        encoding: "utf8",
      });
      if (lint.error) throw new Error(`shellcheck cannot be run: ${lint.error.message}`);
      expect(lint.stdout).toBe("");
    },
  );

  test("are five and a restore, and six for the point in time", () => expect(scripts).toHaveLength(12));
});
