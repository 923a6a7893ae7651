import { HEAD } from "../jobs/head";
import { Secret } from "../../remote";
import { renderConf } from "../jobs/conf";
import type { ManagedFile } from "../jobs/files";
import { renderScript } from "../jobs/script";
import { confPath, renderDaemon, scriptPath, unitPath } from "../jobs/unit";
import type { WatchSpec } from "./spec";

export const CONF = confPath("watch");
export const SERVICE = "qvd-ha-watch.service";
export const MAILER = "/etc/qvd-ha/msmtprc";
export const WEBHOOK = "/etc/qvd-ha/webhook";

/** As curl reads it; msmtp takes a pair of quotes around a value away, and nothing else. */
const quoted = (text: string): string => `"${text.replace(/[\\"]/g, "\\$&")}"`;

/** msmtp's own file. It refuses a password in one that others can read. */
export const renderMailer = ({ mail, mailPassword }: Pick<WatchSpec, "mail" | "mailPassword">): string => {
  if (!mail) return "";
  const login =
    mail.user === undefined ? ["auth off"] : ["auth on", `user ${mail.user}`, `password "${mailPassword ?? ""}"`];
  return `${HEAD}${[
    "defaults",
    "account default",
    `host ${mail.server}`,
    `port ${mail.port}`,
    `from ${mail.from}`,
    `tls ${mail.tls === "none" ? "off" : "on"}`,
    `tls_starttls ${mail.tls === "starttls" ? "on" : "off"}`,
    ...login,
    "timeout 20",
  ].join("\n")}\n`;
};

/** curl's own file: address and token are in no argument that others could see. */
export const renderWebhook = ({
  webhookUrl = "",
  webhookToken,
}: Pick<WatchSpec, "webhookUrl" | "webhookToken">): string =>
  `${HEAD}url = ${quoted(webhookUrl)}\n${webhookToken === undefined ? "" : `header = ${quoted(`Authorization: Bearer ${webhookToken}`)}\n`}`;

export function files(spec: WatchSpec): ManagedFile[] {
  const { connections: _c, mailPassword: _p, webhookUrl: _u, webhookToken: _t, ...settings } = spec;
  return [
    ...(spec.mail ? [{ path: MAILER, mode: "600" as const, content: new Secret(renderMailer(spec)) }] : []),
    ...(spec.webhook ? [{ path: WEBHOOK, mode: "600" as const, content: new Secret(renderWebhook(spec)) }] : []),
    { path: CONF, mode: "644", content: renderConf(settings) },
    {
      path: unitPath(SERVICE),
      mode: "644",
      content: renderDaemon({ description: "Watch over the cluster of the database", script: scriptPath("watch") }),
    },
    { path: scriptPath("watch"), mode: "755", content: renderScript("watch") },
  ];
}
