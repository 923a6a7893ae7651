import { raw, sh } from "@qvd-ha/providers/dist/remote";
import type { Manager } from "./manager";

/** Waits while another apt is at work. */
const APT = raw(`export DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l
apt() { apt-get -q -o DPkg::Lock::Timeout=600 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@"; }
upgrade() {
  if [ -n "\${names:-}" ]; then apt --no-remove "$@" install --only-upgrade $names; else apt --with-new-pkgs "$@" upgrade; fi
}
dpkg --configure -a >/dev/null`);

/** Debian and Ubuntu. */
export const apt: Manager = {
  program: "apt-get",
  postgres: raw(
    `names=$(dpkg-query -W -f '\${db:Status-Status} \${Package}\\n' 'postgresql*' 'libpq5' 2>/dev/null | sed -n 's/^installed //p')`,
  ),
  simulate: sh`${APT}
apt update >/dev/null
upgrade --simulate`,
  update: sh`${APT}
upgrade --yes`,
  bootDue: sh`[ -e /run/reboot-required ]`,
  // `Inst name [old] (new …)`
  parse: (stdout) =>
    [...stdout.matchAll(/^Inst (\S+) (?:\[(\S+)\] )?\((\S+)/gm)].map(([, name, old, fresh]) =>
      old === undefined ? `${name} ${fresh}` : `${name} ${old} -> ${fresh}`,
    ),
};
