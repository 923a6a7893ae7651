import { readFileSync } from "node:fs";
import type { Connection } from "@qvd-ha/providers/dist/remote";
import { closeAll, run, sh } from "@qvd-ha/providers/dist/remote";
import { publicKeyOf } from "@qvd-ha/providers/dist/ssh/publicKey";

/** Usage: `login.ts admit|retire OUTPUTS NEW`: the nodes of a stack (its outputs as JSON) take the new log-in key, or give up the one in the outputs. */
async function main([verb, outputs, file]: string[]): Promise<void> {
  const { connections } = JSON.parse(readFileSync(outputs as string, "utf8")) as {
    connections: Record<string, Connection>;
  };
  const privateKey = readFileSync(file as string, "utf8");
  const line = `${publicKeyOf(privateKey)} qvd-ha login`;
  await Promise.all(
    Object.entries(connections).map(async ([node, old]) => {
      const now = { ...old, privateKey };
      const must = async (c: Connection, script: ReturnType<typeof sh>, what: string): Promise<void> => {
        const [answer] = await run(c, [{ script }]);
        if (answer?.code !== 0) throw new Error(`${node}: ${what}: ${answer?.stderr.trim()}`);
      };
      if (verb === "admit" && old.privateKey !== privateKey)
        await must(
          old,
          sh`umask 077; mkdir -p ~/.ssh; f=~/.ssh/authorized_keys; touch "$f"
grep -qxF ${line} "$f" || { [ ! -s "$f" ] || [ -z "$(tail -c 1 "$f")" ] || echo >>"$f"; echo ${line} >>"$f"; }`,
          "cannot admit the new key",
        );
      await must(now, sh`true`, "does not take the new key");
      if (verb !== "retire") return;
      const [, gone = ""] = publicKeyOf(old.privateKey).split(" ");
      if (publicKeyOf(privateKey).includes(gone)) return;
      // Written in place: mode, owner and a link stay.
      await must(
        now,
        sh`f=~/.ssh/authorized_keys; rest=$(grep -vF ${gone} "$f" || true); printf '%s\n' "$rest" >"$f"`,
        "cannot take the old key away",
      );
    }),
  );
}

main(process.argv.slice(2))
  .catch((e: Error) => {
    console.error(e.message);
    process.exitCode = 1;
  })
  .finally(closeAll);
