import type { StackPolicy } from "../policy";
import { BACKUP, DATA_DIRECTORY } from "../resource";

/** Advisory: whether somebody else's backups are any good, the program cannot see. A pair of nodes keeps the database available, and keeps a deleted row deleted on both. */
export const backups: StackPolicy = {
  name: "backups",
  description: "Backups of the database are made: by this program, or the stack says by whom and where to.",
  level: "advisory",
  configSchema: {
    properties: {
      madeBy: {
        type: "string",
        default: "",
        description: "Who else makes the backups, where they lie, and how often, in a sentence.",
      },
    },
  },
  judgeStack: (resources, { madeBy }) =>
    (typeof madeBy === "string" && madeBy.trim() !== "") || resources.some((r) => r.type === BACKUP)
      ? []
      : resources
          .filter((r) => r.type === DATA_DIRECTORY)
          .map(({ urn }) => ({
            message:
              "nobody is said to make backups: set maintenance.backup.enabled in the stack's configuration, or backups.madeBy in policies/stacks",
            urn,
          })),
};
