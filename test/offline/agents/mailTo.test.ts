import { chmodSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import * as definitions from "../../../components/definitions";
import type { SettingsInput } from "../../../components/config";
import { parse } from "../../../components/config";
import valid from "../../unit/config/valid.json";
import type { MailServer } from "../maintenance/servers";
import { mailServer } from "../maintenance/servers";
import { scratch } from "../pacemaker/tools";
import { act, OCF_ROOT } from "./act";

// Proves that the distribution's agent, with the parameters that the program gives it and the mail program that the program installs, hands a mail to a real SMTP server when the service
// comes and when it goes, to the address that is configured. What Pacemaker does with an agent that cannot is for test/offline/pacemaker/mail.

jest.setTimeout(60_000);

describe("ocf:heartbeat:MailTo", () => {
  const place = scratch();
  let server: MailServer;
  const { params = {} } = definitions.mail(parse(valid as SettingsInput), "desk@example.org");
  const call = (action: string) =>
    act({
      agent: join(OCF_ROOT, "resource.d/heartbeat/MailTo"),
      action,
      resource: "p_mailto",
      params: params as Record<string, string>,
      seconds: 10,
      state: place.dir,
      // What mailx gives the mail to, whatever this machine has for that.
      environment: { MAILRC: join(place.dir, "mailrc") },
    });
  const subjects = (): (string | undefined)[] => server.mails().map((m) => /^Subject: (.*)$/m.exec(m)?.[1]);

  beforeAll(async () => {
    server = await mailServer(join(place.dir, "mail"));
    const sendmail = place.file("sendmail", `#!/bin/sh\nexec msmtp --file=${place.dir}/msmtprc "$@"\n`);
    chmodSync(sendmail, 0o755);
    place.file("mailrc", `set sendmail=${sendmail}\n`);
    place.file(
      "msmtprc",
      `account default\nhost 127.0.0.1\nport ${server.port}\nfrom cluster@example.org\ntls off\nauth off\n`,
    );
  });
  afterAll(() => {
    server.end();
    place.remove();
  });

  test("tells of a take-over and of leaving, each by one mail", () => {
    expect(call("validate-all").status).toBe(0);
    expect(call("monitor").status).toBe(7);
    expect(call("start").status).toBe(0);
    expect(call("monitor").status).toBe(0);
    expect(subjects()).toEqual([expect.stringMatching(new RegExp(`Takeover in progress at .* on ${hostname()}$`))]);
    expect(call("stop").status).toBe(0);
    expect(call("monitor").status).toBe(7);
    expect(subjects()).toEqual([
      expect.stringContaining("Takeover in progress"),
      expect.stringMatching(new RegExp(`Migrating resource away at .* from ${hostname()}$`)),
    ]);
    for (const mail of server.mails()) expect(mail).toMatch(/^(To|X-RcptTo): desk@example.org$/m);
  });

  test("a mail server that is away is no failure of the agent's", () => {
    server.end();
    expect(call("start").status).toBe(0);
    expect(call("stop").status).toBe(0);
  });
});
