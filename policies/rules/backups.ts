import type { StackPolicy } from "../policy";
import { DATA_DIRECTORY } from "../resource";

/** Advisory until this program makes backups itself: a pair of nodes keeps the database available, and keeps a deleted row deleted on both. */
export const backups: StackPolicy = {
  name: "backups",
  description: "Somebody makes backups of the database, and the stack says who and where to.",
  level: "advisory",
  configSchema: {
    properties: {
      madeBy: {
        type: "string",
        default: "",
        description: "Who makes the backups, where they lie, and how often, in a sentence.",
      },
    },
  },
  judgeStack: (resources, { madeBy }) =>
    typeof madeBy === "string" && madeBy.trim() !== ""
      ? []
      : resources
          .filter((r) => r.type === DATA_DIRECTORY)
          .map(({ urn }) => ({
            message:
              "nobody is said to make backups, and this program makes none: set backups.madeBy in policies/stacks",
            urn,
          })),
};
