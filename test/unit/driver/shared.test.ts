import { readOnce } from "../../../providers/driver/read";
import type { AnyKind } from "../../../providers/kind";
import { run, sh } from "../../../providers/remote";

// Proves how often a refresh asks a node; a stand-in answers for it.

jest.mock("../../../providers/remote", () => ({
  ...jest.requireActual<object>("../../../providers/remote"),
  run: jest.fn(async () => {
    await new Promise((r) => setTimeout(r, 20));
    return [{ code: 0, stdout: "well", stderr: "" }];
  }),
}));
const asked = run as jest.MockedFunction<typeof run>;

const kind = (name: string, shared: boolean): AnyKind =>
  ({
    name,
    shared,
    id: (s: { resource: string }) => s.resource,
    facts: () => ({ how: { command: { script: sh`true` }, parse: (a: { stdout: string }) => a.stdout } }),
  }) as unknown as AnyKind;
const spec = (resource: string, host: string) =>
  ({ resource, connections: { qvddb1: { host, port: 22, user: "root", hostKey: "-", privateKey: "-" } } }) as never;

beforeEach(() => asked.mockClear());

it("asks a node once for all objects of a kind that says so, at the same time and a little later", async () => {
  const started = kind("started", true);
  const both = await Promise.all([readOnce(started, spec("p_ip", "a")), readOnce(started, spec("p_fs", "a"))]);
  expect(both).toEqual([{ qvddb1: { how: "well" } }, { qvddb1: { how: "well" } }]);
  await readOnce(started, spec("p_postgres", "a"));
  expect(asked).toHaveBeenCalledTimes(1);
});

it("asks every machine for itself, and for every object of another kind", async () => {
  const started = kind("started", true);
  await readOnce(started, spec("p_ip", "b"));
  await readOnce(started, spec("p_ip", "c"));
  const node = kind("node", false);
  await Promise.all([readOnce(node, spec("x", "b")), readOnce(node, spec("y", "b"))]);
  expect(asked).toHaveBeenCalledTimes(4);
});

it("asks again after a failure", async () => {
  const started = kind("started", true);
  asked.mockRejectedValueOnce(new Error("no route"));
  await expect(readOnce(started, spec("p_ip", "d"))).rejects.toThrow("no route");
  await new Promise((r) => setImmediate(r));
  expect(await readOnce(started, spec("p_ip", "d"))).toEqual({ qvddb1: { how: "well" } });
});
