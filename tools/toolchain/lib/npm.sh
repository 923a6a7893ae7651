# shellcheck shell=bash disable=SC2034,SC2154
# What Node needs: node_modules, the compiled SDK of libvirt and the compiled providers and policies.

# unless_stamped FILE HASH LABEL COMMAND... - runs the command unless FILE holds HASH, which it does afterwards.
unless_stamped() {
  local file=$1 hash=$2
  shift 2
  [[ -f $file && $(<"$file") == "$hash" ]] && return
  long "$@" || return
  echo "$hash" >"$file.new.$$"
  mv -fT "$file.new.$$" "$file"
}

install_packages() {
  # Somebody may have run npm: what it left is as good, and others may be using it.
  node "$toolchain_source/lib/installed.js" && return
  npm ci --ignore-scripts
}

# sources DIR... - the hash of what the compiler reads there.
sources() {
  find "$@" \( -name node_modules -o -name dist -o -name bin \) -prune -o -type f \( -name '*.ts' -o -name '*.json' \) -print0 |
    hash_files
}

# The SDK looks for its package.json beside its compiled files.
compile_sdk() { node_modules/.bin/tsc -p sdks/libvirt && cp sdks/libvirt/package.json sdks/libvirt/bin/; }

node_parts() {
  command -v npm >/dev/null || die "npm is not in PATH: install Node 20.19 or newer"
  cd "$QVD_HA_ROOT" || return
  local hash
  hash=$(sha256sum <package-lock.json | cut -c1-16)
  unless_stamped node_modules/.qvd-ha-installed "$hash" "npm packages" install_packages
  if [[ -f sdks/libvirt/package.json ]]; then
    [[ -f sdks/libvirt/bin/package.json ]] || rm -f sdks/libvirt/bin/.sources
    unless_stamped sdks/libvirt/bin/.sources "$(sources sdks/libvirt)" "compiling sdks/libvirt" compile_sdk
  fi
  [[ -f providers/dist/index.js && -f policies/dist/index.js ]] || rm -f providers/dist/.sources
  unless_stamped providers/dist/.sources "$(sources providers policies tsconfig.json)" "compiling providers and policies" npm run build
}
