# lab exec -- command…: runs a command where the guests can be reached.

verb_exec() {
  need_root
  [ "${1-}" != -- ] || shift
  [ $# -gt 0 ] || die "usage: lab exec -- command [argument…]"
  namespaces_ready || die "the lab $KEY is not up: run 'lab up'"
  enter "$@"
}
