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

# Whether the stack runs in the embedded lab; others reach their machines over the network that there is.
in_lab() { grep -qE "^ *qvd-ha:lab: *\"?true" "Pulumi.$stack.yaml"; }

# A command where the machines can be reached.
reach() {
  if in_lab; then lab/lab exec -- "$@"; else "$@"; fi
}

# TypeScript of ours, without the seconds that a type check takes.
script() { reach node -r ts-node/register/transpile-only "$@"; }

set_up() {
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
  pulumi stack select "$stack" --create --non-interactive >/dev/null
}

# The stack's outputs, secrets included, in a file that only root can read; its name is printed.
outputs() {
  (umask 077 && pulumi stack output --json --show-secrets --stack "$stack" >.state/outputs.json)
  echo "$root/.state/outputs.json"
}
