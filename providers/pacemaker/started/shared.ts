import { lines, raw, sh } from "../../remote";

/** Where the last reading of the cluster's status is kept for a moment; in memory, gone with a reboot. */
export const STATUS_FILE = "/run/qvd-ha-status";

/**
 * The cluster's status in `seen`, at most two seconds old, shared by all who wait on this node: many of them do at once, and one reading takes
 * most of a second on a slow machine. Whoever finds it too old renews it under a lock; the others wait for that one and use the same.
 * The first line of the file is the time of the reading.
 */
export const SHARED_STATUS = lines(
  sh`file=${STATUS_FILE}`,
  raw(`
cached() {
  at=0 seen=
  if [ -r "$file" ]; then { read -r at; IFS= read -r -d '' seen; } <"$file" || true; fi
  [[ $at =~ ^[0-9]+$ ]] && ((EPOCHSECONDS - at < 2 && EPOCHSECONDS >= at))
}
status() {
  if cached; then return 0; fi
  exec 9>>"$file.lock"
  flock 9
  if ! cached; then
    seen=$(crm_mon --one-shot --inactive --output-as=xml 2>/dev/null) || seen=
    printf '%s\\n%s' "$EPOCHSECONDS" "$seen" >"$file.new"
    mv "$file.new" "$file"
  fi
  exec 9>&-
}`),
);
