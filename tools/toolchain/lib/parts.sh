# shellcheck shell=bash disable=SC2034,SC2154
# The programs we can compile, and their cache: one directory per part and recipe, complete or not there at all.

PULUMI_VERSION=3.259.0
RANDOM_VERSION=4.21.2
COMMAND_VERSION=1.2.1
TERRAFORM_PROVIDER_VERSION=1.1.3
LIBVIRT_VERSION=0.8.3
# The address is part of the provider's identity: the SDK carries it too, and the bridge looks it up by it.
LIBVIRT_ADDRESS=registry.opentofu.org/dmacvicar/libvirt

toolchain_cache=${QVD_HA_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/qvd-ha}/toolchain

# recipe PART - sets module, package and version_flag.
recipe() {
  version_flag=
  case $1 in
    pulumi)
      module=cli package=github.com/pulumi/pulumi/pkg/v3/cmd/pulumi
      # Without a version the Automation API refuses the CLI.
      version_flag="-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v$PULUMI_VERSION"
      ;;
    pulumi-codegen-nodejs) module=cli package=./codegen ;;
    pulumi-resource-terraform-provider)
      module=plugins package=github.com/pulumi/pulumi-terraform-bridge/v3/dynamic
      version_flag="-X github.com/pulumi/pulumi-terraform-bridge/v3/dynamic/version.version=v$TERRAFORM_PROVIDER_VERSION"
      ;;
    pulumi-resource-random) module=plugins package=./random ;;
    terraform-provider-libvirt)
      module=libvirt package=github.com/dmacvicar/terraform-provider-libvirt
      version_flag="-X main.version=$LIBVIRT_VERSION"
      ;;
    *) die "no such part: $1" ;;
  esac
}

go_build() {
  local out=$1 source=$toolchain_source/go/$module
  if [[ -d $source/patches ]]; then
    patched_copy "$source" "$out.source" || return
    source=$out.source
  fi
  cd "$source" || return
  CGO_ENABLED=0 go_plain build -p "$(build_jobs)" -tags osusergo,grpcnotrace -trimpath -buildvcs=false \
    -ldflags "-s -w $version_flag" -o "$out" "$package" || return
  rm -rf "$out.source"
}

# One compiler per core, and no more than 1 GB of memory lets each have.
build_jobs() {
  local cores memory
  cores=$(nproc)
  memory=$(awk '/^MemAvailable/ { print int($2 / 1048576) }' /proc/meminfo)
  ((memory < cores)) && cores=$memory
  ((cores > 0)) || cores=1
  echo "$cores"
}

part_dir() {
  local key
  key=$({
    go version
    echo "$package $version_flag $(cat "$toolchain_source"/lib/{parts,patched}.sh "$toolchain_source/lib/patch.js" | sha256sum)"
    cd "$toolchain_source/go/$module" && find . -type f -print0 | hash_files
  } | sha256sum | cut -c1-16)
  echo "$toolchain_cache/$key/$1"
}

# part NAME - sets `built` to the compiled program; compiles it when it is not in the cache.
part() {
  local name=$1 dir work
  recipe "$name"
  command -v go >/dev/null || die "neither an official pulumi nor Go is in PATH: install Pulumi, or Go 1.26 to build it"
  dir=$(part_dir "$name")
  built=$dir/$name
  [[ -x $built ]] && return
  mkdir -p "$toolchain_cache"
  lock 8 "$toolchain_cache/lock" "the cache"
  if [[ ! -x $built ]]; then
    rm -rf "$toolchain_cache"/build.*
    work=$(mktemp -d "$toolchain_cache/build.XXXXXX")
    long "compiling $name" go_build "$work/$name"
    mkdir -p "$(dirname "$dir")"
    mv -T "$work" "$dir"
  fi
  exec 8>&-
}
