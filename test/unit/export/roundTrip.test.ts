import type { SettingsInput } from "../../../components/config";
import { patchOf } from "../../../components/config/mergePatch";
import { inNetwork, ipOf, prefixOf } from "../../../components/config/primitives";
import { fenceKinds } from "../../../components/config/fencing";
import { parse } from "../../../components/config/parse";
import { FENCE_SECRETS } from "../../../components/config/secrets";
import type { CorosyncSpec } from "../../../providers/corosync";
import { render as renderCorosync } from "../../../providers/corosync/render";
import type { DrbdSpec } from "../../../providers/drbd";
import { renderResource } from "../../../providers/drbd/render";
import type { FenceClientSpec } from "../../../providers/fencing";
import { IPMI_PASSWORD_FILE, XENAPI_PASSWORD_SCRIPT, XVM_KEY } from "../../../providers/fencing/secret/paths";
import { filesOf } from "../../../providers/fencing/secret/render";
import type { FenceSecretSpec } from "../../../providers/fencing/secret/spec";
import { renderConfig as renderWatchdog, renderModules } from "../../../providers/fencing/watchdog/render";
import type { WatchdogSpec } from "../../../providers/fencing/watchdog/spec";
import { renderKnownHosts } from "../../../providers/fencing/client/render";
import type { NodeSpec } from "../../../providers/node";
import { hostsFile, renderPgpass, renderRepository } from "../../../providers/node/render";
import type { readConfiguration } from "../../../providers/pacemaker/cib";
import { merge, parseCib } from "../../../providers/pacemaker/cib";
import type { PacemakerSpec } from "../../../providers/pacemaker/spec";
import { formatXml } from "../../../providers/pacemaker/xml";
import type { PostgresSpec } from "../../../providers/postgres";
import { renderConf, renderHba } from "../../../providers/postgres/render";
import { connectionLimit } from "../../../providers/postgres/sql";
import { createKeyPair } from "../../../providers/ssh/keyPair";
import { pruned } from "../../../tools/export/complete";
import type { NodeFound } from "../../../tools/export/facts";
import { instructions, stackConfig } from "../../../tools/export/print";
import type { Asked } from "../../../tools/export/program";
import { asks } from "../../../tools/export/program";
import type { Found } from "../../../tools/export/settings";
import { derive } from "../../../tools/export/settings";
import cases from "./configs.json";

// Proves that a cluster of our own is exported as the configuration that made it: configuration, rendered files, export, the same configuration. That the files read
// on real nodes are those that were rendered is proven by test/e2e/deployment.

const FENCE_KEY = createKeyPair({ comment: "test" }).outs.privateKey;
const SECRETS = {
  sshPrivateKey: "k",
  databasePassword: "Plain-Password_1",
  drbdSecret: "s3cret-s3cret",
  corosyncKey: Buffer.alloc(256, 7).toString("base64"),
  fencePrivateKey: FENCE_KEY,
  xvmKey: Buffer.alloc(128, 9).toString("base64"),
  xenapiPassword: "of the 'pool' \\ $HOME",
  ipmiPassword: "of-the-boards",
};

const EMPTY = parseCib(
  '<cib epoch="1" admin_epoch="0" num_updates="0" validate-with="pacemaker-3.9"><configuration><crm_config/><nodes/><resources/><constraints/></configuration><status/></cib>',
);

const spec = <T>(asked: readonly Asked[], kind: string, name?: string): T | undefined =>
  asked.find((a) => a.kind.name === kind && (name === undefined || (a.spec as { name?: string }).name === name))
    ?.spec as unknown as T | undefined;

/** The nodes as they would be read after this was deployed. */
function deployed(given: SettingsInput, asked: readonly Asked[]): Found {
  const settings = parse(given);
  const drbd = spec<DrbdSpec>(asked, "drbd") as DrbdSpec;
  const postgres = spec<PostgresSpec>(asked, "postgres") as PostgresSpec;
  const cluster = spec<PacemakerSpec>(asked, "pacemaker") as PacemakerSpec;
  const client = spec<FenceClientSpec>(asked, "fence client");
  const watchdog = spec<WatchdogSpec>(asked, "watchdog");
  const secretFile = (path: string): Buffer | undefined =>
    asked
      .filter((a) => a.kind.name === "fence secret")
      .flatMap((a) => filesOf(a.spec as unknown as FenceSecretSpec))
      .find((f) => f.path === path)?.content;
  const cib = parseCib(formatXml(merge(EMPTY, cluster)));
  const paths = Object.fromEntries(settings.nodes.map((n) => [n.name, `/dev/disk/by-id/virtio-${n.disk.serial}`]));
  const node = (n: (typeof settings.nodes)[number]): NodeFound => {
    const own = spec<NodeSpec>(asked, "node", n.name) as NodeSpec;
    const address = (cidr: string, name: string) => ({ interface: name, address: ipOf(cidr), prefix: prefixOf(cidr) });
    const floating = { ...address(settings.database.address, n.lanInterface) };
    expect(inNetwork(floating.address, n.lan)).toBe(true);
    return {
      machine: { os: settings.os, title: "", hostName: n.name, timeZone: "UTC" },
      addresses: [
        floating,
        address(n.lan, n.lanInterface),
        ...(n.crossover ? [address(n.crossover, n.crossoverInterface)] : []),
      ],
      disks: [
        {
          path: "/dev/vdb",
          serial: n.disk.serial,
          size: n.disk.sizeGiB * 1024 ** 3,
          names: ["/dev/vdb", paths[n.name] as string],
        },
      ],
      timeServers: own.time.servers,
      cib,
      hosts: hostsFile("127.0.0.1 localhost\n", own),
      repository: own.repository && renderRepository(own.repository),
      keyring: own.repository?.keyring,
      corosync: renderCorosync(spec<CorosyncSpec>(asked, "corosync") as CorosyncSpec),
      drbdModule: "8.4.11",
      drbd: renderResource(drbd, "8.4", paths),
      authkey: SECRETS.corosyncKey,
      pgpass: own.pgpass && `# BEGIN managed by qvd-ha\n${renderPgpass(own.pgpass)}# END managed by qvd-ha\n`,
      fenceKey: client && FENCE_KEY,
      xvmKey: secretFile(XVM_KEY)?.toString("base64") ?? "",
      xenapi: secretFile(XENAPI_PASSWORD_SCRIPT)?.toString(),
      ipmi: secretFile(IPMI_PASSWORD_FILE)?.toString(),
      sbd: watchdog ? renderWatchdog(watchdog) : "",
      watchdogModule: watchdog?.module === undefined ? undefined : renderModules(watchdog.module),
      knownHosts: client
        ? renderKnownHosts(client.hypervisors)
        : settings.hypervisors.map((h) => `${h.name},${h.address} ${h.hostKey}\n`).join(""),
    };
  };
  return {
    nodes: Object.fromEntries(settings.nodes.map((n) => [n.name, node(n)])),
    connections: Object.fromEntries(
      settings.nodes.map((n) => [
        n.name,
        { host: ipOf(n.lan), port: 22, user: "root", ...n.ssh, hostKey: n.ssh?.hostKey ?? "", privateKey: "k" },
      ]),
    ),
    database: {
      serves: true,
      conf: renderConf(postgres.settings),
      hba: renderHba(postgres.hba),
      database: {
        owner: postgres.role.name,
        encoding: postgres.database.encoding,
        locale: postgres.database.locale,
        checksums: postgres.checksums,
        connectionLimit: connectionLimit(postgres),
        verifier: postgres.authentication,
        maxConnections: Number(postgres.settings.max_connections),
        parameters: {},
      },
    },
    ...(settings.quorum.device ? { arbiter: settings.quorum.device.connection } : {}),
  };
}

const document = (c: PacemakerSpec | ReturnType<typeof readConfiguration>): object => ({
  properties: c.properties,
  resourceDefaults: c.resourceDefaults,
  operationDefaults: c.operationDefaults,
  elements: c.elements,
});

describe.each(cases as unknown as { name: string; settings: SettingsInput }[])("$name", ({ settings }) => {
  it("is exported as what it was made of", async () => {
    const asked = await asks(settings, SECRETS);
    const found = deployed(settings, asked);
    const exported = derive(found);
    const again = await asks(exported.settings as unknown as SettingsInput, SECRETS);
    const live = document(spec<PacemakerSpec>(asked, "pacemaker") as PacemakerSpec);
    const cib = patchOf(document(spec<PacemakerSpec>(again, "pacemaker") as PacemakerSpec), live);
    const whole = cib === undefined ? exported.settings : { ...exported.settings, cib };
    expect(pruned(whole)).toEqual(pruned(settings as unknown as Record<string, unknown>));
    const { fencing, quorum } = parse(settings);
    const kinds = fenceKinds(fencing);
    const { sshPrivateKey: _ssh, fencePrivateKey, xvmKey, xenapiPassword, ipmiPassword, ...others } = SECRETS;
    expect(exported.secrets).toEqual({
      ...others,
      ...(kinds.includes("libvirt") && fencing.manageKey ? { fencePrivateKey } : {}),
      ...(kinds.includes("xvm") ? { xvmKey } : {}),
      ...(kinds.includes("xenapi") ? { xenapiPassword } : {}),
      ...(kinds.includes("ipmi") ? { ipmiPassword } : {}),
    });
    const bearers = kinds.flatMap((k) => (k in FENCE_SECRETS ? [FENCE_SECRETS[k as "xvm"]] : []));
    expect(exported.needs).toEqual([...bearers, ...(quorum.device ? ["arbiterPrivateKey"] : [])]);
    const printed = stackConfig(exported.settings) + instructions("site", {}, exported.needs).join("\n");
    for (const secret of Object.values(SECRETS).filter((s) => s.length > 1)) expect(printed).not.toContain(secret);
    for (const name of exported.needs) expect(printed).toContain(`--secret ${name} # `);
  }, 60_000);
});
