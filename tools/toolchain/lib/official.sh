# shellcheck shell=bash disable=SC2034,SC2154
# Pulumi's own programs, where there are any.

OLDEST_PULUMI=3.248.0

# Sets `official` to the path of the first official CLI in PATH that is new enough, else to nothing.
find_official() {
  local candidate version
  official=
  while IFS= read -r candidate; do
    candidate=$(readlink -f "$candidate")
    # Every checkout's own toolchain may be in PATH.
    [[ $candidate == */.state/toolchain/bin/* || ! -x ${candidate%/*}/pulumi-language-nodejs ]] && continue
    version=$(PULUMI_SKIP_UPDATE_CHECK=true "$candidate" version 2>/dev/null) || continue
    if [[ $(printf '%s\n' "$OLDEST_PULUMI" "${version#v}" | sort -V | head -n 1) == "$OLDEST_PULUMI" ]]; then
      official=$candidate
      return
    fi
    warn "passing over $candidate: $version is older than $OLDEST_PULUMI"
  done < <(type -aP pulumi | awk '!seen[$0]++')
}

# official_plugin NAME VERSION - true when Pulumi's own plugin is in our PULUMI_HOME, taken from the user's or downloaded.
official_plugin() {
  local name=$1 version=$2 dir=resource-$1-v$2 file=pulumi-resource-$1 own=$HOME/.pulumi/plugins tried
  [[ -f $PULUMI_HOME/plugins/$dir/$file && ! -L $PULUMI_HOME/plugins/$dir/$file ]] && return
  if [[ -x $own/$dir/$file ]]; then
    link_plugin "$name" "$version" "$own/$dir/$file"
    return
  fi
  [[ $official ]] || return 1
  # A machine that could not download is not asked again before its CLI changes.
  tried=$state/no-download.$(sha256sum <<<"$("$official" version) $official" | cut -c1-16)
  [[ -e $tried ]] && return 1
  rm -rf "${PULUMI_HOME:?}/plugins/$dir"
  long "downloading the plugin $name $version" timeout 120 "$official" plugin install resource "$name" "$version" && return
  touch "$tried"
  return 1
}
