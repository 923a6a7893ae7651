import { writeFileSync } from "node:fs";
import { cibWith } from "../pacemaker/cluster";
import { development } from "../pacemaker/development";

// The stack dev's configuration on two nodes that reach the router and hold the same data, for `record` beside this.
const good = { attributes: { pingd: "100", "master-p_drbd_postgres": "10000" } };
void development().then((c) =>
  writeFileSync(process.argv[2] as string, cibWith(c, "pacemaker-3.9", { qvddb1: good, qvddb2: good })),
);
