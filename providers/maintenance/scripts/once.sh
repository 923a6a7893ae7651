#!/bin/bash
# A job that one node does and that says why it failed: put into a script in place of the line "#@ once". The script says what `cleared` clears up and
# what `failed` tells.

# once NAME: one run at a time, and on the node that is active alone. What programs say goes to $errors.
once() {
  errors=$(mktemp -p /run "qvd-ha-$1.XXXXXX")
  exec 9>"/run/qvd-ha-$1.lock"
  flock -n 9 || { rm -f "$errors"; say "$1: it is being done already"; exit 75; }
  trap at_end EXIT
  trap 'exit 143' TERM INT
  if ! active; then
    say "$resource is $role here: this is for the node that is active"
    exit 0
  fi
}

at_end() {
  local rc=$?
  cleared
  if [ "$rc" != 0 ] && [ "$rc" != 75 ]; then failed "$(tail -n 3 "$errors")"; fi
  rm -f "$errors"
}
