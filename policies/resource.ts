import { Secret } from "@pulumi/policy";
import { UNKNOWN } from "@qvd-ha/providers/dist/unknown";
import type { Resource } from "./policy";
import { NotKnown } from "./policy";

const dynamic = (type: string): string => `pulumi-nodejs:dynamic/${type}`;

/** The types that policies are about. */
export const CONFIGURATION = dynamic("pacemaker:Configuration");
export const MEMBERSHIP = dynamic("corosync:Membership");
export const REPLICATION = dynamic("drbd:Replication");
export const DATA_DIRECTORY = dynamic("postgres:DataDirectory");
export const BACKUP = dynamic("maintenance:Backup");
export const VOLUME = "libvirt:index/volume:Volume";

/**
 * A copy of a value of the policy SDK, whose proxies throw at the first look at an unknown value: property descriptors do not go through them.
 * Secrets stay wrapped where the SDK shows them wrapped.
 */
export function plain(value: unknown): unknown {
  if (value === null || typeof value !== "object" || value instanceof Secret) return value;
  const entries = Object.entries(Object.getOwnPropertyDescriptors(value));
  if (Array.isArray(value)) return entries.filter(([key]) => key !== "length").map(([, d]) => plain(d.value));
  return Object.fromEntries(entries.map(([key, d]) => [key, plain(d.value)]));
}

function unknownPath(value: unknown): string[] | undefined {
  if (value === UNKNOWN) return [];
  if (value === null || typeof value !== "object") return undefined;
  for (const [key, v] of Object.entries(value)) {
    const below = unknownPath(v);
    if (below) return [key, ...below];
  }
  return undefined;
}

/** A property and all that is in it. @throws NotKnown */
export function known(resource: Resource, property: string): unknown {
  const value = resource.props[property];
  const path = unknownPath(value);
  if (path) throw new NotKnown(resource.urn, [property, ...path]);
  return value;
}

/** Keys of a property whose values need not be known. @throws NotKnown */
export function keys(resource: Resource, property: string): string[] {
  const value = resource.props[property];
  if (value === UNKNOWN) throw new NotKnown(resource.urn, [property]);
  return value !== null && typeof value === "object" ? Object.keys(value) : [];
}
