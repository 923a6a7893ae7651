import { Secret } from "@pulumi/policy";
import { UNKNOWN } from "@qvd-ha/providers/dist/unknown";
import type { MarksPolicy } from "../policy";
import { CONFIGURATION } from "../resource";

/** Properties whose value is a secret, wherever they stand. Names alone decide, so a public key or a password's rules are not among them. */
const SECRET =
  /^(.*password|passwd|passphrase|privateKey|hostKeyPrivate|sharedSecret|authkey|webhook(Url|Token)|s3(Access|Secret)Key|userData|stdin)$/i;

/** The agent of PostgreSQL demands one and never uses it: its role logs in by peer. */
const PLACEHOLDER = "monitor_password";

const isSecret = (key: string): boolean => SECRET.test(key) && key !== PLACEHOLDER;

const path = (above: string, key: string | number): string =>
  typeof key === "number" ? `${above}[${key}]` : above === "" ? key : `${above}.${key}`;

function* leaves(value: unknown, at: string, key: string): Generator<{ at: string; key: string; value: unknown }> {
  if (value === null || typeof value !== "object" || value instanceof Secret) yield { at, key, value };
  else if (Array.isArray(value)) for (const [i, v] of value.entries()) yield* leaves(v, path(at, i), key);
  else for (const [k, v] of Object.entries(value)) yield* leaves(v, path(at, k), k);
}

/** What is a secret and not marked as one. What a preview does not know has no mark yet, and is not judged. */
const unmarked = (props: unknown): string[] =>
  [...leaves(props, "", "")]
    .filter(({ key, value }) => isSecret(key) && typeof value === "string" && value !== "" && value !== UNKNOWN)
    .map(
      ({ at }) => `${at} is a secret and not marked as one: the state would have it in clear. Wrap it in pulumi.secret`,
    );

/** Secrets in the CIB, which every user of the cluster reads, marked or not. */
const inCluster = (elements: unknown): string[] =>
  [...leaves(elements, "elements", "")]
    .filter(({ key, value }) => value instanceof Secret || isSecret(key))
    .map(({ at }) => `${at} is a secret: every user of the cluster can read the CIB. Have the agent read a file`);

export const secretsSecret: MarksPolicy = {
  name: "secrets-secret",
  description: "Passwords and keys are marked as secrets wherever they are inputs, and none is in the CIB.",
  judgeMarks: (type, props) =>
    type === CONFIGURATION
      ? [...unmarked({ ...props, elements: undefined }), ...inCluster(props.elements)]
      : unmarked(props),
};
