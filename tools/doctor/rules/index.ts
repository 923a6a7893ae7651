import { address } from "./address";
import { boot } from "./boot";
import { clock } from "./clock";
import { configuration } from "./configuration";
import { constraints } from "./constraints";
import { daemons } from "./daemons";
import { data } from "./data";
import { fencing } from "./fencing";
import { jobs } from "./jobs";
import { keys } from "./keys";
import { leftovers } from "./leftovers";
import { maintenance } from "./maintenance";
import { nodes } from "./nodes";
import { ping } from "./ping";
import { postgres } from "./postgres";
import { promoted } from "./promoted";
import { reboot } from "./reboot";
import { resources } from "./resources";
import { rings } from "./rings";
import type { Rule } from "./rule";
import { score } from "./score";
import { space } from "./space";
import { splitBrain } from "./splitBrain";
import { third } from "./third";
import { unread } from "./unread";
import { unreachable } from "./unreachable";

/** By name, causes before what comes of them. */
export const rules: Readonly<Record<string, Rule>> = {
  promoted,
  splitBrain,
  leftovers,
  unreachable,
  daemons,
  keys,
  nodes,
  rings,
  third,
  space,
  data,
  postgres,
  address,
  maintenance,
  fencing,
  constraints,
  resources,
  score,
  ping,
  clock,
  configuration,
  boot,
  jobs,
  unread,
  reboot,
};
