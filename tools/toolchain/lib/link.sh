# shellcheck shell=bash disable=SC2034,SC2154
# Puts programs where this checkout's env.sh and Pulumi look for them. Links are replaced in one step.

link() {
  local target=$1 at=$2
  [[ -L $at && $(readlink "$at") == "$target" ]] && return
  mkdir -p "$(dirname "$at")"
  ln -s "$target" "$at.new.$$"
  mv -fT "$at.new.$$" "$at"
}

# The CLI looks for its language host beside its real file: a symbolic link would lead it into the cache.
hard_link() {
  local target=$1 at=$2
  [[ $target -ef $at ]] && return
  if ! ln "$target" "$at.new.$$" 2>/dev/null; then
    cmp -s "$target" "$at" && return
    cp "$target" "$at.new.$$"
  fi
  mv -fT "$at.new.$$" "$at"
}

# Pulumi passes over plugin directories that are links: the file is one.
link_plugin() { link "$3" "$PULUMI_HOME/plugins/resource-$1-v$2/pulumi-resource-$1"; }

link_terraform_provider() {
  local platform
  platform=$(go env GOHOSTOS)_$(go env GOHOSTARCH)
  link "$1" "$PULUMI_DYNAMIC_TF_PLUGIN_CACHE_DIR/$LIBVIRT_ADDRESS/$LIBVIRT_VERSION/$platform/terraform-provider-libvirt"
}
