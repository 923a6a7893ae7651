import type { Fault, Group } from "./fault";
import { byOrder } from "./fencing/byOrder";
import { deviceDown } from "./fencing/deviceDown";
import { deviceLies } from "./fencing/lyingDevice";
import { maintenanceMode } from "./fencing/maintenance";
import { splitBrain } from "./fencing/splitBrain";
import { bannedThenDead } from "./network/bannedThenDead";
import { bothRingsDown } from "./network/bothRingsDown";
import { drbdLinkIsDown } from "./network/drbdLinkDown";
import { oneWay } from "./network/oneWay";
import { partitioned } from "./network/partition";
import { poor } from "./network/poorNetwork";
import { ringsDownOneByOne } from "./network/ringDown";
import { ringFlaps } from "./network/ringFlaps";
import { routersDown } from "./network/routerDown";
import { bothOff } from "./node/bothOff";
import { clockSteps } from "./node/clockSteps";
import { frozen } from "./node/frozen";
import { kernelCrash } from "./node/kernelCrash";
import { memory } from "./node/memory";
import { onlyOneBack } from "./node/onlyOneBack";
import { powerCut } from "./node/powerCut";
import { powerCycles } from "./node/powerCycles";
import { reset } from "./node/reset";
import { standbyCut } from "./node/standbyCut";
import { quietHour } from "./planned/quietHour";
import { rebootActive } from "./planned/reboot";
import { rebootStandby } from "./planned/rebootStandby";
import { switchOver } from "./planned/switchOver";
import { addressDeleted } from "./process/addressDeleted";
import { corosyncKilled } from "./process/corosyncKilled";
import { daemonsKilled } from "./process/daemonsKilled";
import { hang } from "./process/hang";
import { pacemakerdKilled } from "./process/pacemakerdKilled";
import { postmasterKilled } from "./process/postmasterKilled";
import { postmasterKilledAgain } from "./process/postmasterKilledAgain";
import { postmasterKilledEverywhere } from "./process/postmasterKilledEverywhere";
import { unmounted } from "./process/unmounted";
import { activeDiskErrors } from "./storage/activeDiskErrors";
import { activeDiskGone } from "./storage/activeDiskGone";
import { activeDiskSlow } from "./storage/activeDiskSlow";
import { corruption } from "./storage/corruption";
import { fileSystemFull } from "./storage/fileSystemFull";
import { frozenFileSystem } from "./storage/frozenFileSystem";
import { standbyDiskErrors } from "./storage/standbyDiskErrors";
import { standbyDiskGone } from "./storage/standbyDiskGone";
import { standbyDiskSlow } from "./storage/standbyDiskSlow";

const node = [
  powerCut,
  standbyCut,
  reset,
  kernelCrash,
  frozen,
  bothOff,
  ...onlyOneBack,
  powerCycles,
  ...clockSteps,
  memory,
];
const process = [
  postmasterKilled,
  postmasterKilledAgain,
  postmasterKilledEverywhere,
  hang,
  corosyncKilled,
  pacemakerdKilled,
  ...daemonsKilled,
  addressDeleted,
  unmounted,
];
const network = [
  ...ringsDownOneByOne,
  ringFlaps,
  bothRingsDown,
  drbdLinkIsDown,
  bannedThenDead,
  partitioned,
  ...oneWay,
  poor,
  ...routersDown,
];
const storage = [
  activeDiskGone,
  activeDiskErrors,
  standbyDiskGone,
  standbyDiskErrors,
  standbyDiskSlow,
  activeDiskSlow,
  fileSystemFull,
  frozenFileSystem,
  corruption,
];
const fencing = [deviceDown, deviceLies, byOrder, splitBrain, ...maintenanceMode];
const planned = [rebootStandby, rebootActive, switchOver, quietHour];

/** Every fault that can be drilled. */
export const faults: readonly Fault[] = [...node, ...process, ...network, ...storage, ...fencing, ...planned];

export const GROUPS: readonly Group[] = ["node", "process", "network", "storage", "fencing", "planned"];

export type SetName = "quick" | "full";

export const setOf = (name: SetName): readonly Fault[] => (name === "full" ? faults : faults.filter((f) => f.quick));

/** @throws Error that names those that exist */
export function faultNamed(name: string): Fault {
  const fault = faults.find((f) => f.name === name);
  if (!fault) throw new Error(`no fault "${name}"; there are: ${faults.map((f) => f.name).join(", ")}`);
  return fault;
}
