import { parseCib, readConfiguration } from "@qvd-ha/providers/dist/pacemaker/cib";
import { bothOf, predict, SEPARATOR, serving } from "@qvd-ha/providers/dist/pacemaker/effects";
import type { Configuration } from "@qvd-ha/providers/dist/pacemaker/spec";
import type { ClusterStatus } from "@qvd-ha/providers/dist/pacemaker/status";
import type { Answer, Command, Sh } from "@qvd-ha/providers/dist/remote";
import { lines, sh } from "@qvd-ha/providers/dist/remote";
import type { Prediction } from "@qvd-ha/providers/dist/step";

/**
 * One change of the cluster's configuration by Pacemaker's own tools. The same commands are played on a copy, to foretell what comes of them, and then done: so what is told is
 * what is done.
 */
export interface Change {
  /** In words that follow on a node's name or stand alone. */
  readonly says: string;
  /** Nothing but tools that act on the configuration, so that they obey CIB_file. */
  readonly script: Sh;
  /** Its standard input. Default: nothing. */
  readonly stdin?: Command["stdin"];
}

export interface Foretold extends Prediction {
  /** The configuration in force. */
  readonly configuration: Configuration;
}

/** Asks Pacemaker's scheduler on a node what comes of a change, beyond what it is about to do anyway. */
export const foretelling = (c: Change): Command => ({
  timeoutSeconds: 180,
  ...(c.stdin === undefined ? {} : { stdin: c.stdin }),
  script: lines(
    sh`d=$(mktemp -d /run/qvd-ha-sim.XXXXXXXX)
trap 'rm -rf "$d"' EXIT
cibadmin --query >"$d/old.xml"
cp "$d/old.xml" "$d/new.xml"
export CIB_file="$d/new.xml"
{`,
    c.script,
    sh`} >/dev/null
unset CIB_file
crm_simulate --simulate --xml-file "$d/old.xml" --output-as=xml
echo ${SEPARATOR}
crm_simulate --simulate --xml-file "$d/new.xml" --output-as=xml
echo ${SEPARATOR}
cat "$d/old.xml"`,
  ),
});

/** Reads what `foretelling` gave. @throws Error where it could not be simulated: then nobody knows, and nothing may be done */
export function foretold(c: Change, a: Answer, status: ClusterStatus | undefined): Foretold {
  const cib = a.stdout.split(`${SEPARATOR}\n`)[2];
  if (a.code !== 0 || cib === undefined)
    throw new Error(`it cannot be foreseen what "${c.says}" does: ${(a.stderr || a.stdout).trim().slice(-600)}`);
  const configuration = readConfiguration(parseCib(cib));
  const [before, after] = bothOf(a.stdout, a.stderr, a.code);
  return { ...predict(before, after, configuration, configuration, serving(status)), configuration };
}
