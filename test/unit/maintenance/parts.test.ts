import fc from "fast-check";
import {
  alertAgent,
  backup,
  configurationBackup,
  drbdVerify,
  pitr,
  repository,
  watch,
} from "../../../providers/maintenance";
import { renderMailer, renderWebhook } from "../../../providers/maintenance/watch/render";
import { schema as backupSchema } from "../../../providers/maintenance/backup/spec";
import { schema as configurationSchema } from "../../../providers/maintenance/configuration/spec";
import { parseConf, renderConf } from "../../../providers/maintenance/jobs/conf";
import type { ManagedFile } from "../../../providers/maintenance/jobs/files";
import type { PartFacts } from "../../../providers/maintenance/jobs/jobKind";
import * as pitrFiles from "../../../providers/maintenance/pitr/render";
import { schema as pitrSchema } from "../../../providers/maintenance/pitr/spec";
import * as repositoryFiles from "../../../providers/maintenance/repository/render";
import { schema as repositorySchema } from "../../../providers/maintenance/repository/spec";
import { schema as verifySchema } from "../../../providers/maintenance/verify/spec";
import { schema as watchSchema } from "../../../providers/maintenance/watch/spec";
import { files as agentFiles } from "../../../providers/maintenance/alertAgent/render";
import * as backupFiles from "../../../providers/maintenance/backup/render";
import * as configurationFiles from "../../../providers/maintenance/configuration/render";
import * as verifyFiles from "../../../providers/maintenance/verify/render";
import * as watchFiles from "../../../providers/maintenance/watch/render";
import type { Kind, Placed } from "../../../providers/kind";
import type { Seen } from "../../../providers/fact";
import { reveal, Secret } from "../../../providers/remote";
import { steps } from "../../../providers/step";
import { specOf } from "../support/arbitrary";
import { connections, specs } from "./specs";

// Proves that what a part renders is read as the same spec, that its plan is empty once it was done and names what is not as wanted, and where secrets go.
// That the scripts do what they say is proved by test/offline/maintenance.

interface Given {
  readonly kind: Kind<Placed, PartFacts>;
  readonly files: (spec: never) => readonly ManagedFile[];
  readonly spec: Placed;
}

const PARTS: Record<string, Given> = {
  verify: { kind: drbdVerify as never, files: verifyFiles.files, spec: specs.verify },
  backup: { kind: backup as never, files: backupFiles.files, spec: specs.backup },
  "point in time": { kind: pitr as never, files: pitrFiles.files, spec: specs.pitr },
  repository: { kind: repository as never, files: repositoryFiles.files, spec: specs.repository },
  configuration: { kind: configurationBackup as never, files: configurationFiles.files, spec: specs.configuration },
  watch: { kind: watch as never, files: watchFiles.files, spec: specs.watch },
  "alert agent": { kind: alertAgent as never, files: agentFiles, spec: { connections } },
};

type Node = Seen<PartFacts>;

/** What a node says when all of it is there. */
function done({ kind, files, spec }: Given): Node {
  const all = files(spec as never);
  const facts = kind.facts(spec, "qvddb1");
  const secret = Object.keys(facts).filter((f) => f.startsWith("secret "));
  return {
    ...Object.fromEntries(secret.map((f) => [f, "same"])),
    files: Object.fromEntries(
      all.flatMap((f) => (f.content instanceof Secret ? [] : [[f.path, { mode: `${f.mode}:0`, text: f.content }]])),
    ),
    secrets: {},
    conditions: [],
    units: Object.fromEntries(
      all
        .flatMap((f) => /\/(qvd-ha-(?:[\w-]+\.timer|watch\.service))$/.exec(f.path)?.[1] ?? [])
        .map((u) => [u, { enabled: true, active: true, stale: false }]),
    ),
  } as Node;
}

const nothing: Node = { files: {}, secrets: {}, units: {}, conditions: [] };

describe.each(Object.entries(PARTS))("%s", (_name, given) => {
  const { kind, spec } = given;
  const both = (n: Node): Record<string, Node> => ({ qvddb1: n, qvddb2: n });

  test("is read back as what was wanted, and then nothing is to be done", () => {
    expect(kind.live(spec, both(done(given)))).toEqual(spec);
    expect(kind.plan(spec, both(done(given))).stages).toEqual([]);
  });

  test("is not there on a bare node, and is put there on both", () => {
    expect(kind.live(spec, both(nothing))).toBeUndefined();
    const todo = steps(kind.plan(spec, both(nothing)));
    expect(new Set(todo.map((s) => s.node))).toEqual(new Set(["qvddb1", "qvddb2"]));
    expect(todo.filter((s) => s.node === "qvddb1" && s.reason.startsWith("write "))).toHaveLength(
      given.files(spec as never).length,
    );
  });

  test("a file that was changed by hand, or that others may read, is written again", () => {
    const good = done(given);
    const [path, file] = Object.entries(good.files)[0] as [string, { mode: string; text: string }];
    for (const other of [
      { ...file, text: "# by hand\n" },
      { ...file, mode: "666:0" },
      { ...file, mode: "755:33" },
    ]) {
      const todo = steps(
        kind.plan(spec, { qvddb1: { ...good, files: { ...good.files, [path]: other } }, qvddb2: good }),
      );
      expect(todo.map((s) => `${s.node}: ${s.reason}`)).toEqual([`qvddb1: write ${path}`]);
    }
  });

  test("a timer that is off, or whose file systemd has not read, is taken up", () => {
    const good = done(given);
    for (const [unit, state] of Object.entries(good.units))
      for (const off of [{ enabled: false }, { active: false }, { stale: true }]) {
        const todo = steps(kind.plan(spec, both({ ...good, units: { ...good.units, [unit]: { ...state, ...off } } })));
        for (const said of todo.map((s) => s.reason))
          expect(said).toMatch(new RegExp(`^have systemd take up .*${unit}`));
        expect(todo).toHaveLength(2);
      }
  });

  test("goes as a whole, and only where it is", () => {
    const todo = steps(kind.remove(spec, { qvddb1: done(given), qvddb2: nothing }));
    expect(todo.map((s) => s.node)).toEqual(["qvddb1"]);
    for (const f of given.files(spec as never)) expect(todo[0]?.command.script.text).toContain(f.path);
  });

  test("no secret is in a command line, a file that others may read, or a reason", () => {
    const texts = [
      ...steps(kind.plan(spec, both(nothing))).flatMap((s) => [s.reason, s.command.script.text]),
      ...Object.values(kind.facts(spec, "qvddb1")).map((f) => f.command.script.text),
      ...given.files(spec as never).flatMap((f) => (f.content instanceof Secret ? [] : [f.content])),
    ].join("\n");
    for (const secret of [
      specs.backup.rsyncPrivateKey?.split("\n")[2] as string,
      "access-key",
      "secret-key",
      "mail-password",
      "hidden-path",
      "hidden-token",
      "private-archive-key",
      "hidden-passphrase",
    ])
      expect(texts).not.toContain(secret);
    for (const f of given.files(spec as never))
      if (f.content instanceof Secret) expect(f.mode).toBe(f.group === undefined ? "600" : "640");
  });

  test("a secret that is another one shows, and its value does not", () => {
    const good = done(given);
    const facts = Object.keys(good).filter((f) => f.startsWith("secret "));
    for (const f of facts) {
      const seen = both({ ...good, [f]: "other" });
      expect(JSON.stringify(kind.live(spec, seen))).toContain("(another)");
      expect(steps(kind.plan(spec, seen)).map((s) => s.reason)).toEqual(
        Array(2).fill(`write ${f.replace("secret ", "")}`),
      );
    }
  });
});

test("settings of every shape are read as they were written", () => {
  const leaf = fc.oneof(
    fc.string({ unit: "binary" }).filter((t) => !t.includes("\0")),
    fc.integer(),
    fc.boolean(),
    fc.array(fc.string(), { maxLength: 3 }),
  );
  const name = fc.stringMatching(/^[a-z][A-Za-z0-9]{0,8}$/);
  const inner = fc.dictionary(name, leaf, { minKeys: 1, maxKeys: 3, noNullPrototype: true });
  const settings = fc.dictionary(name, fc.oneof(leaf, inner), { maxKeys: 5, noNullPrototype: true });
  fc.assert(fc.property(settings, (s) => expect(parseConf(renderConf(s as never))).toEqual(s)));
});

test.each([
  ["verify", verifySchema],
  ["configuration", configurationSchema],
  ["backup", backupSchema],
  ["watch", watchSchema],
  ["point in time", pitrSchema],
  ["repository", repositorySchema],
] as const)("whatever the schema of %s takes, its settings say", (_name, schema) => {
  fc.assert(
    fc.property(specOf(schema as never, { connections: fc.constant({}), webhookUrl: null as never }), (s) => {
      const {
        connections: _c,
        rsyncPrivateKey: _r,
        s3AccessKey: _a,
        s3SecretKey: _s,
        mailPassword: _m,
        webhookToken: _t,
        privateKey: _p,
        passphrase: _pp,
        ...settings
      } = s as Record<string, unknown>;
      expect(parseConf(renderConf(settings as never))).toEqual(settings);
    }),
    { numRuns: 50 },
  );
});

test("msmtp's and curl's files quote what has to be quoted", () => {
  const mail = watchSchema.shape.mail.unwrap().parse({ to: ["a@b"], from: "c@d", server: "m", user: "u" });
  expect(renderMailer({ mail, mailPassword: 'a"b\\c d' })).toContain('password "a"b\\c d"\n');
  expect(renderMailer({ mail: { ...mail, tls: "tls", port: 465 } })).toMatch(/^tls on\ntls_starttls off$/m);
  expect(reveal(renderWebhook({ webhookUrl: "https://h/x", webhookToken: 't"' }))).toContain(
    'header = "Authorization: Bearer t\\""\n',
  );
});

test("what is missing is said, all at once", () => {
  const spec = {
    ...(PARTS.backup?.spec as object),
    rsyncPrivateKey: undefined,
    s3SecretKey: undefined,
    directory: `${specs.backup.dataDirectory}/b`,
  };
  expect(backup.rules?.(spec as never).map((f) => f.property)).toEqual(["directory", "rsyncPrivateKey", "s3SecretKey"]);
  const key = { ...(PARTS.backup?.spec as object), rsyncPrivateKey: "not-a-key" };
  const [finding] = backup.rules?.(key as never) ?? [];
  expect(finding?.reason).toMatch(/^is not a private SSH key.*: pulumi config set --secret backupPrivateKey <file$/);
  expect(finding?.reason).not.toContain("not-a-key");
  const alerting = { ...(PARTS.watch?.spec as object), webhookUrl: undefined, mailPassword: undefined };
  expect(watch.rules?.(alerting as never).map((f) => f.property)).toEqual(["webhookUrl", "mailPassword"]);
});

describe("the point in time", () => {
  const bare = { ...nothing, conditions: [false, false, true, false] };
  const reasons = (seen: Node): string[] =>
    steps(repository.plan(PARTS.repository?.spec as never, { vault: seen as never })).map((s) => s.reason);

  test("wants pgBackRest on the third host, and touches nothing without it", () => {
    expect(() => reasons(bare as never)).toThrow(/pgBackRest or socat is not installed.*Nothing was touched/);
  });

  test("makes the account before what it may read", () => {
    const said = reasons({ ...bare, conditions: [true, false, true, false] } as never);
    expect(said.slice(0, 2)).toEqual(["make the account qvdha-qvd-ha", "make /srv/qvd-ha"]);
  });

  test("sends a piece of the log only after everything is in its place", () => {
    const seen = { ...nothing, conditions: [true, false] } as never;
    const said = steps(pitr.plan(PARTS["point in time"]?.spec as never, { qvddb1: seen })).map((s) => s.reason);
    expect(said.at(-1)).toMatch(/^make the place for the backups of qvd-ha on 10\.0\.0\.9/);
    expect(said.at(-2)).toMatch(/^have systemd take up/);
  });

  test("the key of the nodes is tied to its command, and to nothing in the network", () => {
    const line = repositoryFiles.renderLine({ stanza: "qvd-ha", publicKey: "ssh-ed25519 AAAA" });
    expect(line).toBe(
      'restrict,port-forwarding,permitopen="none:1",permitlisten="none:1",command="/usr/local/lib/qvd-ha/repository-qvd-ha qvd-ha" ssh-ed25519 AAAA\n',
    );
  });

  test("a passphrase that can be guessed is refused without being shown", () => {
    const spec = { ...(PARTS.repository?.spec as object), passphrase: "short" } as never;
    const found = repository.rules?.(spec) ?? [];
    expect(found.map((f) => f.property)).toEqual(["passphrase"]);
    expect(JSON.stringify(found)).not.toContain("short");
  });
});
