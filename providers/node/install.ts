import type { OsFamily } from "../os";
import { quote, sh } from "../remote";
import type { Command } from "../remote";

/** Runs detached from us: a connection that is lost must not end dpkg in the middle. */
export const INSTALL_UNIT = "qvd-ha-packages.service";
export const POLICY = "/usr/sbin/policy-rc.d";
/** How a policy of ours is told from the machine's own. */
export const POLICY_MARK = "# Managed by qvd-ha: gone again when the installation has ended.";

const SCRIPT = "/run/qvd-ha-packages.sh";
const LOG = "/run/qvd-ha-packages.log";
const RESULT = "/run/qvd-ha-packages.rc";

const APT =
  "apt-get -y -q -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold";

/** Packages must not start what they bring: policy-rc.d forbids it, and it is there only as long as this runs. */
const apt = (packages: readonly string[]): string => `export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
if [ ! -e ${POLICY} ]; then
  printf '%s\\n' '#!/bin/sh' ${quote(POLICY_MARK)} 'exit 101' >${POLICY}.new
  chmod 755 ${POLICY}.new
  mv ${POLICY}.new ${POLICY}
fi
dpkg --configure -a || true
# A list that cannot be fetched need not matter: whether the packages can be had, the next line tells.
${APT} update || true
${APT} install --no-install-recommends ${packages.map(quote).join(" ")}
`;

const others = {
  dnf: (packages: readonly string[]): string => `dnf -y install ${packages.map(quote).join(" ")}\n`,
  zypper: (packages: readonly string[]): string =>
    `zypper --non-interactive install --no-recommends ${packages.map(quote).join(" ")}\n`,
};

/** The script that the unit runs. */
export function renderInstall(manager: OsFamily["packages"]["manager"], packages: readonly string[]): string {
  return `#!/bin/bash
# Managed by qvd-ha: installs packages, detached from the session that asked for it.
set -eu
end() {
  rc=$?
  if grep -qsxF ${quote(POLICY_MARK)} ${POLICY}; then rm -f ${POLICY}; fi
  echo $rc >${RESULT}
}
trap end EXIT
trap 'exit 143' TERM
${manager === "apt" ? apt(packages) : others[manager](packages)}`;
}

/** Starts the installation, or joins the one that runs. */
export const startInstall = (os: OsFamily, packages: readonly string[]): Command => ({
  script: sh`if systemctl is-active -q ${INSTALL_UNIT}; then exit 0; fi
cat >${SCRIPT}
rm -f ${RESULT} ${LOG}
systemctl reset-failed ${INSTALL_UNIT} 2>/dev/null || true
systemd-run --quiet --collect --unit=${INSTALL_UNIT} --property=StandardOutput=file:${LOG} --property=StandardError=inherit /bin/bash ${SCRIPT}`,
  stdin: renderInstall(os.packages.manager, packages),
});

export const awaitInstall: Command = {
  script: sh`while systemctl is-active -q ${INSTALL_UNIT}; do sleep 1; done
rc=$(cat ${RESULT} 2>/dev/null || echo "unknown: it was killed")
[ "$rc" = 0 ] || { tail -n 20 ${LOG} >&2 || true; echo "the installation ended with status $rc" >&2; exit 1; }`,
  timeoutSeconds: 3600,
};

export const dropPolicy: Command = {
  script: sh`if grep -qsxF ${POLICY_MARK} ${POLICY}; then rm -f ${POLICY}; fi`,
};
