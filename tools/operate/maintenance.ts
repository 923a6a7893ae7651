import { HELD } from "@qvd-ha/providers/dist/corosync/restart";
import { lines, sh } from "@qvd-ha/providers/dist/remote";
import { view } from "../status/read";
import type { Change } from "./change";
import { quorum, reasons } from "./needs";
import type { Work } from "./work";
import { attribute, dropAttribute, setAttribute } from "./work";

/** Attribute of the first node: the word that stood there before, where there was one. */
const BEFORE = "qvd-ha-maintenance-before";
const OPTION = "maintenance-mode";

async function held(w: Work): Promise<string[]> {
  const node = await w.spokesman();
  const { code } = await w.hands.run(node, {
    script: sh`cibadmin --query --xpath ${`//crm_config//nvpair[@id='${HELD}']`} >/dev/null 2>&1`,
  });
  return code === 0 ? ["a deployment has put maintenance mode on, and takes it back itself: make up"] : [];
}

/** The cluster leaves everything as it is, and nothing is done about failures. The service goes on. */
export async function maintenanceOn(w: Work): Promise<void> {
  const s = await w.look();
  if (view(s)?.maintenance) return w.say("maintenance mode is on already: nothing to do");
  w.refuse(reasons(s, quorum));
  const [first = ""] = w.hands.nodes;
  const node = await w.spokesman();
  const { stdout } = await w.hands.run(node, {
    script: sh`crm_attribute --name ${OPTION} --query --quiet 2>/dev/null || true`,
  });
  const before = stdout.trim();
  const on: Change = { says: "put maintenance mode on", script: sh`crm_attribute --name ${OPTION} --update true` };
  await w.agree(on);
  if (before !== "") await w.must(node, setAttribute(first, BEFORE, before), "noting what was set before");
  await w.apply(on);
  w.say("maintenance mode is on: nothing is done about failures until make maintenance MODE=off");
}

/** The cluster looks after everything again; what was set before it was put on is set again. */
export async function maintenanceOff(w: Work): Promise<void> {
  const s = await w.look();
  const [first = ""] = w.hands.nodes;
  const before = await attribute(w, first, BEFORE);
  if (!view(s)?.maintenance) {
    // An earlier run may have come this far and no further.
    if (before !== "")
      await w.must(await w.spokesman(), dropAttribute(first, BEFORE), "forgetting what was set before");
    return w.say("maintenance mode is off: nothing to do");
  }
  w.refuse([...reasons(s, quorum), ...(await held(w))]);
  const node = await w.spokesman();
  w.begin("what really runs would be looked at, and maintenance mode put off if nothing speaks against it");
  w.say("looking at what really runs, as nobody has looked meanwhile");
  await w.must(node, sh`crm_resource --refresh`, "looking anew", 180);
  const off: Change = {
    says: "put maintenance mode off",
    script:
      before === ""
        ? sh`crm_attribute --name ${OPTION} --delete`
        : lines(sh`crm_attribute --name ${OPTION} --update ${before}`, dropAttribute(first, BEFORE)),
  };
  await w.until("looked at", 180, (now) =>
    (view(now)?.resources ?? []).flatMap((r) => (r.pending === undefined ? [] : [`${r.id} is ${r.pending}`])),
  );
  await w.agree(off);
  await w.apply(off);
  w.say("maintenance mode is off: the cluster looks after everything again");
}
