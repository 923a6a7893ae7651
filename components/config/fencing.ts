import { z } from "zod";
import { address } from "./primitives";

/** What powers nodes off. */
export const FENCE_KINDS = ["libvirt", "xvm", "xenapi", "ipmi", "sbd"] as const;
export type FenceKind = (typeof FENCE_KINDS)[number];

const port = z.number().int().min(1).max(65535);

export const fencingSchema = z.strictObject({
  /** What powers the nodes off: `libvirt` by virsh over SSH, `xvm` by fence_virtd on the hypervisor, `xenapi` by XenServer, `ipmi` by the machines' management boards, `sbd` by their own watchdogs (a third vote needed). */
  kind: z.enum(FENCE_KINDS).default("libvirt"),
  /** Kinds that are tried where the ones before have failed, in this order (levels of Pacemaker's fencing topology). */
  fallback: z.array(z.enum(FENCE_KINDS)).default([]),
  /** Kind libvirt: the agent. */
  agent: z.enum(["fence_virsh", "external/libvirt", "fence_qvd_ha"]).default("fence_virsh"),
  /** Kind libvirt: whether the nodes get a key of their own for fencing; else what root's own ssh does there is used as it is. */
  manageKey: z.boolean().default(true),
  /** Kind libvirt: whether the nodes keep a connection to the hypervisors open, so that no fencing waits for a log-in. */
  persistent: z.boolean().default(false),
  /** Kind libvirt: seconds from the answer to a reboot until the hypervisor switches the node on again. Default: it is on before it is answered. */
  startAfter: z.number().int().min(0).max(300).optional(),
  xvm: z
    .strictObject({
      /** How fence_virtd listens. `tcp` asks each node's own hypervisor. */
      transport: z.enum(["multicast", "tcp", "vsock"]).default("multicast"),
      /** The multicast group. Default: the agent's, 225.0.0.12. */
      group: address.optional(),
      port: port.default(1229),
    })
    .prefault({}),
  xenapi: z
    .strictObject({
      /** Where the pool's master answers. */
      url: z
        .string()
        .regex(/^https?:\/\/[A-Za-z0-9.-]+(:\d+)?\/?$/, "must be a URL such as https://xen1.example.org")
        .refine((u) => u.startsWith("https://"), "must be https: the password would go in plain text"),
      user: z.string().min(1).default("root"),
    })
    .optional(),
  ipmi: z
    .strictObject({
      user: z.string().min(1).max(16, "a management board takes 16 characters at most"),
      /** IPMI 2.0. Without it passwords go nearly in plain text. */
      lanplus: z.boolean().default(true),
      /** `operator` may power a machine, and does where the board lets it. */
      privilege: z.enum(["administrator", "operator"]).default("operator"),
      /** Cipher suite by its number. Default: ipmitool's own. */
      cipher: z.number().int().min(0).max(17).optional(),
    })
    .optional(),
  sbd: z
    .strictObject({
      device: z.string().startsWith("/dev/").default("/dev/watchdog"),
      /** Module of the kernel that makes the watchdog, where it is not there by itself: `softdog` where there is no real one. */
      module: z
        .string()
        .regex(/^[A-Za-z0-9_-]+$/, "must be a module's name")
        .optional(),
      /** Seconds without quorum until a node is reset. Default: 5 more than `quorum.device.syncTimeout`. */
      watchdogTimeout: z.number().int().min(5).max(300).optional(),
    })
    .prefault({}),
});

/** Beyond the third vote's own wait: while it is asked, a node has no quorum and is not to be reset. */
const BEYOND_VOTE_SECONDS = 5;

/** Seconds until the watchdog resets a node without quorum. */
export const watchdogSeconds = (s: {
  readonly fencing: Pick<FencingSettings, "sbd">;
  readonly quorum: { readonly device?: { readonly syncTimeout: number } };
}): number =>
  s.fencing.sbd.watchdogTimeout ?? Math.ceil((s.quorum.device?.syncTimeout ?? 0) / 1000) + BEYOND_VOTE_SECONDS;

/** Seconds after which such a node counts as reset: twice the watchdog's, as Pacemaker asks. */
export const resetSeconds = (s: Parameters<typeof watchdogSeconds>[0]): number => 2 * watchdogSeconds(s);

export type FencingSettings = z.output<typeof fencingSchema>;

/** The kinds in the order in which they are tried. */
export const fenceKinds = (f: Pick<FencingSettings, "kind" | "fallback">): readonly FenceKind[] => [
  f.kind,
  ...f.fallback,
];
