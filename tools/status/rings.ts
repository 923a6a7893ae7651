/** A Corosync link as one node sees it. */
export interface Ring {
  readonly link: number;
  readonly address: string;
  /** State of every other node's end, by node id: `connected`, `disconnected`. */
  readonly peers: Readonly<Record<string, string>>;
}

/** Reads `corosync-cfgtool -s` with the knet transport. */
export function parseRings(text: string): Ring[] {
  return text
    .split(/^LINK ID /m)
    .slice(1)
    .map((part) => {
      const peers = [...part.matchAll(/nodeid:\s*(\d+):\s*(\S+)/g)]
        .map((m) => [m[1] as string, m[2] as string] as const)
        .filter(([, state]) => state !== "localhost");
      return {
        link: Number(/^\d+/.exec(part)?.[0]),
        address: /addr\s*=\s*(\S+)/.exec(part)?.[1] ?? "",
        peers: Object.fromEntries(peers),
      };
    });
}

/** Whether every other node is reached over this link. */
export const ringUp = (r: Ring): boolean => {
  const states = Object.values(r.peers);
  return states.length > 0 && states.every((s) => s === "connected");
};
