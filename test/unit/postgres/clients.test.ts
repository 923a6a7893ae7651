import { clientRules } from "../../../providers/postgres/access";
import { accessRules } from "../../../providers/postgres/clients";
import { renderHba } from "../../../providers/postgres/hba";

// Proves which lines of pg_hba.conf come of lines that are there and clients that must be let in.

const lines = (access: string[] | undefined, clients: string[]): string[] =>
  renderHba(accessRules(access, clientRules(clients, "qvddb", "qvd")))
    .split("\n")
    .slice(1)
    .filter(Boolean);
const QVD = (address: string, method = "scram-sha-256"): string => `host qvddb qvd ${address} ${method}`;

it.each([
  ["no lines: the clients alone", undefined, ["10.0.0.1"], [QVD("10.0.0.1/32")]],
  ["a line that lets it in by md5", [QVD("10.0.0.1/32", "md5")], ["10.0.0.1"], [QVD("10.0.0.1/32", "md5")]],
  ["a wider network", [QVD("10.0.0.0/8")], ["10.1.0.0/16"], [QVD("10.0.0.0/8")]],
  ["everybody", ["host all all 0.0.0.0/0 md5"], ["10.1.0.0/16"], ["host all all 0.0.0.0/0 md5"]],
  [
    "a narrower network does not let the wider one in",
    [QVD("10.1.0.0/16")],
    ["10.0.0.0/8"],
    [QVD("10.1.0.0/16"), QVD("10.0.0.0/8")],
  ],
  [
    "another database",
    ["host other qvd 10.0.0.0/8 md5"],
    ["10.0.0.1"],
    ["host other qvd 10.0.0.0/8 md5", QVD("10.0.0.1/32")],
  ],
  ["IPv6 is another network", ["host all all ::/0 md5"], ["10.0.0.1"], ["host all all ::/0 md5", QVD("10.0.0.1/32")]],
])("%s", (_name, access, clients, expected) => expect(lines(access, clients)).toEqual(expected));
