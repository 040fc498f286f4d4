/** @file What `npm audit signatures` found, in one word. */

/** "unreachable": nothing was checked, which is neither of the others. */
export type SignatureVerdict = "hold" | "broken" | "unreachable";

/** What npm says of a signature or an attestation that does not hold, or is not there though the registry signs. */
const BROKEN =
  /\b(invalid|missing)\b[^\n]*\b(signatures?|attestations?)\b|EATTESTATION|EINTEGRITY|EEXPIREDSIGNATUREKEY/i;

/** What npm says where there is no way to the registry or to the keys, or where a mirror does not have them. */
const UNREACHABLE =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT|UNABLE_TO_GET_ISSUER_CERT_LOCALLY|SELF_SIGNED_CERT_IN_CHAIN|E40[345]|E50[0234])\b|found no dependencies to audit/i;

/** @param status - Exit code of npm. @param output - All that it printed. */
export function signatureVerdict(status: number | null, output: string): SignatureVerdict {
  if (BROKEN.test(output)) return "broken";
  if (status === 0 && /\bverified registry signatures?\b/.test(output)) return "hold";
  return UNREACHABLE.test(output) ? "unreachable" : "broken";
}
