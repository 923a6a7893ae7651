import type { Command } from "../remote";
import { lines, raw, sh, TICK } from "../remote";
import { IDLE } from "./controller";

/** An answer without `<resources` is none: it must not pass for "nothing runs". */
const LOOP = raw(`
${TICK}
begin "$limit"
running='<resource id="([^"]+)".* active="true"'
while :; do
  left=" the cluster does not answer"
  seen=$(crm_mon --one-shot --inactive --output-as=xml) || seen=
  if [[ $seen == *"<resources"* ]]; then
    left=
    while read -r line; do
      if [[ $line == *'resource_agent="stonith:'* || ! $line =~ $running ]]; then continue; fi
      id=\${BASH_REMATCH[1]}
      if [ "\${#only[@]}" = 0 ] || [[ " \${only[*]} " == *" \${id%%:*} "* ]]; then left="$left $id"; fi
    done <<<"$seen"
  fi
  if [ -z "$left" ]; then exit 0; fi
  if late; then
    echo "still running after $limit s:$left" >&2
    exit 1
  fi
  sleep 2
done`);

/**
 * Waits until nothing but fence devices runs.
 * @param seconds then it ends with what still runs
 * @param only these primitives are waited for; none: all
 */
export const untilStopped = (seconds: number, only: readonly string[] = []): Command => ({
  timeoutSeconds: seconds + 60,
  script: lines(sh`limit=${seconds}`, sh`only=(${only})`, LOOP),
});

/**
 * Waits until the cluster has nothing left to do, so that the daemons can be stopped without a loose end. By the controller's own word:
 * `crm_resource --wait` also waits for the memory of removed clones to be tidied up, which nobody does.
 */
export const untilIdle: Command = {
  timeoutSeconds: 150,
  script: lines(
    IDLE,
    raw(`for ((i = 0; i < 120; i++)); do
  if idle; then exit 0; fi
  sleep 1
done
echo "the controller was busy for 120 s: $(timeout 5 crmadmin -S "$dc" 2>&1)" >&2
exit 1`),
  ),
};

/**
 * Waits until the cluster has acted on a change: without it, whoever looks at once sees what ran before, and takes that for the outcome.
 * A cluster that is still busy at the end of the time is no failure here: those who await its resources say what is wrong with which.
 */
export const untilSettled: Command = {
  timeoutSeconds: 420,
  script: lines(
    IDLE,
    raw(`quiet=0 alone=0
for ((i = 0; i < 300; i++)); do
  sleep 1
  if idle; then quiet=$((quiet + 1)); else quiet=0; fi
  # The first may be from before the controller has heard of it.
  if ((quiet >= 2)); then exit 0; fi
  if [ -n "$dc" ]; then alone=0; else alone=$((alone + 1)); fi
  # Nobody leads the cluster for longer than an election takes, so nobody acts on anything.
  if ((alone >= 60)); then exit 0; fi
done`),
  ),
};
