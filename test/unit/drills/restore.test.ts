import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Action } from "../../../drills/actions/action";
import type { Field } from "../../../drills/actions/field";
import { perform } from "../../../drills/actions/perform";
import type { Debt } from "../../../drills/restore/journal";
import { journalName, RestoreJournal } from "../../../drills/restore/journal";
import { debtsOf, restore } from "../../../drills/restore/restore";

// Proves what is written down before a deed, and what is paid back; the node and its hypervisor are stand-ins.
const path = (): string => join(mkdtempSync(join(tmpdir(), "restore-")), "restore.json");
const debt = (node: string, what: string): Debt => ({ kind: "hypervisor", node, what });

function field(calls: string[], failing: string[] = [], why = "domain is already running"): Field {
  return {
    nodes: (who) => (who === "both" ? ["a", "b"] : [who === "active" ? "a" : "b"]),
    connection: () => {
      throw new Error("no SSH in this test");
    },
    switch: (node) => ({
      virsh: async (verb) => {
        calls.push(`${node} ${verb}`);
        if (failing.includes(verb)) throw new Error(why);
      },
      script: async (script) => {
        calls.push(`${node} ${script}`);
        if (failing.includes(script)) throw new Error("no such file");
      },
    }),
  };
}

describe("the restore journal", () => {
  it("is on disk before anything is done, outlives the drill, and is gone when all is paid", () => {
    const file = path();
    new RestoreJournal(file).owe([debt("a", "1"), debt("b", "2")]);
    const next = new RestoreJournal(file);
    expect(next.open).toEqual([debt("b", "2"), debt("a", "1")]);
    for (const d of next.open) next.paid(d);
    expect(existsSync(file)).toBe(false);
  });

  it("is another one for machines that were made anew", () => {
    expect(journalName("10.0.0.1", ["k1", "k2"])).toBe(journalName("10.0.0.1", ["k2", "k1"]));
    expect(journalName("10.0.0.1", ["k1", "k3"])).not.toBe(journalName("10.0.0.1", ["k1", "k2"]));
  });

  it("names the nodes, not their roles: those may have changed when it is read again", () => {
    const undo = [{ kind: "power" as const, on: "both" as const, verb: "start" as const }];
    expect(debtsOf(undo, field([]))).toEqual([
      { kind: "power", node: "a", what: "start" },
      { kind: "power", node: "b", what: "start" },
    ]);
  });
});

describe("restoring", () => {
  it("goes backwards, and keeps what could not be taken back", async () => {
    const file = path();
    const calls: string[] = [];
    const journal = new RestoreJournal(file);
    journal.owe([debt("a", "first"), debt("a", "broken"), debt("a", "last")]);
    const { failed } = await restore(journal, field(calls, ["broken"]), () => undefined);
    expect(calls).toEqual(["a last", "a broken", "a first"]);
    expect(failed).toEqual(["not restored: no such file"]);
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject([{ what: "broken" }]);
  });

  it("takes a machine that is on already for what was wanted", async () => {
    const journal = new RestoreJournal(path());
    journal.owe([{ kind: "power", node: "b", what: "start" }]);
    expect(await restore(journal, field([], ["start"]), () => undefined)).toEqual({ failed: [], switchedOn: [] });
    expect(journal.open).toEqual([]);
  });

  it.each(["error: failed to connect to the hypervisor", "Permission denied (publickey)", "domain is not running"])(
    "keeps a machine whose switch cannot be reached in its journal: %s",
    async (why) => {
      const journal = new RestoreJournal(path());
      journal.owe([{ kind: "power", node: "b", what: "start" }]);
      const { failed, switchedOn } = await restore(journal, field([], ["start"], why), () => undefined);
      expect(failed).toEqual([`not restored: b: virsh start: ${why}`]);
      expect(switchedOn).toEqual([]);
      expect(journal.open).toHaveLength(1);
    },
  );

  it.each(["error: Domain is already active", "Requested operation is not valid: domain is already running"])(
    "takes libvirt's own words for it: %s",
    async (why) => {
      const journal = new RestoreJournal(path());
      journal.owe([{ kind: "power", node: "b", what: "resume" }]);
      expect((await restore(journal, field([], ["resume"], why), () => undefined)).failed).toEqual([]);
      expect(journal.open).toEqual([]);
    },
  );

  it("tells whom it had to switch on: fencing should have done that", async () => {
    const journal = new RestoreJournal(path());
    journal.owe([{ kind: "power", node: "b", what: "start" }]);
    expect(await restore(journal, field([]), () => undefined)).toEqual({ failed: [], switchedOn: ["b"] });
  });
});

describe("an action", () => {
  const watcher = { sees: async () => false, served: async () => true, signal: new AbortController().signal };
  const cut: Action = { kind: "power", says: "cut", on: "both", verb: "destroy" };

  it("strikes all its nodes", async () => {
    const calls: string[] = [];
    await perform(cut, field(calls), watcher);
    expect(calls).toEqual(["a destroy", "b destroy"]);
  });

  it("fails where it cannot be done, unless it may be so already", async () => {
    await expect(perform(cut, field([], ["destroy"]), watcher)).rejects.toThrow(/already running/);
    const off = field([], ["destroy"], "Requested operation is not valid: domain is not running");
    await expect(perform({ ...cut, tolerant: true }, off, watcher)).resolves.toBeUndefined();
    await expect(
      perform({ ...cut, tolerant: true }, field([], ["destroy"], "no route to host"), watcher),
    ).rejects.toThrow("no route to host");
  });

  it("starts a machine again that fencing has cut while it was being started", async () => {
    const start: Action = { kind: "power", says: "start", on: "active", verb: "start", tolerant: true };
    const cutThen = (...answers: (string | undefined)[]) => {
      const tried: string[] = [];
      const virsh = async (verb: string): Promise<void> => {
        tried.push(verb);
        const why = answers[tried.length - 1];
        if (why !== undefined) throw new Error(why);
      };
      return { tried, field: { ...field([]), switch: () => ({ script: async () => undefined, virsh }) } };
    };
    const killed = "qemu unexpectedly closed the monitor: qemu-system-x86_64: terminating on signal 15 from pid 6953";
    const once = cutThen(killed, "error: Domain is already active");
    await perform(start, once.field, watcher);
    expect(once.tried.slice(0, 2)).toEqual(["start", "start"]);
    const strict = cutThen(killed);
    await expect(perform({ ...start, tolerant: false }, strict.field, watcher)).rejects.toThrow(
      /terminating on signal/,
    );
  });

  it("fails with its own words when what it waits for does not come", async () => {
    const sees: Action = { kind: "sees", by: "status", says: "wait for the ban", problem: /x/, seconds: 5 };
    await expect(perform(sees, field([]), watcher)).rejects.toThrow("wait for the ban: it did not in 5 s");
  });
});
