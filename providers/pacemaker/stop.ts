import type { Command } from "../remote";
import { lines, raw, sh } from "../remote";

/** An answer without `<resources` is none: it must not pass for "nothing runs". */
const LOOP = raw(`
deadline=$((SECONDS + limit))
running='<resource id="([^"]+)".* active="true"'
while :; do
  left=" the cluster does not answer"
  seen=$(crm_mon --one-shot --inactive --output-as=xml) || seen=
  if [[ $seen == *"<resources"* ]]; then
    left=
    while read -r line; do
      if [[ $line != *'resource_agent="stonith:'* && $line =~ $running ]]; then left="$left \${BASH_REMATCH[1]}"; fi
    done <<<"$seen"
  fi
  if [ -z "$left" ]; then exit 0; fi
  if ((SECONDS >= deadline)); then
    echo "still running after $limit s:$left" >&2
    exit 1
  fi
  sleep 2
done`);

/** Waits until nothing but fence devices runs. @param seconds then it ends with what still runs */
export const untilStopped = (seconds: number): Command => ({
  timeoutSeconds: seconds + 60,
  script: lines(sh`limit=${seconds}`, LOOP),
});

/**
 * Waits until the cluster has nothing left to do, so that the daemons can be stopped without a loose end. By the controller's own word:
 * `crm_resource --wait` also waits for the memory of removed clones to be tidied up, which nobody does.
 */
export const untilIdle: Command = {
  timeoutSeconds: 150,
  script: raw(`for ((i = 0; i < 120; i++)); do
  dc=$(crmadmin -D 2>/dev/null) || dc=
  if [ -n "$dc" ] && [[ $(crmadmin -S "\${dc##*: }" 2>/dev/null) == *S_IDLE* ]]; then exit 0; fi
  sleep 1
done
echo "the controller was busy for 120 s: $(crmadmin -S "\${dc##*: }" 2>&1)" >&2
exit 1`),
};
