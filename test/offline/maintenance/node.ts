import { spawnSync } from "node:child_process";
import type { PartFacts } from "../../../providers/maintenance/jobs/jobKind";
import type { Seen } from "../../../providers/fact";
import type { Kind, Placed } from "../../../providers/kind";
import type { Command } from "../../../providers/remote";
import { reveal } from "../../../providers/remote";
import type { Plan } from "../../../providers/step";
import { steps } from "../../../providers/step";
import type { Room } from "./room";

type Part<S extends Placed> = Kind<S, PartFacts>;

function run(room: Room, { script, stdin }: Command): { code: number; stdout: string; stderr: string } {
  const r = spawnSync("bash", ["-euo", "pipefail", "-c", room.moved(script.text)], {
    input: stdin === undefined ? "" : room.moved(reveal(stdin)),
    encoding: "utf8",
    env: { PATH: `${room.at("bin")}:/usr/sbin:/usr/bin:/sbin:/bin`, LC_ALL: "C", HOME: "/root" },
    timeout: 120_000,
  });
  return { code: r.status ?? 128, stdout: r.stdout, stderr: r.stderr };
}

/** What the deployment would find in the room, as it asks on a node. */
export function read<S extends Placed>(room: Room, kind: Part<S>, spec: S, node: string): Seen<PartFacts> {
  const facts = Object.entries(kind.facts(spec, node)).map(([name, fact]) => {
    const answer = run(room, fact.command);
    const parsed = fact.parse({ ...answer, stdout: answer.stdout });
    return [name, parsed] as const;
  });
  const seen = Object.fromEntries(facts) as unknown as { files: Record<string, { mode: string; text: string }> };
  // Texts have the room's place in front of every path.
  const unmoved = Object.entries(seen.files).map(([path, file]) => [
    path.replace(room.root, ""),
    { ...file, text: file.text.replaceAll(room.root, "") },
  ]);
  return { ...seen, files: Object.fromEntries(unmoved) } as unknown as Seen<PartFacts>;
}

/** @returns the steps' reasons @throws where one fails, with what it said */
function carryOut(room: Room, plan: Plan): string[] {
  return steps(plan).map(({ reason, command }) => {
    const said = run(room, command);
    if (said.code !== 0) throw new Error(`${reason}: ${said.code}: ${said.stderr}`);
    return reason;
  });
}

/** What the deployment does, by its very steps. @returns their reasons @throws where one fails, with what it said */
export const apply = <S extends Placed>(room: Room, kind: Part<S>, spec: S, node: string): string[] =>
  carryOut(room, kind.plan(spec, { [node]: read(room, kind, spec, node) }));

/** The same when it is not wanted any more. */
export const takeAway = <S extends Placed>(room: Room, kind: Part<S>, spec: S, node: string): string[] =>
  carryOut(room, kind.remove(spec, { [node]: read(room, kind, spec, node) }));
