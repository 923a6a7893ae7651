# shellcheck shell=bash
# Shared by the verbs of the Makefile; sourced, never run.
set -euo pipefail
shopt -s inherit_errexit

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
cd "$root"
started=$SECONDS

# A line with the time since the verb began: what takes long says what it is about.
say() { printf '[%4d s] %s\n' $((SECONDS - started)) "$*" >&2; }
die() { say "$*"; exit 1; }

stack=${STACK:-dev}

# What every stack must keep to, and what this one says of it.
policies=(--policy-pack policies)
[ ! -f "policies/stacks/$stack.json" ] || policies+=(--policy-pack-config "policies/stacks/$stack.json")

# Names the file with the machines that were made anew and that nothing has been put on yet, one a line.
replaced() { echo "$root/.state/replaced-$QVD_HA_INSTANCE-$stack"; }

# Whether the stack runs in the embedded lab; others reach their machines over the network that there is.
in_lab() { grep -qE "^ *qvd-ha:lab: *\"?true" "Pulumi.$stack.yaml"; }

# A command where the machines can be reached.
reach() {
  if in_lab; then lab/lab exec -- "$@"; else "$@"; fi
}

lab_is_up() { lab/lab exec -- true 2>/dev/null; }

uri=
lab_virsh() {
  [ -n "$uri" ] || uri=$(lab/lab describe | node -e 'process.stdout.write(JSON.parse(require("fs").readFileSync(0)).libvirtUri)')
  lab/lab exec -- virsh -q -c "$uri" "$@"
}

# Kind and name of every domain and network that the state knows.
known_to_state() {
  pulumi stack export --stack "$stack" | node -e '
    const d = JSON.parse(require("fs").readFileSync(0)).deployment ?? {};
    for (const r of d.resources ?? []) if (/^libvirt:index\/(domain|network):/.test(r.type)) console.log(r.type.split(":").pop().toLowerCase() + " " + r.outputs?.name);'
}

# Everything of the machine with that domain that the state knows, by URN; a second argument takes one part, as in "-data".
parts_of() {
  pulumi stack export --stack "$stack" | node -e '
    const all = JSON.parse(require("fs").readFileSync(0)).deployment?.resources ?? [];
    const own = all.find((r) => r.type === "libvirt:index/domain:Domain" && r.outputs?.name === process.argv[1]);
    for (const r of all) if (own && r.parent === own.parent && r.type.startsWith("libvirt:") && r.urn.endsWith(process.argv[2])) console.log(r.urn);' "$1" "${2-}"
}

# The state takes down what has become of some of its resources, by URN. Nothing is changed but the state.
note_in_state() {
  local urn targets=()
  for urn in "$@"; do targets+=(--target "$urn"); done
  [ ${#targets[@]} -gt 0 ] || return 0
  reach pulumi refresh --stack "$stack" --yes --skip-preview --non-interactive "${targets[@]}" >&2
}

# Whether the machines that the state knows went with the lab, and all else that it tells of with them. Not knowing it ends the run: the answer decides
# whether a state is thrown away.
machines_gone() {
  in_lab || return 1
  lab_is_up || return 0
  local known there name
  known=$(known_to_state | sed -n 's/^domain //p') || die "the state of stack $stack cannot be read"
  [ -n "$known" ] || return 1
  there=$(lab_virsh list --all --name) || die "the lab's libvirt does not say which machines it has"
  for name in $known; do
    if grep -qx "$name" <<<"$there"; then return 1; fi
  done
}

# The stack without destroying anything; its configuration stays.
forget_stack() { pulumi stack rm "$stack" --force --yes --preserve-config --non-interactive >/dev/null; }

# TypeScript of ours, without the seconds that a type check takes.
script() { reach node -r ts-node/register/transpile-only "$@"; }

# The program's own part of a verb. What a verb does besides stands in its script.
program() { STACK=$stack script tools/cli/main.ts --outputs "$(outputs)" "$@"; }

# A job looks at a stack that is there already: made anew in a backend that was named wrongly, or not at all, every stack looks harmless.
in_job() { [ -n "${CI:-}" ] && ! in_lab; }

set_up() {
  if in_job && [ -z "${PULUMI_BACKEND_URL:-}" ]; then die "PULUMI_BACKEND_URL is not set: the job must say where the stack's state is"; fi
  if in_lab; then
    # Compiling and making the guest image have nothing to do with each other.
    lab/lab image &
    local image=$!
    tools/toolchain/bootstrap || { kill "$image" 2>/dev/null || true; die "the toolchain could not be set up"; }
    wait "$image" || die "the guest image could not be made"
    # shellcheck source=/dev/null
    . ./env.sh
    lab/lab up
  else
    tools/toolchain/bootstrap
    # shellcheck source=/dev/null
    . ./env.sh
  fi
  local create=(--create)
  if in_job; then create=(); fi
  pulumi stack select "$stack" "${create[@]}" --non-interactive >/dev/null
}

# The stack's outputs, secrets included, in a file that only root can read; its name is printed.
outputs() {
  # Moved there when it is whole: two verbs may be called at once.
  (umask 077 && pulumi stack output --json --show-secrets --stack "$stack" >".state/outputs.json.$$" && mv ".state/outputs.json.$$" .state/outputs.json)
  echo "$root/.state/outputs.json"
}
