import { sh } from "../remote";
import type { Plan, Step } from "../step";
import { plan as planOf } from "../step";
import type { QuorumDeviceSeen, Trust } from "./read";
import { CA, CERTIFICATE, nameOf, NODE_DB, QNETD_DB } from "./read";
import type { QuorumDeviceSpec } from "./spec";
import { nodesOf } from "./spec";

function refuseWithout(spec: QuorumDeviceSpec, seen: QuorumDeviceSeen): void {
  const missing = Object.entries(seen)
    .filter(([, { trust }]) => !trust.installed)
    .map(([n]) => `${n} lacks ${n === spec.arbiter ? "corosync-qnetd" : "corosync-qdevice"} or NSS's tools`);
  if (missing.length > 0)
    throw new Error(
      `Quorum device of ${spec.clusterName}: ${missing.join("; ")}. Nothing was touched. Fix: install the package ` +
        "(Debian: corosync-qnetd and libnss3-tools on the arbiter).",
    );
}

/** An authority that is there serves other clusters, too, and stays as it is. */
const found = (node: string): Step => ({
  node,
  reason: "make the authority whose word counts for the third vote",
  command: { script: sh`corosync-qnetd-certutil -i` },
});

const serve = (node: string): Step => ({
  node,
  reason: "corosync-qnetd does not run: start it, and at boot",
  command: { script: sh`systemctl enable --quiet corosync-qnetd; systemctl restart corosync-qnetd` },
});

/** With a fresh key: what was there trusts somebody else, or is half made. */
const request = (node: string, spec: QuorumDeviceSpec, ca: string, why: string): Step => ({
  node,
  reason: why,
  command: {
    script: sh`d=${NODE_DB}
rm -rf $d
t=$(mktemp)
trap 'rm -f "$t"' EXIT
cat >"$t"
corosync-qdevice-net-certutil -i -c "$t"
corosync-qdevice-net-certutil -r -n ${spec.clusterName}
mv $d/qdevice-net-node.crq $d/qvd-ha.crq`,
    stdin: Buffer.from(ca, "base64").toString(),
  },
});

/** The request is no secret; its file is binary, so it travels in base64. */
const sign = (arbiter: string, node: string, spec: QuorumDeviceSpec, text: string): Step => ({
  node: arbiter,
  reason: `sign the certificate of ${node}`,
  command: {
    script: sh`d=${QNETD_DB}
t=$(mktemp)
trap 'rm -f "$t"' EXIT
base64 -d >"$t"
corosync-qnetd-certutil -s -c "$t" -n ${spec.clusterName}
mv $d/cluster-${spec.clusterName}.crt $d/qvd-ha-${spec.clusterName}-${nameOf(text)}.crt`,
    stdin: text,
  },
});

const take = (node: string, certificate: string): Step => ({
  node,
  reason: "take the certificate that was signed",
  command: {
    script: sh`d=${NODE_DB}
t=$(mktemp)
trap 'rm -f "$t"' EXIT
base64 -d >"$t"
certutil -D -d $d -n ${CERTIFICATE} 2>/dev/null || true
certutil -A -d $d -t u,u,u -n ${CERTIFICATE} -i "$t" -f $d/pwdfile.txt`,
    stdin: certificate,
  },
});

const plain = (pem: string | undefined): string =>
  Buffer.from(pem ?? "", "base64")
    .toString()
    .replace(/\s/g, "");

/** One turn of the exchange: each needs what the one before has made, so it takes several, and one that was interrupted goes on. */
export function plan(spec: QuorumDeviceSpec, seen: QuorumDeviceSeen): Plan {
  refuseWithout(spec, seen);
  const at = (n: string): Trust => (seen[n] as { trust: Trust }).trust;
  const authority = at(spec.arbiter);
  const { ca } = authority;
  if (ca === undefined) return planOf([[found(spec.arbiter)], [serve(spec.arbiter)]]);
  const due = nodesOf(spec).flatMap((n): Step[] => {
    const { trusted, request: asked, ca: known } = at(n);
    if (plain(known) !== plain(ca))
      return [request(n, spec, ca, `trust the ${CA} of ${spec.arbiter}, and ask for a certificate`)];
    if (trusted) return [];
    if (asked === undefined) return [request(n, spec, ca, "ask for a certificate")];
    const answer = authority.signed[nameOf(asked)];
    return [answer === undefined ? sign(spec.arbiter, n, spec, asked) : take(n, answer)];
  });
  return planOf(
    [authority.running ? [] : [serve(spec.arbiter)], due],
    "the nodes and the host of the third vote know each other",
  );
}

/** The authority stays: other clusters may have certificates of it. */
export function remove(spec: QuorumDeviceSpec, seen: QuorumDeviceSeen): Plan {
  const nodes = nodesOf(spec).filter((n) => seen[n]?.trust.ca !== undefined || seen[n]?.trust.request !== undefined);
  const signed = Object.keys(seen[spec.arbiter]?.trust.signed ?? {});
  return planOf(
    [
      nodes.map((node) => ({
        node,
        reason: "forget the certificate for the third vote",
        command: { script: sh`rm -rf ${NODE_DB}` },
      })),
      signed.length === 0
        ? []
        : [
            {
              node: spec.arbiter,
              reason: "forget what was signed for this cluster",
              command: { script: sh`rm -f ${QNETD_DB}/qvd-ha-${spec.clusterName}-*.crt` },
            },
          ],
    ],
    "no certificate is there",
  );
}
