# shellcheck shell=bash disable=SC2154
# Libraries that are built with a patch of ours. A patch lies in patches/ of the Go module that uses the library, and says by the
# library's line of go.sum what it was made for, so that no other source is ever patched.

# Modules and flags that the caller's environment might bring in would make another program of the same recipe.
go_plain() { env -u GOOS -u GOARCH GOFLAGS=-mod=readonly GOWORK=off go "$@"; }

# patched_copy FROM TO - copies the Go module FROM to TO, with a patched copy of each library that FROM has a patch for.
patched_copy() {
  local from=$1 to=$2 patch library version wanted given copy
  cp -r "$from" "$to" || return
  cd "$to" || return
  for patch in patches/*.patch; do
    wanted=$(sed -n 's/^Made for: //p' "$patch")
    read -r library version _ <<<"$wanted"
    [[ $version ]] || die "$from/$patch: no line \"Made for: LIBRARY VERSION SUM\""
    # Compares what it fetches with go.sum.
    go_plain mod download "$library" || return
    given="$library $(go_plain list -m -f '{{.Version}}' "$library")"
    given=$(grep -F "$given h1:" go.sum) || given="$library, without a line in go.sum"
    [[ $given == "$wanted" ]] || die "$from/$patch was made for
  $wanted
and the module uses
  $given
See whether this version still has the faults, then make the patch anew or remove it."
    copy=patched/$(basename "$patch" .patch)
    mkdir -p patched
    # The module cache's files are read-only.
    cp -r --no-preserve=mode "$(go_plain list -m -f '{{.Dir}}' "$library")" "$copy" || return
    node "$toolchain_source/lib/patch.js" "$patch" "$copy" || return
    go_plain mod edit -replace "$library=./$copy" || return
  done
}
