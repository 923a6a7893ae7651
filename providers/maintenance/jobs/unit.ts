import { HEAD } from "./head";

const LIBRARY = "/usr/local/lib/qvd-ha";

/** Where a script of ours lies on the nodes. */
export const scriptPath = (name: string): string => `${LIBRARY}/${name}`;
export const unitPath = (name: string): string => `/etc/systemd/system/${name}`;
export const confPath = (name: string): string => `/etc/qvd-ha/${name}.conf`;

export interface Timer {
  readonly description: string;
  /** As in systemd.time(7), OnCalendar. */
  readonly schedule: string;
  /** Whether a time that was missed, because the machine was off, is made up for. */
  readonly persistent: boolean;
}

export const renderTimer = ({ description, schedule, persistent }: Timer): string => `${HEAD}[Unit]
Description=${description}

[Timer]
OnCalendar=${schedule}
Persistent=${persistent}
AccuracySec=1min

[Install]
WantedBy=timers.target
`;

export interface Job {
  readonly description: string;
  readonly script: string;
  /** After which it is ended, in seconds. */
  readonly timeoutSeconds: number;
}

/** Run once by its timer, or by hand. The database goes first: less processor and disk for it. */
export const renderJob = ({ description, script, timeoutSeconds }: Job): string => `${HEAD}[Unit]
Description=${description}
After=network-online.target pacemaker.service

[Service]
Type=oneshot
ExecStart=${script}
TimeoutStartSec=${timeoutSeconds}
Nice=10
IOSchedulingClass=best-effort
IOSchedulingPriority=7
`;

/** Runs always; ends by itself when its script or settings have changed, and is started again with them. */
export const renderDaemon = ({ description, script }: Omit<Job, "timeoutSeconds">): string => `${HEAD}[Unit]
Description=${description}
After=network.target pacemaker.service
StartLimitIntervalSec=0

[Service]
ExecStart=${script}
Restart=always
RestartSec=2

[Install]
WantedBy=multi-user.target
`;
