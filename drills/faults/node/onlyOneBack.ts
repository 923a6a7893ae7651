import { wait } from "../../actions/action";
import { cancelWaitForAll } from "../../actions/cluster";
import { cutPower, switchOn } from "../../actions/power";
import type { Fault } from "../fault";

/** The other one may have served longer, so it waits; a person may say that it need not. The cluster then fences the other one, which starts it. */
export const onlyOneBack: Fault = {
  number: "5b",
  name: "only-one-back",
  group: "node",
  title: "both nodes lose their power, and only the one that served comes back",
  where: "anywhere",
  does: [cutPower("both"), wait(5), switchOn("active")],
  expect: {
    serves: "active",
    fenced: { standby: [0, 1] },
    gapWithin: 900,
    // Its boot is a part of it, and whoever is to confirm has to be told before.
    staysDown: 200,
    shows: [{ says: "there is no quorum", problem: /no quorum/, within: 240 }],
    tells: [{ says: "it has no quorum", message: /has no quorum/, within: 240 }],
    completes: [cancelWaitForAll("active")],
  },
};
