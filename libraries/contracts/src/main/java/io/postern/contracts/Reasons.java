package io.postern.contracts;

/**
 * Reasons of a refused attempt or a failure other than a certificate's verdict, and of holds: the
 * closed list of docs/design/connectors.md, "Tokens and reasons", and those of the log's mechanics.
 * Verdict reasons are spelled by {@link Spelling}.
 */
public final class Reasons {
  // The requirement was not met: stands after "/" in the token.
  public static final String NOT_OFFERED = "not-offered";
  public static final String STARTTLS_REFUSED = "starttls-refused";
  public static final String HANDSHAKE_FAILED = "handshake-failed";
  public static final String NO_FORWARD_SECRECY = "no-forward-secrecy";
  public static final String NO_POST_QUANTUM = "no-post-quantum";
  public static final String VERSION_TOO_LOW = "version-too-low";
  public static final String NAME_MISMATCH = "name-mismatch";
  public static final String NO_CERTIFICATE = "no-certificate";
  public static final String VERDICT_UNAVAILABLE = "verdict-unavailable";
  public static final String REQUIRETLS_NOT_OFFERED = "requiretls-not-offered";
  public static final String REQUIRETLS_MX_UNPROVEN = "requiretls-mx-unproven";

  /** Of all reasons about DANE. */
  public static final String DANE_PREFIX = "dane-";

  // DANE (RFC 7672), named as Exchange and TLS-RPT (RFC 8460 §4.3) name its failures.
  public static final String DANE_STARTTLS_NOT_SUPPORTED = "dane-starttls-not-supported";
  public static final String DANE_CERTIFICATE_EXPIRED = "dane-certificate-expired";
  public static final String DANE_TLSA_INVALID = "dane-tlsa-invalid";
  public static final String DANE_HOST_MISMATCH = "dane-host-mismatch";

  /** A connector demands DANE, and the host's domain has no usable record. */
  public static final String DANE_NOT_PUBLISHED = "dane-not-published";

  /** The DNS gave no answer about a host's TLSA records. */
  public static final String DANE_DNS_FAILURE = "dane-dns-failure";

  /** The DNS gave an answer that DNSSEC proves to be another's. */
  public static final String DNSSEC_INVALID = "dnssec-invalid";

  /** DANE is demanded and cannot be evaluated. */
  public static final String DANE_UNAVAILABLE = "dane-unavailable";

  /** Of all reasons about MTA-STS. */
  public static final String MTA_STS_PREFIX = "mta-sts-";

  // MTA-STS (RFC 8461 §4).

  /** The domain's policy does not name the host. */
  public static final String MTA_STS_MX_MISMATCH = "mta-sts-mx-mismatch";

  public static final String MTA_STS_STARTTLS_NOT_SUPPORTED = "mta-sts-starttls-not-supported";
  public static final String MTA_STS_CERTIFICATE_EXPIRED = "mta-sts-certificate-expired";
  public static final String MTA_STS_HOST_MISMATCH = "mta-sts-host-mismatch";

  /** The host's chain is not good for the installation's anchors. */
  public static final String MTA_STS_CERTIFICATE_INVALID = "mta-sts-certificate-invalid";

  /** The client certificate that the requirement names cannot be used. */
  public static final String CLIENT_CERTIFICATE_MISSING = "client-certificate-missing";

  /** The smart host took our credentials not, or did not prove that it knows them. */
  public static final String AUTH_FAILED = "auth-failed";

  /** The smart host offers no mechanism over which our credentials may go. */
  public static final String AUTH_NOT_OFFERED = "auth-not-offered";

  /** The credentials that the connector names cannot be used. */
  public static final String CREDENTIALS_MISSING = "credentials-missing";

  // A failure without TLS.

  /** The address of ours that is demanded cannot be dialled from. */
  public static final String SOURCE_ADDRESS_UNAVAILABLE = "source-address-unavailable";

  /** A foreign sender must be rewritten, and there is no secret or no domain for it. */
  public static final String SENDER_REWRITING_UNAVAILABLE = "sender-rewriting-unavailable";

  /** Another organization's sender must be rewritten, and its address is too long for that. */
  public static final String SENDER_NOT_ALLOWED = "sender-not-allowed";

  public static final String DNS_FAILURE = "dns-failure";
  public static final String NO_MAIL_HOST = "no-mail-host";

  /** All mail hosts of the domain have addresses that are not on the public Internet. */
  public static final String PRIVATE_ADDRESS = "private-address";

  /** The next hop is inside, or has an unusual port, and no operator has approved it. */
  public static final String NEXT_HOP_NOT_APPROVED = "next-hop-not-approved";

  public static final String CONNECT_FAILED = "connect-failed";
  public static final String TIMEOUT = "timeout";
  public static final String DISCONNECTED = "disconnected";
  public static final String REMOTE_4XX = "remote-4xx";
  public static final String REMOTE_5XX = "remote-5xx";
  public static final String DESTINATION_BUSY = "destination-busy";
  public static final String TOO_LARGE = "too-large";
  public static final String NO_8BITMIME = "no-8bitmime";
  public static final String NO_BINARYMIME = "no-binarymime";
  public static final String NO_SMTPUTF8 = "no-smtputf8";
  public static final String LOOP = "loop";

  /** A bug here that no rule foresees; an error log says more. */
  public static final String INTERNAL_ERROR = "internal-error";

  /** Watched, and not at its final dot in time. */
  public static final String TOO_SLOW = "too-slow";

  /** Two owners in a row were lost while they had it. */
  public static final String INTERRUPTED = "interrupted";

  // Nobody was asked, or was given the message: handed back, held, cancelled.
  public static final String ROUTING_CHANGED = "routing-changed";
  public static final String CONTENT_UNREADABLE = "content-unreadable";
  public static final String CONNECTOR_REMOVED = "connector-removed";
  public static final String UNDECIDABLE = "undecidable";
  public static final String NO_ROUTE = "no-route";

  /** Before the final dot it was not provable that the delivery is ours; nobody has it. */
  public static final String OWNERSHIP_UNPROVEN = "ownership-unproven";

  /** A person held or cancelled it. */
  public static final String ADMINISTRATOR = "administrator";

  /** Nobody released it in time: cancelled. */
  public static final String HOLD_LIMIT = "hold-limit";

  private Reasons() {}
}
