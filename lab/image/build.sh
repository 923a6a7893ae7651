#!/bin/bash
# Builds the guest image: a Debian root made by mmdebstrap, as a disk, a kernel and an initrd, with a small repository beside it.
# Arguments: suite, target directory, name of the disk. The target appears only when it is whole.
set -euo pipefail
suite=$1 target=$2 volume=$3
here=$(cd "$(dirname "$0")" && pwd -P)
# The archive that this machine uses itself, unless another one is named.
archive() { apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' | sort -u | sed 's,/$,,' | grep "$@" | sed -n 1p; }
mirror=${QVD_HA_DEBIAN_MIRROR:-$(archive -v security || true)}
security=${QVD_HA_DEBIAN_SECURITY_MIRROR:-$(archive security || true)}
if [ -z "$mirror" ] || [ -z "$security" ]; then
  echo "this machine's apt knows no Debian archive: set QVD_HA_DEBIAN_MIRROR and QVD_HA_DEBIAN_SECURITY_MIRROR" >&2
  exit 1
fi

mkdir -p "$(dirname "$target")"
# What a killed build left. The caller holds the lock, so nobody is at work in there.
rm -rf --one-file-system "$(dirname "$target")"/.build-*
work=$(mktemp -d "$(dirname "$target")/.build-XXXXXX")
chmod 755 "$work"

include=$(sed -e '/^#/d' -e '/^$/d' "$here/packages/common" "$here/packages/$suite" | paste -sd,)
# The machine's way to the archive (proxy, retries, what it accepts) holds for the image as well.
aptopts=()
while IFS= read -r line; do aptopts+=(--aptopt="$line"); done < <(apt-config dump | grep -E '^Acquire::(Check-|http|https|Retries)')

mmdebstrap --quiet --mode=root --variant=minbase --include="$include" \
  "${aptopts[@]}" --aptopt='APT::Install-Recommends "false"' --dpkgopt='path-exclude=/usr/share/man/*' \
  --customize-hook="'$here/customize.sh' \"\$1\" '$here' '$work/repository'" \
  "$suite" "$work/root" \
  "deb $mirror $suite main" "deb $mirror $suite-updates main" "deb $security $suite-security main"

dpkg-query --admindir="$work/root/var/lib/dpkg" -W >"$work/packages.txt"
cp "$work"/root/boot/vmlinuz-* "$work/vmlinuz"
cp "$work"/root/boot/initrd.img-* "$work/initrd"

(cd "$work/repository" && apt-ftparchive packages . >Packages && apt-ftparchive release . >Release.new && mv Release.new Release)

mke2fs -q -t ext4 -L root -m 0 -E root_owner=0:0 -d "$work/root" "$work/disk.raw" 4G
mkdir "$work/disk"
qemu-img convert -f raw -O qcow2 "$work/disk.raw" "$work/disk/$volume"
rm -rf --one-file-system "$work/root" "$work/disk.raw"

touch "$work/complete"
rm -rf --one-file-system "$target"
mv "$work" "$target"
