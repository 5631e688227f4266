/** Source: Node's documentation of TLS, "X509 certificate error codes", and `ERR_TLS_CERT_ALTNAME_INVALID`. */
const CERTIFICATE_FAULTS: ReadonlySet<string> = new Set([
  "CERT_CHAIN_TOO_LONG",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "CERT_REJECTED",
  "CERT_REVOKED",
  "CERT_SIGNATURE_FAILURE",
  "CERT_UNTRUSTED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "HOSTNAME_MISMATCH",
  "INVALID_CA",
  "INVALID_PURPOSE",
  "PATH_LENGTH_EXCEEDED",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

/** Whether a connection failed because the server could not show that it is who it says: asking again changes nothing. */
export function isCertificateFault(code: string): boolean {
  return CERTIFICATE_FAULTS.has(code);
}

export const CERTIFICATE_HINT =
  "the server's certificate is not trusted: check the address and the clock; an institute's own is named in NODE_EXTRA_CA_CERTS";
