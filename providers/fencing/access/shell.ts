import type { FenceAccessSpec } from "./spec";

type ShellSpec = Pick<FenceAccessSpec, "domains" | "libvirtUri" | "virshPath" | "startAfterSeconds">;

const HEAD = `#!/bin/sh
# Managed by qvd-ha: all that the fencing key may do on this machine. Changes are overwritten.
`;

/** How often, and every how many seconds, a start that fails is tried again. */
const STARTS = 60;
const START_EVERY = 5;

/** In a session of its own: it goes on when the connection, and whoever asked, are gone. Nobody waits for it, so it says in the log what becomes of it. */
const later = (after: number): string => `start_later() {
  setsid "$0" start-later "$1" </dev/null >/dev/null 2>&1 &
}

if [ "\${1-}" = start-later ]; then
  sleep ${after}
  for _ in $(seq ${STARTS}); do
    if act start "$2" >/dev/null; then exit 0; fi
    case $(state "$2") in running) exit 0 ;; esac
    sleep ${START_EVERY}
  done
  note err "$2 is off, and could not be started: start it by hand"
  exit 1
fi

`;

/**
 * Speaks what fence_virsh types into a shell, and single commands (`ssh host status qvddb1`), without ever being one: a line is cut into words, compared, and only
 * names from the list above reach virsh. Whatever is refused or fails says "error:", since fence_virsh takes any text that it does not know for a node that is off.
 * For the same reason every state but "shut off" is told as "running": a domain that is shutting down or has crashed may still write.
 */
const body = (after: number | undefined): string => `
export LC_ALL=C
PATH=/usr/sbin:/usr/bin:/sbin:/bin
set -f
trap '' INT QUIT TSTP
known_domain= known_state=

note() { logger -t qvd-ha-fence -p "auth.$1" -- "$2" </dev/null >/dev/null 2>&1 & }

refuse() {
  note warning "refused: $(printf %.120s "$1" | tr -c '[:print:]' '?')"
  echo "error: refused: this key may ask status, off, on and reboot of:$domains"
  return 2
}

allowed() {
  for domain in $domains; do [ "$domain" = "$1" ] && return 0; done
  return 1
}

failed() {
  note err "$1: $2"
  case $2 in *error:*) printf '%s\\n' "$2" ;; *) echo "error: $1: $2" ;; esac
  return 1
}

state() {
  if [ "$known_domain" = "$1" ]; then
    said=$known_state
  else
    said=$("$virsh" -q -c "$uri" domstate "$1" 2>&1) || { failed "state of $1" "$said"; return 1; }
  fi
  known_domain=
  case $said in
  'shut off') echo "$said" ;;
  '') failed "state of $1" "virsh said nothing" ;;
  *) echo running ;;
  esac
}

# The state comes from the same process that acted: asking again costs another start of virsh while the service is down.
act() {
  known_domain=
  said=$("$virsh" -q -c "$uri" "$1 $2; domstate $2" 2>&1) || { failed "$1 $2" "$said"; return 1; }
  known_state=$(printf '%s\\n' "$said" | sed -n '/./h; \${x;p;}')
  known_domain=$2
  note notice "$1 $2: $known_state"
  case $1:$known_state in destroy:'shut off' | start:running | start:idle | start:paused) ;; *) failed "$1 $2" "$said" ;; esac
}

${after === undefined ? "" : later(after)}listing() {
  said=$("$virsh" -q -c "$uri" list --all 2>&1) || { failed list "$said"; exit 1; }
  echo ' Id   Name   State'
  printf '%s\\n' "$said" | while read -r id name is; do
    allowed "$name" || continue
    case $is in 'shut off') ;; *) is=running ;; esac
    echo " $id   $name   $is"
  done
}

one() {
  case $1 in *[!A-Za-z0-9\\ ._-]*) refuse "$1"; return ;; esac
  line=$1
  set -- $1
  [ "\${1-}" = virsh ] && shift
  case $#:\${1-} in
  0:) return 0 ;;
  1:list | 2:list)
    case \${2---all} in --all) listing ;; *) refuse "$line" ;; esac
    return
    ;;
  2:*) ;;
  *) refuse "$line"; return ;;
  esac
  allowed "$2" || { refuse "$line"; return; }
  case $1 in
  domstate | status) state "$2" ;;
  destroy | off) act destroy "$2" ;;
  start | on) act start "$2" ;;
  reboot) act destroy "$2" && ${after === undefined ? 'act start "$2"' : 'start_later "$2"'} ;;
  *) refuse "$line" ;;
  esac
}

case \${SSH_ORIGINAL_COMMAND-} in
'' | '/bin/bash -c "PS1='*EXPECT*) ;;
*)
  one "$SSH_ORIGINAL_COMMAND"
  exit
  ;;
esac

cr=$(printf '\\r')
printf '[EXPECT]# '
while IFS= read -r line; do
  line=\${line%"$cr"}
  case $line in quit | exit) exit 0 ;; esac
  one "$line"
  printf '\\n[EXPECT]# '
done
`;

const values = (spec: ShellSpec): string =>
  [`virsh='${spec.virshPath}'`, `uri='${spec.libvirtUri}'`, `domains=' ${spec.domains.join(" ")}'`].join("\n");

/** The forced command. All of its values passed the schema, which allows nothing that would end the quotes. */
export const renderShell = (spec: ShellSpec): string => `${HEAD}${values(spec)}\n${body(spec.startAfterSeconds)}`;

/** Undefined for anything but an unchanged one of ours, whatever its values: a changed guard guards nothing. */
export function parseShell(text: string): ShellSpec | undefined {
  const [virsh, uri, domains] = text.slice(HEAD.length).split("\n", 3);
  const value = (line: string | undefined, name: string): string | undefined =>
    line?.startsWith(`${name}='`) && line.endsWith("'") ? line.slice(name.length + 2, -1) : undefined;
  const found = { virshPath: value(virsh, "virsh"), libvirtUri: value(uri, "uri"), domains: value(domains, "domains") };
  if (found.virshPath === undefined || found.libvirtUri === undefined || found.domains === undefined) return undefined;
  const after = /^start_later\(\) \{$[^]*?^ {2}sleep (\d+)$/m.exec(text)?.[1];
  const spec = {
    virshPath: found.virshPath,
    libvirtUri: found.libvirtUri,
    domains: found.domains.split(" ").filter(Boolean),
    ...(after === undefined ? {} : { startAfterSeconds: Number(after) }),
  };
  return renderShell(spec) === text ? spec : undefined;
}
