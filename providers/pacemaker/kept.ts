import { PEER } from "../postgres/agent";

/** Stands for a secret that somebody else has put into the CIB: it stays there, and is neither read nor written. */
export const KEPT = "(kept)";

const SECRET = /(^|[_-])(pass|passwd|password|pwd|secret|token)$/i;

/** The pgsql agent refuses a monitor_user without a password; by peer mapping none is ever asked for, and the word that fills the place is no secret. */
const placeholder = (agent: string, name: string, value: string | undefined): boolean =>
  agent === "ocf:heartbeat:pgsql" && name === "monitor_password" && value === PEER;

type Params = Readonly<Record<string, string>>;

/** Names of parameters that hold a secret. */
export const secretNames = (agent: string, params: Params): string[] =>
  Object.keys(params).filter((n) => SECRET.test(n) && !placeholder(agent, n, params[n]) && params[n] !== KEPT);

/** The parameters as anybody may see them. */
export const concealed = (agent: string, params: Params): Record<string, string> =>
  secretNames(agent, params).reduce<Record<string, string>>((all, n) => ({ ...all, [n]: KEPT }), { ...params });

/** The parameters with the secrets that are there. @throws Error where one is to be kept that is not there */
export function restored(id: string, params: Params, there: Params): Params {
  const entries = Object.entries(params).map(([name, value]) => {
    if (value !== KEPT) return [name, value] as const;
    const found = there[name];
    if (found === undefined)
      throw new Error(`${id}: ${name} is to be kept, but the cluster's configuration has none. Fix: leave it out.`);
    return [name, found] as const;
  });
  return Object.fromEntries(entries);
}
