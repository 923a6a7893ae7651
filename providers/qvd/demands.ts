import { QVD_LIMIT_SECONDS } from "../pacemaker/bound";
import { defaultSettings, KEPT_CONNECTIONS, maxConnections } from "../postgres/settings";

/** What QVD's own timers and programs ask of its database, and what it gets. */
export interface Demand {
  readonly what: string;
  readonly wanted: string;
  readonly is: string;
  readonly met: boolean;
  /** Configuration key by which it is met. */
  readonly property: string;
}

/** Further limits of QVD's, beyond the one at which a node daemon gives up; seconds. */
const TICKER_SECONDS = 450;
const NODE_LOST_SECONDS = 600;

export interface Asked {
  /** Longest failover that the timers allow, seconds. */
  readonly boundSeconds: number;
  readonly qvdNodes: number;
  /** Log-ins at the same moment. */
  readonly logins: number;
  /** Of the role; -1 for no limit of its own. */
  readonly connectionLimit?: number | undefined;
  readonly authentication: string;
  /** What the configuration sets beyond the defaults. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Pure: the same is checked before anything is touched, and printed. */
export function demands(a: Asked): Demand[] {
  const settings = { ...defaultSettings({ port: 5432, authentication: a.authentication }), ...a.settings };
  const setting = (name: string, wanted: string, what: string, otherwise = ""): Demand => {
    const is = settings[name] ?? otherwise;
    return { what, wanted, is, met: is.toLowerCase() === wanted.toLowerCase(), property: `database.settings.${name}` };
  };
  const below = (what: string, seconds: number): Demand => ({
    what,
    wanted: `below ${seconds} s`,
    is: `${a.boundSeconds} s at most`,
    met: a.boundSeconds < seconds,
    property: "timers",
  });
  const server = Number(settings.max_connections);
  const most = maxConnections(a.qvdNodes, a.logins);
  const role = a.connectionLimit ?? server - KEPT_CONNECTIONS;
  return [
    below("a node daemon gives up on its database", QVD_LIMIT_SECONDS),
    below("its ticker counts as dead", TICKER_SECONDS),
    below("a node counts as lost", NODE_LOST_SECONDS),
    {
      what: `connections of ${a.qvdNodes} QVD nodes and ${a.logins} log-ins at once, API and portal`,
      wanted: `max_connections ${most} or more`,
      is: String(server),
      met: server >= most,
      property: "database.settings.max_connections",
    },
    {
      what: "the same for the role",
      wanted: `${most - KEPT_CONNECTIONS} or more`,
      is: role === -1 ? "no limit" : String(role),
      met: role === -1 || role >= most - KEPT_CONNECTIONS,
      property: "database.connectionLimit",
    },
    setting("default_transaction_isolation", "serializable", "QVD's transactions are serializable"),
    setting("timezone", "UTC", "some clients lose their time zone when they reconnect"),
    setting("idle_session_timeout", "0", "sessions that wait for notifications are never ended", "0"),
  ];
}

export const printed = (d: Demand): string => `${d.what}: ${d.wanted}; ${d.is}${d.met ? "" : " (NOT MET)"}`;
