import { cases } from "./verbs/case";
import { sh, standing } from "./support/stack";

// Proves on a real cluster what each verb does to a service that is written to meanwhile: no acknowledged write lost, no gap beyond the bound, nothing left behind, also after it was killed
// half way and repeated. The two updates take packages that are newer by their version alone.

const MINUTE = 60_000;

describe("the verbs", () => {
  let said = "";

  beforeAll(async () => {
    standing();
    said = (await sh("QVD_HA_E2E_RUNNING=1 tools/verbs/verbs-table")).output;
    console.log(said);
  }, 240 * MINUTE);

  test.each(cases.map((c) => [c.name] as const))("%s", (name) => {
    expect(said).toContain(`ok  ${name}: `);
  });
});
