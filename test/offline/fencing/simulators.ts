import { execFileSync } from "node:child_process";

// Configuration of the programs that stand for what powers machines, with whatever machines are behind them.

/** OpenIPMI's simulator knows this cipher suite and none of today's. */
export const BOARD_CIPHER = 3;

/** The power switch of a board, for its `chassis_control`. Both are commands; the first prints 1 or 0, the second finds that in `$3`. */
export const chassisScript = (get: string, set: string): string => `#!/bin/bash
while [ $# -gt 0 ]; do
  case $1 in
  get) shift; if [ "$1" = power ]; then echo "power:$(${get})"; else echo "$1:0"; fi ;;
  set) [ "$2" != power ] || { ${set}; }; shift 2 ;;
  esac
  shift
done
`;

export interface BoardInput {
  readonly address: string;
  readonly port: number;
  /** File of the switch. */
  readonly chassis: string;
  /** Of the user `fence`, an operator. */
  readonly password: string;
}

/** What `ipmi_sim -c` reads. */
export const boardLan = ({ address, port, chassis, password }: BoardInput): string => `name "bmc"
set_working_mc 0x20
  startlan 1
    addr ${address} ${port}
    priv_limit admin
${["callback", "user", "operator", "admin"].map((w) => `    allowed_auths_${w} none md2 md5 straight`).join("\n")}
    guid a123456789abcdefa123456789abcdef
  endlan
  chassis_control "${chassis}"
  user 1 true "" "test" user 10 none md2 md5 straight
  user 2 true "fence" "${password}" operator 10 none md2 md5 straight
`;

/** What `ipmi_sim -f` reads. */
export const BOARD_EMULATION =
  "mc_setbmc 0x20\nmc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02 persist_sdr\nmc_enable 0x20\n";

export interface VirtdInput {
  readonly transport: "multicast" | "tcp";
  /** Of the shared key. */
  readonly keyFile: string;
  /** Settings of the listener beside that. */
  readonly where: string;
  /** Of libvirt. */
  readonly uri: string;
}

/** What fence_virtd reads; its modules are where the package has put them. */
export function virtdConfiguration({ transport, keyFile, where, uri }: VirtdInput): string {
  const modules = execFileSync("bash", ["-c", "dirname $(dpkg -L fence-virtd | grep /virt.so)"], {
    encoding: "utf8",
  }).trim();
  return `fence_virtd { listener = "${transport}"; backend = "libvirt"; module_path = "${modules}"; }
listeners { ${transport} { key_file = "${keyFile}"; ${where} port = "1229"; } }
backends { libvirt { uri = "${uri}"; } }
`;
}
