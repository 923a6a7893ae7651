import { createHash } from "node:crypto";
import type { Fact, Seen } from "../fact";
import { sh } from "../remote";
import type { QuorumDeviceSpec } from "./spec";

export const QNETD_DB = "/etc/corosync/qnetd/nssdb";
export const NODE_DB = "/etc/corosync/qdevice/net/nssdb";
/** Our requests and what came of them, on either side; public, all of them. */
export const CA = "QNet CA";
export const CERTIFICATE = "Cluster Cert";

/** Ends well where a node's certificate is in force, by the authority that it trusts. */
export const VALID = sh`certutil -V -d ${NODE_DB} -n ${CERTIFICATE} -u C >/dev/null 2>&1`;

/** What either side has of it; certificates and requests in base64 of their files, as they are public. */
export interface Trust {
  /** The programs are there. */
  readonly installed: boolean;
  /** The authority's certificate. */
  readonly ca?: string;
  /** A node's request that waits to be signed, or was. */
  readonly request?: string;
  /** A node's certificate is of this authority, for this cluster and in force. */
  readonly trusted: boolean;
  /** At the arbiter: certificates by the name of the request that they answer. */
  readonly signed: Readonly<Record<string, string>>;
  /** At the arbiter: qnetd runs and starts at boot. */
  readonly running: boolean;
}

/** Names a request, so that an answer to a former one is not taken for it. */
export const nameOf = (request: string): string =>
  createHash("sha256").update(Buffer.from(request, "base64")).digest("hex").slice(0, 16);

const parse = (stdout: string): Trust => {
  const said = stdout.split("\n").map((l) => l.split(" "));
  const one = (what: string): string | undefined => said.find(([w]) => w === what)?.[1];
  const ca = one("ca");
  const request = one("request");
  return {
    installed: one("installed") === "yes",
    ...(ca ? { ca } : {}),
    ...(request ? { request } : {}),
    trusted: one("trusted") === "yes",
    signed: Object.fromEntries(
      said.flatMap(([w, name, text]) => (w === "signed" && name && text ? [[name, text] as const] : [])),
    ),
    running: one("running") === "yes",
  };
};

const arbiter = ({ clusterName }: QuorumDeviceSpec): Fact<Trust> => ({
  command: {
    script: sh`if command -v corosync-qnetd-certutil certutil >/dev/null; then echo installed yes; fi
d=${QNETD_DB}
[ ! -s $d/qnetd-cacert.crt ] || echo "ca $(sed -n '/BEGIN CERT/,/END CERT/p' $d/qnetd-cacert.crt | tr -d '\r' | base64 -w0)"
for f in $d/qvd-ha-${clusterName}-*.crt; do
  [ ! -s "$f" ] || echo "signed $(basename "$f" .crt | sed 's/.*-//') $(base64 -w0 "$f")"
done
if systemctl -q is-active corosync-qnetd && systemctl -q is-enabled corosync-qnetd; then echo running yes; fi`,
  },
  parse: ({ stdout }) => parse(stdout),
});

const node = ({ clusterName }: QuorumDeviceSpec): Fact<Trust> => ({
  command: {
    script: sh`if command -v corosync-qdevice-net-certutil certutil >/dev/null; then echo installed yes; fi
d=${NODE_DB}
if [ -d $d ]; then
  ca=$(certutil -L -d $d -n ${CA} -a 2>/dev/null | tr -d '\r' | base64 -w0) || ca=
  [ -z "$ca" ] || echo "ca $ca"
  [ ! -s $d/qvd-ha.crq ] || echo "request $(base64 -w0 $d/qvd-ha.crq)"
  if ${VALID} &&
    certutil -L -d $d -n ${CERTIFICATE} 2>/dev/null | grep -q ${`Subject: "CN=${clusterName}"`}; then echo trusted yes; fi
fi`,
  },
  parse: ({ stdout }) => parse(stdout),
});

export const facts = (spec: QuorumDeviceSpec, name: string): { trust: Fact<Trust> } => ({
  trust: name === spec.arbiter ? arbiter(spec) : node(spec),
});

export type QuorumDeviceSeen = Readonly<Record<string, Seen<ReturnType<typeof facts>>>>;

/** There or not: what is wrong with a certificate, the plan's reasons tell. */
export const live = (known: QuorumDeviceSpec, seen: QuorumDeviceSeen): QuorumDeviceSpec | undefined =>
  Object.values(seen).some(({ trust }) => trust.ca !== undefined) ? known : undefined;
