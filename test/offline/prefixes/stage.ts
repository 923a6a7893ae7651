import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Facts } from "../../../providers/fact";
import type { AnyKind, Placed } from "../../../providers/kind";
import type { Answer } from "../../../providers/remote";
import type { Stage } from "./replan";
import { Room } from "./room";

/** Rooms in which kinds live by their files alone. */
export class Rooms {
  readonly byName: Readonly<Record<string, Room>>;
  private readonly kept = mkdtempSync(join(tmpdir(), "kept-"));
  private readonly empty = mkdtempSync(join(tmpdir(), "empty-"));

  /** @param programs a directory with what stands in for programs of the machine. Default: nothing does */
  constructor(names: readonly string[], programs?: string) {
    this.byName = Object.fromEntries(names.map((n) => [n, new Room(n, this.empty, programs ?? this.empty)]));
  }

  end(): void {
    for (const r of Object.values(this.byName)) r.end();
    for (const d of [this.kept, this.empty]) rmSync(d, { recursive: true });
  }

  /** @param begin what is there before; `remove` plays the way back, from what `begin` left */
  stage(kind: AnyKind, spec: Placed, begin: () => void, check: () => void, remove = false): Stage {
    const rooms = Object.values(this.byName);
    const where = (n: number): string => join(this.kept, String(n));
    return {
      reset: () => {
        for (const r of rooms) r.reset();
        begin();
      },
      keep: (n) => {
        rmSync(where(n), { recursive: true, force: true });
        mkdirSync(where(n));
        for (const r of rooms) r.keep(where(n));
      },
      back: (n) => rooms.forEach((r) => r.reset(where(n))),
      plan: () => {
        const seen = rooms.map((r) => {
          const facts = kind.facts(spec, r.name) as Facts;
          const answers = r.runAll(Object.values(facts).map((f) => f.command));
          return [
            r.name,
            Object.fromEntries(Object.entries(facts).map(([k, f], i) => [k, f.parse(answers[i] as Answer)])),
          ];
        });
        return (remove ? kind.remove : kind.plan)(spec, Object.fromEntries(seen));
      },
      run: (step) => (this.byName[step.node] as Room).run(step.command),
      // What an overlay keeps of a file that came and went again says nothing.
      end: () => rooms.map((r) => Object.fromEntries(Object.entries(r.written()).filter(([, v]) => v !== "gone"))),
      check,
    };
  }
}
