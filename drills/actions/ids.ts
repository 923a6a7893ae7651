import type { Layout } from "@qvd-ha/providers/dist/pacemaker/layouts";
import { LAYOUTS } from "@qvd-ha/providers/dist/pacemaker/layouts";

// Faults are written down before anybody knows the cluster: which layout it has, it tells itself.

type Part = "address" | "postgres" | "group";
const ALL = Object.values<Layout>(LAYOUTS);

/** Shell words that become the id which the cluster has for that part: of the layout whose server it knows, else of the standard one. */
export const idOnNode = (part: Part): string =>
  `$(case " $(crm_resource --list-raw | tr '\\n' ' ')" in ${ALL.slice(1)
    .map((l) => `*" ${l.postgres} "*) echo ${l[part]} ;;`)
    .join(" ")} *) echo ${LAYOUTS.standard[part]} ;; esac)`;

/** What is said of that part in messages, whichever layout the cluster has. */
export const saidOf = (part: Part, what: string): RegExp =>
  new RegExp(`(?<!\\S)(?:${ALL.map((l) => l[part]).join("|")})${what}`);
