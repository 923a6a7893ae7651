import { z } from "zod";

/** What several parts of the maintenance have in common. */

const PLAIN_PATH = /^\/[A-Za-z0-9._/-]+$/;
export const path = z.string().regex(PLAIN_PATH, "must be an absolute path of plain characters");

/** As in systemd.time(7), in UTC or the node's own zone. */
export const schedule = z
  .string()
  .regex(/^[A-Za-z0-9*:,./~ -]+$/, "must be a calendar event as in systemd.time(7), such as Sat 03:00 or *-*-* 01:30");

/** How many are kept; the newest good one stays in any case. */
export const keepSchema = z.strictObject({
  count: z.number().int().min(1),
  days: z.number().int().min(1),
});

/** Where node_exporter's textfile collector looks. */
export const METRICS = "/var/lib/prometheus/node-exporter";
