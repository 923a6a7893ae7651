import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { announce, create, update } from "@qvd-ha/providers/dist/driver";
import type { AnyKind, Kind, Placed } from "@qvd-ha/providers/dist/kind";
import type { Fact } from "@qvd-ha/providers/dist/fact";
import { closeAll, connectionsSchema, sh } from "@qvd-ha/providers/dist/remote";
import type { Effect } from "@qvd-ha/providers/dist/step";
import { nothing, plan } from "@qvd-ha/providers/dist/step";
import { UNKNOWN } from "@qvd-ha/providers/dist/unknown";
import { z } from "zod";
import { Sshd } from "./support/sshd";

// Proves, against a real sshd and shell, that an announcement reads and never writes, what it costs, and that what it asks consent for is refused in a real run as well.
// The kind is the smallest there is: a file with a text in it, of which only the node knows who is disturbed. Proves nothing about Pacemaker (test/e2e/impact does).

interface FileSpec extends Placed {
  readonly path: string;
  readonly text: string;
}

const facts = (s: FileSpec): { text: Fact<string | undefined> } => ({
  text: {
    command: { script: sh`cat ${s.path} 2>/dev/null || true` },
    parse: ({ stdout }) => (stdout === "" ? undefined : stdout),
  },
});

const disturbed: Fact<{ effects: Effect[]; words: string[] }> = {
  command: { script: sh`echo p_postgres` },
  parse: ({ stdout }) => ({
    effects: [{ danger: "restarts", resource: stdout.trim(), within: "g_postgres", service: true }],
    words: [`Pacemaker: restart ${stdout.trim()} on a`],
  }),
};

const file: Kind<FileSpec, ReturnType<typeof facts>> = {
  name: "file",
  schema: z.strictObject({ connections: connectionsSchema, path: z.string(), text: z.string() }),
  id: (s) => s.path,
  facts,
  live: (known) => known,
  plan: (s, seen) => {
    const [now] = Object.values(seen);
    if (now?.text === s.text) return nothing("the text is there");
    const write = { node: "a", reason: "write the text", command: { script: sh`cat >${s.path}`, stdin: s.text } };
    return plan([[now?.text === undefined ? write : { ...write, predict: disturbed }]]);
  },
  remove: () => nothing("it stays"),
};
const kind = file as AnyKind;

jest.setTimeout(60_000);

describe("an announcement", () => {
  let sshd: Sshd;
  let spec: FileSpec & Record<string, unknown>;
  const journal = (): { operation: string; roundTrips: Record<string, number>; steps: Record<string, number> }[] =>
    readFileSync(join(sshd.dir, "journal"), "utf8")
      .trim()
      .split("\n")
      .map((l) => JSON.parse(l) as never);

  beforeAll(async () => {
    sshd = await Sshd.start();
    spec = { connections: { a: sshd.connection }, path: join(sshd.dir, "file"), text: "one" };
  }, 60_000);
  beforeEach(() => {
    rmSync(join(sshd.dir, "journal"), { force: true });
    process.env.QVD_HA_JOURNAL = join(sshd.dir, "journal");
    delete process.env.QVD_HA_CONSENT;
  });
  afterAll(() => {
    delete process.env.QVD_HA_JOURNAL;
    closeAll();
    sshd?.stop();
  });

  test("says what would be done, in one round trip, and does none of it", async () => {
    const { lines, refused } = await announce(kind, undefined, spec);
    expect(lines).toEqual([`file ${spec.path}:`, "  a: write the text"]);
    expect(refused).toBe(false);
    expect(existsSync(spec.path)).toBe(false);
    expect(journal()).toMatchObject([{ operation: "announce", roundTrips: { a: 1 }, steps: {} }]);
  });

  test("says why there is nothing to do", async () => {
    await create(kind, spec);
    expect((await announce(kind, spec, spec)).lines).toEqual([
      `file ${spec.path}: nothing to do on the nodes: the text is there`,
    ]);
  });

  test("asks the node for the effect, in one more round trip, and names what is missing", async () => {
    const said = await announce(kind, spec, { ...spec, text: "two" });
    expect(said.refused).toBe(true);
    expect(said.lines.slice(0, 4)).toEqual([
      `file ${spec.path}:`,
      "  a: write the text (restarts p_postgres)",
      "    Pacemaker: restart p_postgres on a",
      "  REFUSED without consent: restarts p_postgres",
    ]);
    expect(said.lines[4]).toContain('CONSENT="restarts:p_postgres"');
    expect(journal()[0]?.roundTrips).toEqual({ a: 2 });
  });

  test("is kept by the real run: refused without consent and nothing written, done with it", async () => {
    const changed = { ...spec, text: "three" };
    await expect(update(kind, changed)).rejects.toThrow("restarts p_postgres");
    expect(readFileSync(spec.path, "utf8")).toBe("one");
    process.env.QVD_HA_CONSENT = "restarts:g_postgres";
    expect((await announce(kind, spec, changed)).refused).toBe(false);
    await update(kind, changed);
    expect(readFileSync(spec.path, "utf8")).toBe("three");
  });

  test("takes what is not known yet as it was, and says so; with nothing to go by it says that", async () => {
    const known = await announce(kind, { ...spec, text: "three" }, { ...spec, text: UNKNOWN });
    expect(known.lines.join("\n")).toContain("nothing to do");
    expect(known.lines.join("\n")).toContain("taken as it was, as it is not known yet: text");
    expect(await announce(kind, undefined, { ...spec, text: UNKNOWN })).toEqual({ lines: [], refused: false });
    expect((await announce(kind, { ...spec, text: UNKNOWN }, { ...spec, text: UNKNOWN })).lines[0]).toContain(
      "not known yet",
    );
  });

  test("does not wait for a machine that is away, and says nothing of one that is not made yet", async () => {
    const away = { ...spec, connections: { a: { ...sshd.connection, port: 1 } } };
    const began = Date.now();
    expect((await announce(kind, spec, away)).lines).toEqual([
      `file ${spec.path}: a does not answer: it is not known what the change will do`,
    ]);
    expect(await announce(kind, undefined, away)).toEqual({ lines: [], refused: false });
    expect(Date.now() - began).toBeLessThan(9_000);
  });

  test("tells an error as an error that is to be expected", async () => {
    const wrong = { ...spec, text: "four", connections: { a: sshd.impostor } };
    const { lines, refused } = await announce(kind, spec, wrong);
    expect(lines[0]).toContain("as things are now it would fail");
    expect(lines[0]).toContain("host key");
    expect(refused).toBe(false);
  });
});
