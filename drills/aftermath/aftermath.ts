import type { Connection } from "@qvd-ha/providers/dist/remote";
import { raw, run } from "@qvd-ha/providers/dist/remote";
import { OUT_OF_SYNC, VERIFY } from "../actions/drbd";
import { amcheckScript, checksumScript } from "./database";

/** One check of the data after a fault. */
export interface Finding {
  readonly what: string;
  readonly wanted: string;
  readonly came: string;
  /** Undefined: it does not apply to this cluster, and `came` says why. What applies and could not be checked is not met. */
  readonly met?: boolean;
}

interface Check {
  readonly what: string;
  readonly wanted: string;
  readonly script: string;
  readonly timeoutSeconds: number;
  /** What its output means. */
  readonly clean: (stdout: string) => boolean;
}

/** Exit status of a check that does not apply: the server has no such thing, or was deployed without it. */
export const APPLIES_NOT = 69;

const CHECKS = (database: string, port: number): readonly Check[] => [
  {
    what: "tables and indexes (pg_amcheck)",
    wanted: "sound",
    script: amcheckScript(database, port),
    timeoutSeconds: 600,
    clean: (out) => out === "sound",
  },
  {
    what: "data checksums",
    wanted: "0 failures",
    script: checksumScript(database, port),
    timeoutSeconds: 60,
    clean: (out) => out === "0 failures",
  },
  {
    what: "DRBD verify",
    wanted: "0 KiB differ",
    script: `${VERIFY}\noos=$(${OUT_OF_SYNC})\necho "\${oos:-?} KiB differ"`,
    timeoutSeconds: 900,
    clean: (out) => out === "0 KiB differ",
  },
];

/** A check that came to no answer has found nothing out: the drill fails by it as by one that found something. */
async function look(c: Connection, k: Check): Promise<Finding> {
  const { what, wanted } = k;
  const unknown = (why: string): Finding => ({
    what,
    wanted,
    came: `could not be checked: ${why} (--no-verify leaves out the checks of the data)`,
    met: false,
  });
  try {
    const [a] = await run(c, [{ script: raw(k.script), timeoutSeconds: k.timeoutSeconds }]);
    if (!a) return unknown("no answer");
    const came = a.stdout.trim();
    const said = a.stderr.trim().split("\n").at(-1) ?? "";
    if (a.code === APPLIES_NOT) return { what, wanted, came: `does not apply: ${said}` };
    if (a.code !== 0) return { what, wanted, came: came || said || `exit status ${a.code}`, met: false };
    return { what, wanted, came, met: k.clean(came) };
  } catch (e) {
    return unknown((e as Error).message);
  }
}

/** Checks what lies on the disks, one check after the other. On the node that serves, with the ledger at rest. */
export async function aftermath(
  c: Connection,
  database: string,
  port: number,
  progress: (text: string) => void,
): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const k of CHECKS(database, port)) {
    progress(`checking ${k.what}`);
    found.push(await look(c, k));
  }
  return found;
}
