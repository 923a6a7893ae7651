import type { Kind } from "../../kind";
import { plan, remove } from "./plan";
import { facts, live } from "./read";
import { renderShell } from "./render";
import { rules, schema } from "./spec";
import type { FenceAccessSpec } from "./spec";

export type { FenceAccessSpec } from "./spec";

export const fenceAccess: Kind<FenceAccessSpec, ReturnType<typeof facts>> = {
  name: "fence access",
  schema: schema as Kind<FenceAccessSpec, ReturnType<typeof facts>>["schema"],
  rules,
  id: (spec) => `${Object.keys(spec.connections).join("+")}:${spec.commandPath}`,
  programs: () => [renderShell({ virshPath: "", libvirtUri: "", domains: [], startAfterSeconds: 1 })],
  facts,
  live,
  plan,
  remove,
};
