import { refusal, wanted } from "../../../tools/maintenance/consent";

const d = { database: "qvddb", address: "172.20.64.90" };

test.each([
  ["the very words", "qvddb@172.20.64.90", undefined],
  ["yes", "yes", /"yes" is not qvddb@172\.20\.64\.90/],
  ["another cluster's", "qvddb@172.20.65.90", /is not/],
  ["nothing", "", /wants CONSENT=qvddb@172\.20\.64\.90/],
])("%s", async (_name, given, says) => {
  const why = await refusal(d, given);
  if (says === undefined) expect(why).toBeUndefined();
  else expect(why).toMatch(says);
});

test("a terminal is asked where nothing was said, and a job that has none is refused", async () => {
  const asked: string[] = [];
  const ask = async (q: string): Promise<string> => {
    asked.push(q);
    return `${wanted(d)}\n`;
  };
  expect(await refusal(d, undefined, ask)).toBeUndefined();
  expect(asked[0]).toContain("Type qvddb@172.20.64.90");
  expect(await refusal(d, undefined)).toMatch(/nothing was touched/);
});
