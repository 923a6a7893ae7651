import { ROTATIONS } from "./secrets";

/** What is known of the stack. */
export interface Known {
  readonly stack: string;
  /** URNs of its state. */
  readonly resources: readonly string[];
  /** Keys of its configuration, without the project. */
  readonly given: readonly string[];
  /** Whether a file with the new value was named. */
  readonly file: boolean;
  /** Whether only the effect is asked for. */
  readonly preview: boolean;
}

/** What is to be done, and what a person has to know: `make` replaces the resource, `set` puts the new value into the configuration. */
export type Decision = { readonly says: readonly string[] } & (
  | { readonly does: "make"; readonly urn: string }
  | { readonly does: "set"; readonly keys: readonly string[] }
  | { readonly does: "login" }
  | { readonly does: "tell" }
  | { readonly does: "refuse" }
);

export function decide(name: string, k: Known): Decision {
  const of = (text: string): string =>
    text.replaceAll("STACK=STACK", `STACK=${k.stack}`).replaceAll("--stack STACK", `--stack ${k.stack}`);
  const names = ROTATIONS.map((r) => r.name).join("|");
  const r = ROTATIONS.find((o) => o.name === name);
  if (!r) return { does: "refuse", says: [`usage: make rotate SECRET=${names}`] };
  const steps = (lines: readonly string[] = []): string[] => lines.map((l) => `  ${of(l)}`);
  const urn = r.made === undefined ? undefined : k.resources.find((u) => u.endsWith(`::${r.made}`));
  const given = r.keys?.every((key) => k.given.includes(key)) ?? false;
  const meanwhile = `meanwhile: ${r.meanwhile}`;
  const after = r.after ? ["afterwards:", ...steps(r.after)] : [];
  if (r.refused !== undefined)
    return { does: k.preview ? "tell" : "refuse", says: [`${name}: ${r.refused}:`, ...steps(r.before), meanwhile] };
  if (name === "login") return { does: "login", says: [LOGIN, meanwhile] };
  if (given) {
    const keys = r.keys ?? [];
    const lines = keys.length > 1 ? `, a line for each of ${keys.join(", ")}` : "";
    const set = `make rotate STACK=${k.stack} SECRET=${name} FILE=new`;
    const how = `${name}: the configuration gives it (${keys.join(", ")}). With a file that has the new value${lines}:`;
    if (k.file) return { does: "set", keys, says: [meanwhile, ...after] };
    return { does: k.preview ? "tell" : "refuse", says: [how, ...steps(r.before), `  ${set}`, ...after, meanwhile] };
  }
  if (urn === undefined)
    return {
      does: "refuse",
      says: [`${name}: stack ${k.stack} has no such secret: nothing in it needs one, or nothing is deployed yet`],
    };
  if (k.file)
    return {
      does: "refuse",
      says: [
        `${name}: stack ${k.stack} makes it by itself: leave FILE out${r.keys ? `, or give it for good: pulumi config set --stack ${k.stack} --secret ${r.keys.join(" ")} <file, then make up` : ""}`,
      ],
    };
  return { does: "make", urn, says: [meanwhile, ...after] };
}

const LOGIN =
  "login: the nodes take a new key beside the old one, the stack's configuration gets it (sshPrivateKey), and the old one goes when the nodes let the new one in";
