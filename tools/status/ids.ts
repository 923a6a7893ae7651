import { LAYOUTS } from "@qvd-ha/providers/dist/pacemaker/layouts";

/** CIB ids that the drills look for: those of the standard layout. */
export const IDS = { ...LAYOUTS.standard, ping: LAYOUTS.standard.ping.primitive } as const;

/** Node attribute that the ping clone sets, and that promotion needs. */
export const PING_ATTRIBUTE = "pingd";
