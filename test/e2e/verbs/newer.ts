import { offerNewer } from "../support/packages";
import { onNodes, outputs } from "../support/stack";

// Before make verbs-table: so that there is something to be updated, by each of the two verbs that update.
async function main(): Promise<void> {
  const { connections } = await outputs();
  const [answer] = Object.values(
    await onNodes(connections, "dpkg-query -W -f '${db:Status-Status} ${Package}\\n' 'postgresql-[0-9]*'"),
  );
  const server = /^installed (postgresql-\d+)$/m.exec(answer?.stdout ?? "")?.[1];
  if (server === undefined) throw new Error("the guests have no package of a PostgreSQL server");
  await offerNewer(connections, ["sensible-utils", server]);
}

main().catch((e: Error) => {
  console.error(e.message);
  process.exitCode = 2;
});
