import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { judge } from "../../../drills/control";
import { check, kept } from "../../../drills/ledger/check";
import { Writer } from "../../../drills/ledger/client";
import type { Entry, Row } from "../../../drills/ledger/entry";
import { TOO_EARLY } from "../../../drills/ledger/entry";
import { Journal, readJournal } from "../../../drills/ledger/journal";
import type { Session } from "../../../drills/ledger/session";
import { classify, Refused } from "../../../drills/ledger/session";

// Proves the order of notes and what each answer is taken for; the database is a stand-in.
type Answer = "ok" | "serialization" | "refused" | "dies-before" | "dies-after";

class Database {
  readonly table: Row[] = [];
  readonly atInsert: number[] = [];
  constructor(
    private readonly answers: Answer[],
    private readonly entries: readonly Entry[],
  ) {}

  open(): Session {
    return {
      insert: (row) => {
        this.atInsert.push(this.entries.length);
        return this.insert(row);
      },
      insertUncommitted: async () => undefined,
      highest: async (client) => Math.max(0, ...this.table.filter((r) => r.client === client).map((r) => r.seq)),
      cut: () => undefined,
    };
  }

  private async insert(row: Row): Promise<void> {
    const answer = this.answers.shift() ?? "ok";
    if (answer === "serialization") throw new Refused("40001", "could not serialize access");
    if (answer === "refused") throw new Refused("53100", "disk full");
    if (answer !== "dies-before") this.table.push(row);
    if (answer !== "ok") throw new Error("Connection terminated unexpectedly");
  }
}

async function history(
  answers: Answer[],
  limit: number,
  dishonestEvery?: number,
): Promise<{ entries: Entry[]; db: Database }> {
  const entries: Entry[] = [];
  const db = new Database(answers, entries);
  const journal = { append: async (e: Entry) => void entries.push(e) };
  const writer = new Writer(1, async () => db.open(), journal, { period: 1, retry: 1, limit, dishonestEvery });
  await writer.run(new AbortController().signal);
  return { entries, db };
}

const notes = (entries: readonly Entry[]): string[] => entries.map((x) => `${x.what} ${x.seq}`);

describe("a client of the ledger", () => {
  it("notes a write before it is sent and after it is answered", async () => {
    const { entries, db } = await history([], 2);
    expect(notes(entries)).toEqual(["seen 0", "invoke 1", "ok 1", "invoke 2", "ok 2"]);
    expect(db.atInsert).toEqual([2, 4]);
  });

  it("takes a refusal for a no, keeps the connection, and goes on with the next number", async () => {
    const { entries } = await history(["serialization", "refused"], 3);
    expect(notes(entries)).toEqual(["seen 0", "invoke 1", "fail 1", "invoke 2", "fail 2", "invoke 3", "ok 3"]);
  });

  it("takes a dead connection for unknown, whatever became of the row, connects anew and asks what is there", async () => {
    const { entries, db } = await history(["dies-before", "dies-after"], 3);
    expect(notes(entries)).toEqual([
      "seen 0",
      "invoke 1",
      "unknown 1",
      "seen 0",
      "invoke 2",
      "unknown 2",
      "seen 2",
      "invoke 3",
      "ok 3",
    ]);
    expect(kept(check(entries, db.table))).toBe(true);
  });

  it("is found out when it acknowledges before the commit: the negative control", async () => {
    const { entries, db } = await history([], 10, 5);
    const v = check(entries, db.table);
    expect(v.lost).toEqual([
      { client: 1, seq: 5 },
      { client: 1, seq: 10 },
    ]);
    expect(kept(v)).toBe(false);
    expect(judge(entries, db.table)).toEqual({ acknowledged: 10, lies: 2, lost: 2, passed: true });
  });

  it("tries again as long as it cannot connect, and stops when it is told to", async () => {
    const stop = new AbortController();
    let tries = 0;
    const open = async (): Promise<Session> => {
      if (++tries === 3) stop.abort();
      throw new Error("connection refused");
    };
    await new Writer(1, open, { append: async () => undefined }, { period: 1, retry: 1, limit: 9 }).run(stop.signal);
    expect(tries).toBe(3);
  });
});

describe("the negative control", () => {
  const wrote = (seq: number, early = false): Entry[] => [
    { client: 1, seq, what: "invoke", at: 1 },
    { client: 1, seq, what: "ok", at: 2, ...(early ? { why: TOO_EARLY } : {}) },
  ];
  const row = (seq: number): Row => ({ client: 1, seq });

  it.each<[string, Entry[], Row[], Partial<ReturnType<typeof judge>>]>([
    [
      "passes when each lie is found lost, and nothing else",
      [...wrote(1), ...wrote(2, true)],
      [row(1)],
      { lies: 1, lost: 1, passed: true },
    ],
    [
      "fails when one of several is not",
      [...wrote(1, true), ...wrote(2, true)],
      [row(2)],
      { lies: 2, lost: 1, passed: false },
    ],
    ["fails when nobody has lied", wrote(1), [row(1)], { lies: 0, lost: 0, passed: false }],
    [
      "fails when an honest write is lost as well",
      [...wrote(1), ...wrote(2, true)],
      [],
      { lies: 1, lost: 1, passed: false },
    ],
    ["fails by a phantom", wrote(1, true), [row(9)], { lies: 1, lost: 1, passed: false }],
  ])("%s", (_name, entries, present, wanted) => {
    expect(judge(entries, present)).toMatchObject(wanted);
  });
});

describe("answers of the server", () => {
  it.each([
    [{ code: "40001", severity: "ERROR", message: "m" }, true],
    [{ code: "57014", severity: "ERROR", message: "statement timeout" }, true],
    [{ code: "57P01", severity: "FATAL", message: "terminating connection due to administrator command" }, false],
    [{ code: "ECONNRESET", message: "read ECONNRESET" }, false],
    [new Error("Query read timeout"), false],
  ])("%j is a definite no: %s", (error, definite) => {
    expect(classify(error) instanceof Refused).toBe(definite);
  });
});

describe("a journal", () => {
  it("gives back what was noted, and leaves out a line that was cut off", async () => {
    const path = join(mkdtempSync(join(tmpdir(), "journal-")), "client-1.jsonl");
    const journal = await Journal.create(path);
    const entries: Entry[] = [
      { client: 1, seq: 1, what: "invoke", at: 1 },
      { client: 1, seq: 1, what: "unknown", at: 2, why: "a\nb" },
    ];
    for (const x of entries) await journal.append(x);
    await journal.close();
    writeFileSync(path, '{"client":1,"se', { flag: "a" });
    expect(await readJournal(path)).toEqual(entries);
    await expect(Journal.create(path)).rejects.toThrow(/EEXIST/);
  });
});
