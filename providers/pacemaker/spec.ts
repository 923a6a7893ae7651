import { z } from "zod";
import { connectionsSchema } from "../remote";
import { canonicalDuration, milliseconds } from "./duration";
import { canonicalOptions, canonicalRole, canonicalScore } from "./names";

const NCNAME = /^[A-Za-z_][A-Za-z0-9_.-]*$/;

const id = z
  .string()
  .regex(NCNAME, "must be an XML name: letters, digits, '_', '-', '.', beginning with a letter or '_'");
/** CIB values are text; numbers and booleans are taken, too, because a program has them as such. */
const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const duration = z
  .union([z.string(), z.number()])
  .transform(String)
  .refine((v) => milliseconds(v) !== undefined, "must be a duration: 20 (seconds), 20s, 10min, 500ms")
  .transform(canonicalDuration);
const params = z.record(z.string().min(1), text).default({});
/** Cluster options, meta attributes: names and values are brought to one form, so that `10min` equals `600s`. */
const options = z.record(z.string().min(1), text).default({}).transform(canonicalOptions);
const score = text
  .transform(canonicalScore)
  .refine((v) => /^(-?\d+|-?INFINITY)$/.test(v), "must be a whole number, INFINITY or -INFINITY");
const role = z
  .string()
  .transform(canonicalRole)
  .pipe(z.enum(["Started", "Stopped", "Promoted", "Unpromoted"]));
const action = z.enum(["start", "stop", "promote", "demote"]);

/** What an element carries in the cluster that a spec has no words for, as XML; only ever read, so that it shows as a difference. */
const handMade = z.array(z.string()).optional();

export const operationSchema = z.strictObject({
  name: z.string().min(1),
  /** Default: 0, once. */
  interval: duration.default("0s"),
  timeout: duration.optional(),
  /** Default: none, which means Started, or Unpromoted for a promotable clone. */
  role: role.optional(),
  onFail: z.enum(["ignore", "block", "demote", "stop", "restart", "standby", "fence", "restart-container"]).optional(),
  startDelay: duration.optional(),
  enabled: z.boolean().optional(),
  /** Only for this operation, as in `OCF_CHECK_LEVEL`. */
  params,
});

export const primitiveSchema = z.strictObject({
  kind: z.literal("primitive"),
  /** As in `ocf:heartbeat:IPaddr2` or `stonith:fence_virsh`. */
  agent: z
    .string()
    .regex(
      /^(ocf:[^:]+:[^:]+|(stonith|systemd|lsb|service):.+)$/,
      "must be class:[provider:]type, as in ocf:heartbeat:IPaddr2",
    ),
  /** No secrets: every client of the cluster can read them. */
  params,
  /** Their order means nothing. */
  operations: z
    .array(operationSchema)
    .default([])
    .transform((ops) => [...ops].sort(byNameAndInterval)),
  meta: options,
  handMade,
});

export const groupSchema = z.strictObject({
  kind: z.literal("group"),
  /** Ids of primitives: started in this order, stopped in reverse. */
  members: z.array(id).min(1),
  meta: options,
  handMade,
});

export const cloneSchema = z.strictObject({
  kind: z.literal("clone"),
  /** Id of a primitive or group. */
  child: id,
  /** `promotable`, `promoted-max`, `clone-max`, `notify`, `interleave`… */
  meta: options,
  handMade,
});

export const expressionSchema = z.strictObject({
  attribute: z.string().min(1),
  operation: z.enum(["lt", "gt", "lte", "gte", "eq", "ne", "defined", "not_defined"]),
  value: text.optional(),
  type: z.enum(["string", "integer", "number", "version"]).optional(),
});

export const ruleSchema = z.strictObject({
  role: role.optional(),
  score,
  /** How the expressions are joined. Default: and. */
  booleanOp: z.enum(["and", "or"]).default("and"),
  expressions: z.array(expressionSchema).min(1),
});

export const locationSchema = z.strictObject({
  kind: z.literal("location"),
  resource: id,
  role: role.optional(),
  /** With `score`: how much the resource wants this node. Or else `rules`. */
  node: z.string().min(1).optional(),
  score: score.optional(),
  rules: z.array(ruleSchema).min(1).optional(),
  handMade,
});

export const colocationSchema = z.strictObject({
  kind: z.literal("colocation"),
  /** Default: INFINITY. */
  score: score.default("INFINITY"),
  resource: id,
  role: role.optional(),
  withResource: id,
  withRole: role.optional(),
  handMade,
});

const orderShape = z.strictObject({
  kind: z.literal("order"),
  /** What the CIB calls `kind`. Default: Mandatory. */
  strength: z.enum(["Mandatory", "Optional", "Serialize"]).default("Mandatory"),
  first: id,
  /** Default: start. */
  firstAction: action.default("start"),
  then: id,
  /** Default: that of `first`. */
  thenAction: action.optional(),
  /** Default: true, stopping happens in reverse order. */
  symmetrical: z.boolean().default(true),
  handMade,
});

export const orderSchema = orderShape.transform((o) => ({ ...o, thenAction: o.thenAction ?? o.firstAction }));

export const alertSchema = z.strictObject({
  kind: z.literal("alert"),
  /** Of a script that lies on every node. */
  path: z.string().regex(/^\//, "must be an absolute path"),
  recipients: z.array(z.string().min(1)).default([]),
  params,
  meta: options,
  handMade,
});

/** Fence devices that are tried together for a node: the next level's only where these have failed (`fencing-level`). */
export const levelSchema = z.strictObject({
  kind: z.literal("level"),
  /** The node to be fenced. */
  target: z.string().min(1),
  /** Place in the order, 1 first. */
  index: z.number().int().min(1).max(9),
  /** Ids of fence devices, all of which must succeed, in this order. */
  devices: z.array(id).min(1),
  handMade,
});

export const elementSchema = z.discriminatedUnion("kind", [
  primitiveSchema,
  groupSchema,
  cloneSchema,
  locationSchema,
  colocationSchema,
  orderSchema,
  alertSchema,
  levelSchema,
]);

/**
 * The cluster's configuration, one document: everything in it is ours but for what the running cluster or its operator owns (see `owners.ts`).
 * Elements that are not named here are removed from the cluster.
 */
export const pacemakerSchema = z.strictObject({
  connections: connectionsSchema,
  /** Cluster options (`crm_config`). */
  properties: options,
  resourceDefaults: options,
  operationDefaults: options,
  /** By CIB id. */
  elements: z.record(id, elementSchema),
  /** How long resources may take to stop when the cluster is taken down, in seconds. Default: 900. */
  stopSeconds: z.number().int().min(30).default(900),
});

function byNameAndInterval(a: { name: string; interval: string }, b: { name: string; interval: string }): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return (milliseconds(a.interval) ?? 0) - (milliseconds(b.interval) ?? 0);
}

export type Operation = z.infer<typeof operationSchema>;
export type Primitive = z.infer<typeof primitiveSchema>;
export type Group = z.infer<typeof groupSchema>;
export type Clone = z.infer<typeof cloneSchema>;
export type Rule = z.infer<typeof ruleSchema>;
export type Location = z.infer<typeof locationSchema>;
export type Colocation = z.infer<typeof colocationSchema>;
export type Order = z.infer<typeof orderSchema>;
export type Level = z.infer<typeof levelSchema>;
export type Alert = z.infer<typeof alertSchema>;
export type Element = z.infer<typeof elementSchema>;
/** As a person writes it, before defaults and normalisation. */
export type ElementInput = z.input<typeof elementSchema>;
export type PacemakerSpec = z.infer<typeof pacemakerSchema>;
/** The part that the CIB holds. */
export type Configuration = Pick<PacemakerSpec, "properties" | "resourceDefaults" | "operationDefaults" | "elements">;
