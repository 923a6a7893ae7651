# shellcheck shell=bash
# The environment of this checkout, to be sourced by bash or zsh: `. ./env.sh`. It sets variables and makes directories,
# nothing more; tools/toolchain/bootstrap puts the programs there. Backend and passphrase that you have set stay.

_qvd_ha_env() {
  local root=$1 state=$1/.state before=${QVD_HA_ROOT:-} old pass

  # Values of another checkout's env.sh are not the user's.
  if [ -n "$before" ] && [ "$before" != "$root" ]; then
    old=$before/.state/toolchain/bin:$before/node_modules/.bin:
    PATH=${PATH//"$old"/}
    if [ "${PULUMI_BACKEND_URL:-}" = "file://$before/.state/backend" ]; then unset PULUMI_BACKEND_URL; fi
    if [ "${PULUMI_CONFIG_PASSPHRASE_FILE:-}" = "$before/.state/passphrase" ]; then unset PULUMI_CONFIG_PASSPHRASE_FILE; fi
    if [ "${QVD_HA_INSTANCE:-}" = "$(_qvd_ha_instance "$before")" ]; then unset QVD_HA_INSTANCE; fi
  fi

  mkdir -p "$state/pulumi" "$state/tf-plugins" || return
  export QVD_HA_ROOT=$root
  export QVD_HA_INSTANCE=${QVD_HA_INSTANCE:-$(_qvd_ha_instance "$root")}
  export PULUMI_HOME=$state/pulumi
  export PULUMI_DYNAMIC_TF_PLUGIN_CACHE_DIR=$state/tf-plugins

  if [ -z "${PULUMI_BACKEND_URL:-}" ]; then
    mkdir -p "$state/backend" || return
    export PULUMI_BACKEND_URL=file://$state/backend
  fi

  if [ -z "${PULUMI_CONFIG_PASSPHRASE+set}${PULUMI_CONFIG_PASSPHRASE_FILE:-}" ]; then
    pass=$state/passphrase
    if [ ! -s "$pass" ]; then
      # A link, as it never replaces: of two shells at once, the second takes the first one's passphrase.
      (umask 077 && head -c 32 /dev/urandom | base64 >"$pass.$$" && ln "$pass.$$" "$pass" 2>/dev/null)
      rm -f "$pass.$$"
    fi
    export PULUMI_CONFIG_PASSPHRASE_FILE=$pass
  fi

  case ":$PATH:" in
    *":$state/toolchain/bin:"*) ;;
    *) export PATH="$state/toolchain/bin:$root/node_modules/.bin:$PATH" ;;
  esac

  # shellcheck source=/dev/null
  if [ -f "$state/toolchain/env" ]; then . "$state/toolchain/env"; fi
}

# Short, as names of bridges are made from it, and the same at each call.
_qvd_ha_instance() { printf 'dev-%.6s' "$(printf %s "$1" | sha256sum)"; }

# shellcheck disable=SC2296
if [ -n "${ZSH_VERSION:-}" ]; then
  eval '_qvd_ha_file=${(%):-%x}'
else
  _qvd_ha_file=${BASH_SOURCE[0]}
fi
_qvd_ha_env "$(cd "$(dirname "$_qvd_ha_file")" && pwd -P)"
unset _qvd_ha_file
unset -f _qvd_ha_env _qvd_ha_instance
