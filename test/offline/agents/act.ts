import { spawnSync } from "node:child_process";

/** Where the distribution's resource agents are: installed, or unpacked. */
export const OCF_ROOT = process.env.OCF_ROOT ?? "/usr/lib/ocf";

interface Act {
  readonly agent: string;
  readonly action: string;
  /** The resource's id. */
  readonly resource: string;
  readonly params: Readonly<Record<string, string>>;
  readonly seconds: number;
  /** Where it may keep its state. */
  readonly state: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Calls a resource agent as Pacemaker does; its exit status, and what it said. */
export function act({ agent, action, resource, params, seconds, state, environment }: Act) {
  const given = Object.entries(params).map(([k, v]) => [`OCF_RESKEY_${k}`, v]);
  const { status, stderr } = spawnSync(agent, [action], {
    encoding: "utf8",
    cwd: "/",
    env: {
      PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
      OCF_ROOT,
      OCF_RESOURCE_INSTANCE: resource,
      OCF_RESKEY_CRM_meta_timeout: String(seconds * 1000),
      HA_LOGFACILITY: "none",
      HA_RSCTMP: state,
      ...Object.fromEntries(given),
      ...environment,
    },
  });
  return { status, stderr };
}
