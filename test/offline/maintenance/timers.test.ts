/** Proves with systemd's own programs that units and schedules are what it takes, and with shellcheck and bash that every script is well-formed. */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as backup from "../../../providers/maintenance/backup/render";
import { schema as backupSchema } from "../../../providers/maintenance/backup/spec";
import { files as agent } from "../../../providers/maintenance/alertAgent/render";
import * as configuration from "../../../providers/maintenance/configuration/render";
import { schema as configurationSchema } from "../../../providers/maintenance/configuration/spec";
import type { ManagedFile } from "../../../providers/maintenance/jobs/files";
import { files as verify } from "../../../providers/maintenance/verify/render";
import { schema as verifySchema } from "../../../providers/maintenance/verify/spec";
import * as pitr from "../../../providers/maintenance/pitr/render";
import { schema as pitrSchema } from "../../../providers/maintenance/pitr/spec";
import * as repository from "../../../providers/maintenance/repository/render";
import { schema as repositorySchema } from "../../../providers/maintenance/repository/spec";
import { files as watch } from "../../../providers/maintenance/watch/render";
import { schema as watchSchema } from "../../../providers/maintenance/watch/spec";
import { reveal } from "../../../providers/remote";
import { connections, Room } from "./room";

jest.setTimeout(60_000);

const common = { connections, resource: "postgres" };
const dataDirectory = "/var/lib/pgsql/data";
const ALL: readonly ManagedFile[] = [
  ...verify(verifySchema.parse({ ...common, dataDirectory })),
  ...backup.files(
    backupSchema.parse({
      ...common,
      dataDirectory,
      host: "qvddb",
      database: "qvddb",
      user: "qvd",
      bin: "/usr/lib/postgresql/15/bin",
    }),
  ),
  ...pitr.files(
    pitrSchema.parse({
      ...common,
      dataDirectory,
      host: "qvddb",
      database: "qvddb",
      user: "qvd",
      bin: "/usr/lib/postgresql/15/bin",
      stanza: "qvd-ha",
      account: "qvdha-qvd-ha",
      repository: { host: "10.0.0.9", hostKey: "ssh-ed25519 AAAA", directory: "/srv/qvd-ha" },
      privateKey: "k",
    }),
  ),
  ...repository.files(
    repositorySchema.parse({
      connections,
      stanza: "qvd-ha",
      account: "qvdha-qvd-ha",
      directory: "/srv/qvd-ha",
      publicKey: "ssh-ed25519 AAAA",
      passphrase: "p",
      server: { directory: dataDirectory, socketDirectory: "/run" },
    }),
  ),
  ...configuration.files(configurationSchema.parse(common)),
  ...watch(watchSchema.parse({ ...common, dataDirectory, cluster: "qvd-ha" })),
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
    [
      "the HOWTO's Saturday at three",
      verifySchema.parse({ ...common, dataDirectory }).schedule,
      /Sat \d{4}-\d\d-\d\d 03:00:00/,
    ],
    ["every night", configurationSchema.parse(common).schedule, /01:10:00/],
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
