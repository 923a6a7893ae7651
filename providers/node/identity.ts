import type { Fact } from "../fact";
import type { OsFamily } from "../os";
import { sh } from "../remote";
import type { Command, Sh } from "../remote";

/**
 * The one-node cluster that Debian's packages start at install: `packaged` is that and nothing more, which only an untouched configuration of the package together
 * with a CIB without a resource can show. Anything else may be somebody's cluster and is never touched.
 */
export interface Identity {
  readonly packaged: boolean;
  /** State of that cluster lies about, which a cluster formed later would take up. */
  readonly leftovers: boolean;
}

const script = ({ corosync, pacemaker, packages }: OsFamily): Sh =>
  packages.manager === "apt"
    ? sh`f=${corosync.config}
sum=$(dpkg-query -W -f ${"${Conffiles}\\n"} corosync 2>/dev/null | awk -v f="$f" '$1 == f { print $2 }') || true
[ -n "$sum" ] && [ -e "$f" ] || { echo other; exit 0; }
[ "$(md5sum <"$f")" = "$sum  -" ] || { echo other; exit 0; }
if grep -qs '<primitive\|<template' ${`${pacemaker.stateDir}/cib/cib.xml`}; then echo other; exit 0; fi
echo packaged
ls -A ${`${pacemaker.stateDir}/cib`} ${`${pacemaker.stateDir}/pengine`} ${corosync.stateDir} 2>/dev/null | grep -v -e : -e '^$' || true`
    : sh`echo other`;

export const identityFact = (os: OsFamily): Fact<Identity> => ({
  command: { script: script(os) },
  parse: ({ stdout }) => {
    const [kind, ...files] = stdout.trim().split("\n");
    if (kind !== "packaged" && kind !== "other") throw new Error(`it said "${stdout.trim()}"`);
    return { packaged: kind === "packaged", leftovers: kind === "packaged" && files.length > 0 };
  },
});

/**
 * Stops that cluster and takes its identity away. Looks again right before, as the facts are older than this.
 * It runs nothing (the facts make sure), so it is not asked to leave in order: an election of one takes it most of a minute.
 */
export const dissolve = (os: OsFamily): Command => {
  const { corosync, pacemaker, units } = os;
  return {
    script: sh`is=$(
${script(os)}
)
case $is in packaged*) ;; *) echo "the corosync configuration is no longer the package's" >&2; exit 1 ;; esac
systemctl disable ${units.pacemaker} ${units.corosync} 2>/dev/null || true
systemctl stop --no-block ${units.pacemaker} ${units.corosync} 2>/dev/null || true
systemctl kill --signal=KILL ${units.pacemaker} ${units.corosync} 2>/dev/null || true
systemctl stop ${units.pacemaker} ${units.corosync} 2>/dev/null || true
systemctl reset-failed ${units.pacemaker} ${units.corosync} 2>/dev/null || true
rm -rf ${pacemaker.stateDir}/cib/* ${pacemaker.stateDir}/pengine/* ${corosync.stateDir}/*`,
    timeoutSeconds: 600,
  };
};
