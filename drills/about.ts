import type { Deployment } from "../tools/status/deployment";
import { clusterOf } from "./consent";
import type { DrillOptions } from "./options";

/** What a result is about. Of another cluster, with other timers or fewer checks it says nothing of this one. */
export interface About {
  /** Name and address, as a person consents with. */
  readonly cluster: string;
  /** Whose values the stack was deployed with; undefined where its outputs do not tell. */
  readonly profile?: string;
  /** Whether the whole data was read afterwards. */
  readonly verify: boolean;
}

/** @throws NotReady when no node tells the cluster's name */
export const aboutOf = async (d: Deployment, o: Pick<DrillOptions, "verify">): Promise<About> => ({
  cluster: await clusterOf(d),
  ...(d.profile === undefined ? {} : { profile: d.profile }),
  verify: o.verify,
});

const profileIn = (a: About): string => (a.profile === undefined ? "an unknown profile" : `profile ${a.profile}`);

/** Why a result says nothing of what is drilled here; undefined where it counts. One with more checks than wanted does. */
export function difference(here: About, there: About | undefined): string | undefined {
  if (!there) return "does not say of which cluster it is";
  if (there.cluster !== here.cluster) return `is of ${there.cluster}, and this is ${here.cluster}`;
  if (there.profile !== here.profile) return `is of ${profileIn(there)}, and this is ${profileIn(here)}`;
  if (here.verify && !there.verify) return "was made without the checks of the data (--no-verify)";
  return undefined;
}
