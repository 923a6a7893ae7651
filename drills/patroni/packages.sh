#!/bin/bash
# Patroni's packages beyond what the guests' image has, and etcd for this machine, from this machine's Debian archive.
# Arguments: the image's list of packages, the directory for the guests' packages, the directory for etcd.
set -euo pipefail
installed=$1 guests=$2 etcd=$3
apt=(apt-get -q -o APT::Sandbox::User=root)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if [ ! -x "$etcd/usr/bin/etcd" ]; then
  (cd "$work" && "${apt[@]}" download etcd-server >&2)
  dpkg -x "$work"/etcd-server_*.deb "$etcd"
fi

if [ ! -e "$guests/complete" ]; then
  # As apt would see a guest: what is in the image is installed.
  while IFS=$'\t' read -r name version; do
    printf 'Package: %s\nStatus: install ok installed\nArchitecture: %s\nMulti-Arch: %s\nMaintainer: -\nDescription: -\nVersion: %s\n\n' \
      "${name%%:*}" "$(dpkg --print-architecture)" "$(case $name in *:*) echo same ;; *) echo allowed ;; esac)" "$version"
  done <"$installed" >"$work/status"
  "${apt[@]}" -o Dir::State::status="$work/status" --no-install-recommends --simulate install patroni python3-etcd |
    sed -n 's/^Inst \([^ ]*\) (\([^ ]*\) .*/\1=\2/p' >"$work/wanted"
  [ -s "$work/wanted" ] || { echo "apt knows no way to install patroni on the guests" >&2; exit 1; }
  mkdir -p "$guests"
  (cd "$guests" && xargs "${apt[@]}" download <"$work/wanted" >&2)
  touch "$guests/complete"
fi
