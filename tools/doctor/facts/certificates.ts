import type { Fact } from "@qvd-ha/providers/dist/fact";
import { CERTIFICATE, NODE_DB, VALID } from "@qvd-ha/providers/dist/qdevice/read";
import { sh } from "@qvd-ha/providers/dist/remote";

export const VOTE_TRUST = NODE_DB;

/** What the third vote's client shows to its host. Undefined where NSS's tools are missing, so that nobody can tell. */
export interface VoteCertificate {
  /** By NSS: signed by the authority that this node trusts, and in force. */
  readonly valid: boolean;
  /** Its end, in seconds since 1970; undefined where there is none. */
  readonly ends?: number;
}

export const certificateFact: Fact<VoteCertificate | undefined> = {
  command: {
    script: sh`if command -v certutil >/dev/null; then
  echo @tools
  if ${VALID}; then echo @valid; fi
  ends=$(certutil -L -d ${NODE_DB} -n ${CERTIFICATE} -a 2>/dev/null | openssl x509 -enddate -noout 2>/dev/null | sed 's/^notAfter=//' || true)
  if [ -n "$ends" ]; then echo "@ends $(date -u -d "$ends" +%s)"; fi
fi`,
    timeoutSeconds: 20,
  },
  parse: ({ stdout }) => {
    if (!/^@tools$/m.test(stdout)) return undefined;
    const ends = /^@ends (\d+)$/m.exec(stdout)?.[1];
    return { valid: /^@valid$/m.test(stdout), ...(ends ? { ends: Number(ends) } : {}) };
  },
};
