/** Ids in the CIB of everything that serves the database. */
export interface Layout {
  readonly drbd: string;
  readonly drbdClone: string;
  readonly fileSystem: string;
  readonly address: string;
  readonly postgres: string;
  readonly mail: string;
  readonly group: string;
  /** The group runs where DRBD is promoted, and after it was. */
  readonly onDrbd: string;
  readonly afterDrbd: string;
  /** Of the location of a preferred node, by its place among the nodes. */
  readonly preferred: (place: number, node: string) => string;
  /** Nothing is promoted where no router answers; none where nobody asks. */
  readonly ping?: { readonly primitive: string; readonly clone: string; readonly location: string };
}

/** How the HOWTO arranges the database's resources: `standard` in its section 10, `simple` in the older draft of its sections 12 to 15. */
export const LAYOUTS = {
  standard: {
    drbd: "p_drbd_postgres",
    drbdClone: "ms_drbd_postgres",
    fileSystem: "p_fs_postgres",
    address: "p_ip_postgres",
    postgres: "p_postgres",
    mail: "p_mailto",
    group: "g_postgres",
    onDrbd: "o_postgres_on_drbd",
    afterDrbd: "o_drbd_before_postgres",
    preferred: (_place, node) => `l_prefer_${node}`,
    ping: { primitive: "p_ping", clone: "c_ping", location: "l_drbd_master_on_ping" },
  },
  simple: {
    drbd: "drbd_postgres",
    drbdClone: "ms_drbd_postgres",
    fileSystem: "postgres_fs",
    address: "DBIP",
    postgres: "postgresql",
    mail: "mailto",
    group: "postgres",
    onDrbd: "postgres_on_drbd",
    afterDrbd: "postgres_after_drbd",
    preferred: (place) => `master-prefer-node${place}`,
  },
} as const satisfies Readonly<Record<string, Layout>>;

export const LAYOUT_NAMES = ["standard", "simple"] as const;
export type LayoutName = (typeof LAYOUT_NAMES)[number];

export const layoutOf = (name: LayoutName): Layout => LAYOUTS[name];

/** The layout of which a cluster has the resources; the standard one where none is to be seen. */
export const layoutNameSeen = (ids: readonly string[]): LayoutName =>
  LAYOUT_NAMES.find((name) => ids.includes(LAYOUTS[name].postgres) || ids.includes(LAYOUTS[name].drbd)) ?? "standard";

export const layoutSeen = (ids: readonly string[]): Layout => layoutOf(layoutNameSeen(ids));
