import { BlockList, isIP } from "node:net";
import type { HbaRule } from "./access";
import { parseHba } from "./hba";

function contains(network: string, address: string): boolean {
  const [net = "", bits] = network.split("/");
  const [ip = "", own] = address.split("/");
  const family = isIP(net) === 4 ? "ipv4" : "ipv6";
  if (isIP(net) === 0 || isIP(net) !== isIP(ip) || Number(bits) > Number(own)) return false;
  const list = new BlockList();
  list.addSubnet(net, Number(bits), family);
  return list.check(ip, family);
}

const speaksOf = (rule: HbaRule, client: HbaRule): boolean =>
  rule.type === "host" &&
  [client.database, "all"].includes(rule.database) &&
  [client.user, "all"].includes(rule.user) &&
  contains(rule.address ?? "", client.address ?? "");

/** Lines of pg_hba.conf as they are, then the clients that the first line speaking of them does not let in by a password. Without lines, the clients alone. */
export function accessRules(lines: readonly string[] | undefined, clients: readonly HbaRule[]): HbaRule[] {
  const given = parseHba((lines ?? []).join("\n"));
  const letIn = (c: HbaRule): boolean =>
    ["scram-sha-256", "md5"].includes(given.find((rule) => speaksOf(rule, c))?.method ?? "");
  return [...given, ...clients.filter((c) => !letIn(c))];
}
