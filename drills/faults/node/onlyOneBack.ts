import type { Role } from "../../actions/action";
import { wait } from "../../actions/action";
import { cancelWaitForAll } from "../../actions/cluster";
import { cutPower, switchOn } from "../../actions/power";
import type { Expectation, Fault } from "../fault";

const aloneAgain = (
  back: Role,
  name: string,
  title: string,
  expect: Pick<Expectation, "serves" | "fenced">,
): Fault => ({
  number: "5b",
  name,
  group: "node",
  title,
  where: "anywhere",
  does: [cutPower("both"), wait(5), switchOn(back)],
  expect: {
    ...expect,
    gapWithin: 900,
    // Its boot is a part of it, and whoever is to confirm has to be told before.
    staysDown: 200,
    shows: [{ says: "there is no quorum", problem: /no quorum/, within: 240 }],
    tells: [{ says: "it has no quorum", message: /has no quorum/, within: 240 }],
    completes: [cancelWaitForAll(back)],
  },
});

export const onlyOneBack: readonly Fault[] = [
  /**
   * The other one may have served longer, so it waits; a person may say that it need not. The cluster then fences the other one, which starts it. Alone the disk is
   * Consistent, and the agent has nobody promoted with that; once the two are connected both may be, and DRBD has the data of the one that served on either.
   */
  aloneAgain("active", "only-one-back", "both nodes lose their power, and only the one that served comes back", {
    serves: "either",
    fenced: { standby: [0, 1] },
  }),
  aloneAgain(
    "standby",
    "only-standby-back",
    "both nodes lose their power, and only the one that did not serve comes back",
    {
      serves: "either",
      fenced: { active: [0, 1] },
    },
  ),
];
