import type { AnyKind, Placed } from "../kind";
import { roundTrips, StaleError } from "../remote";
import { steps } from "../step";
import { apply } from "./apply";
import { demand } from "./consent";
import { DRIFT, drift } from "./drift";
import { foresee } from "./effects";
import { PROGRAMS } from "./programs";
import { journal, say } from "./progress";
import { read, readOnce } from "./read";

type Props = Record<string, unknown> & Placed;

/** A failure that the engine keeps as "partially done": the state has the inputs, the next run converges. */
interface PartialFailure extends Error {
  id: string;
  properties: Props;
  reasons: string[];
}

/** A resource's properties without what is the engine's, or says something about it only. */
export const specOf = (props: Props): Props => {
  const { __provider: _provider, [DRIFT]: _drift, [PROGRAMS]: _programs, ...spec } = props;
  return spec as Props;
};

const inputsOf = (kind: AnyKind, props: Props): Props => {
  const inputs: Record<string, unknown> = { ...props };
  for (const name of kind.outputNames ?? []) delete inputs[name];
  return inputs as Props;
};

const parsed = (kind: AnyKind, props: Props): Props => kind.schema.parse(specOf(inputsOf(kind, props))) as Props;

/** From the state, where a refresh may have put a hand-made value that no spec may have. */
function remembered(kind: AnyKind, props: Props): Props {
  const spec = specOf(inputsOf(kind, props));
  const result = kind.schema.safeParse(spec);
  return result.success ? (result.data as Props) : spec;
}

/** What one operation costs, told at its end. */
export class Measure {
  private readonly started = Date.now();
  readonly trips = new Map<string, number>();
  readonly done = new Map<string, number>();

  constructor(
    private readonly kind: AnyKind,
    private readonly id: string,
    private readonly spec: Placed,
  ) {}

  end(operation: string): void {
    const seconds = Math.round((Date.now() - this.started) / 100) / 10;
    const trips = Object.entries(this.spec.connections).map(([node, c]) => [node, this.trips.get(c.host) ?? 0]);
    const count = [...this.done.values()].reduce((a, b) => a + b, 0);
    if (count > 0) say(`${this.kind.name} ${this.id}: ${operation} done in ${seconds} s, ${count} steps`);
    journal({
      kind: this.kind.name,
      id: this.id,
      operation,
      seconds,
      roundTrips: Object.fromEntries(trips) as Record<string, number>,
      steps: Object.fromEntries(this.done),
    });
  }
}

/** Runs an operation with its costs measured. */
function measured<T>(kind: AnyKind, spec: Placed, work: (id: string, measure: Measure) => Promise<T>): Promise<T> {
  const id = kind.id(spec);
  const measure = new Measure(kind, id, spec);
  return roundTrips.run(measure.trips, () => work(id, measure));
}

/** Reads, plans and runs until nothing is left to do: so a finished operation was seen to be finished, and an interrupted one converges. */
function converge(kind: AnyKind, operation: string, props: Props): Promise<Props> {
  const spec = parsed(kind, props);
  return measured(kind, spec, (id, measure) => attempt(kind, operation, props, spec, id, measure));
}

async function attempt(
  kind: AnyKind,
  operation: string,
  props: Props,
  spec: Props,
  id: string,
  measure: Measure,
): Promise<Props> {
  const title = `${kind.name} ${id}`;
  try {
    const rounds = kind.rounds ?? 3;
    for (let round = 1; ; round++) {
      const seen = await read(kind, spec, kind.patienceSeconds?.(spec) ?? 0);
      const todo = await foresee(title, kind.plan(spec, seen), spec.connections);
      if (todo.stages.length === 0) {
        measure.end(operation);
        return { ...props, ...spec, ...kind.outputs?.(spec, seen) } as Props;
      }
      if (round > rounds) {
        const left = steps(todo).map((s) => `${s.node}: ${s.reason}`);
        throw new Error(`${title}: not as wanted after ${rounds} rounds, still to do: ${left.join("; ")}`);
      }
      // Here, too, and not only where it was announced: the nodes may have changed since.
      demand(title, todo);
      await apply(title, todo, spec.connections, measure.done).catch((e: unknown) => {
        if (!(e instanceof StaleError)) throw e;
        say(`${title}: somebody else has changed it meanwhile: looking again`);
      });
    }
  } catch (e) {
    if (measure.done.size === 0) throw e;
    const failure = e as PartialFailure;
    failure.id = id;
    failure.properties = props;
    failure.reasons = [failure.message];
    throw failure;
  }
}

export async function create(kind: AnyKind, inputs: Props): Promise<{ id: string; outs: Props }> {
  const outs = await converge(kind, "create", inputs);
  return { id: kind.id(parsed(kind, inputs)), outs };
}

export async function update(kind: AnyKind, inputs: Props): Promise<{ outs: Props }> {
  return { outs: await converge(kind, "update", inputs) };
}

export async function refresh(
  kind: AnyKind,
  id: string,
  props: Props,
): Promise<{ id: string; props?: Props; inputs?: Props }> {
  const spec = remembered(kind, props);
  const seen = await measured(kind, spec, async (_id, measure) => {
    const facts = await readOnce(kind, spec);
    measure.end("read");
    return facts;
  });
  const live = kind.live(spec, seen) as Props | undefined;
  if (!live) return { id: "" };
  // Nothing else is kept of what was known: a property that is gone from the nodes must show as gone.
  const kept = Object.fromEntries(
    ["__provider", PROGRAMS].flatMap((k) => (props[k] === undefined ? [] : [[k, props[k]]])),
  );
  const inputs = { ...kept, ...live, ...drift(kind, spec, seen) } as Props;
  return { id, props: { ...inputs, ...kind.outputs?.(live, seen, props) }, inputs };
}

export function remove(kind: AnyKind, props: Props): Promise<void> {
  const spec = remembered(kind, props);
  return measured(kind, spec, async (id, measure) => {
    const seen = await read(kind, spec);
    await apply(`${kind.name} ${id}`, kind.remove(spec, seen), spec.connections, measure.done);
    measure.end("delete");
  });
}
