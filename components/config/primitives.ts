import { BlockList, isIPv4 } from "node:net";
import { z } from "zod";

/** An IPv4 address. */
export const address = z.string().refine(isIPv4, "must be an IPv4 address such as 172.20.64.91");

/** An IPv4 address with its prefix length, as `172.20.64.91/24`. */
export const cidr = z.string().refine((s) => {
  const [ip, prefix, more] = s.split("/");
  return isIPv4(ip ?? "") && /^\d{1,2}$/.test(prefix ?? "") && Number(prefix) <= 32 && more === undefined;
}, "must be an IPv4 address with a prefix length, such as 172.20.64.91/24");

/** A host name: what may stand in /etc/hosts and be a Corosync node name. */
export const hostName = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    "must be a host name: lower case letters, digits and inner hyphens, at most 63",
  );

/** Whole seconds, at least one. */
export const seconds = z.number().int().min(1);

export const ipOf = (c: string): string => c.split("/")[0] ?? "";
export const prefixOf = (c: string): number => Number(c.split("/")[1]);

/** Whether an address lies in the network of a CIDR. */
export function inNetwork(ip: string, network: string): boolean {
  const list = new BlockList();
  list.addSubnet(ipOf(network), prefixOf(network));
  return list.check(ip);
}
