import { closeAll, run, sh } from "@qvd-ha/providers/dist/remote";
import { Sshd } from "./support/sshd";

// Proves how the pool of connections gets on with a real sshd that gives few sessions.
describe("the pool", () => {
  let sshd: Sshd;
  beforeAll(async () => {
    sshd = await Sshd.start("MaxSessions=2");
  });
  afterAll(() => {
    closeAll();
    sshd?.stop();
  });

  it("runs everything, however few sessions the server gives at once", async () => {
    const numbers = [...Array(12).keys()];
    const answers = await Promise.all(numbers.map((n) => run(sshd.connection, [{ script: sh`sleep 0.3; echo ${n}` }])));
    expect(answers.map(([a]) => a?.stdout)).toEqual(numbers.map((n) => `${n}\n`));
  }, 60_000);
});
