package io.postern.policy.notices;

import static io.postern.policy.notices.Meaning.Duty.OURS;
import static io.postern.policy.notices.Meaning.Duty.PEER;
import static io.postern.policy.notices.Meaning.Duty.SENDER;

import io.postern.contracts.Reasons;
import io.postern.contracts.Spelling;
import io.postern.contracts.v1.VerdictReason;
import io.postern.policy.notices.Meaning.Duty;
import java.util.HashMap;
import java.util.Map;

/**
 * The table from every reason (docs/design/connectors.md, "Tokens and reasons") to its meaning for
 * the sender. Codes are those of Exchange where it has one (docs/design/connectors.md, "Reports to
 * the sender": 7.320 a certificate that is not good, 7.321 no TLS, 4.312 to 4.318 connections),
 * else those registered for RFC 3463. Immutable.
 */
final class Meanings {
  private static final String BAD_CERTIFICATE = "7.320";
  private static final String NEW_CERTIFICATE = "install a valid certificate on that server";
  private static final String SERVER = "The receiving mail server";
  private static final Map<String, Meaning> TABLE = new HashMap<>();
  private static final Meaning OTHER =
      new Meaning(
          "0.0",
          false,
          "It could not be forwarded, for a reason that this report cannot describe.",
          OURS,
          "look the message up by its queue id");
  private static final Meaning DANE =
      new Meaning(
          "7.323",
          true,
          "The receiving mail server does not match the TLSA records of its domain (DANE).",
          PEER,
          "publish TLSA records that match the server's certificate");
  private static final Meaning MTA_STS =
      new Meaning(
          "7.5",
          true,
          "The receiving mail server does not match its domain's policy (MTA-STS).",
          PEER,
          "make policy, mail servers and certificates agree");

  static {
    tls(Reasons.NOT_OFFERED, "7.321", SERVER + " does not offer TLS.", "enable STARTTLS there");
    tls(
        Reasons.STARTTLS_REFUSED,
        "7.321",
        SERVER + " offers TLS, but refuses to start it.",
        "fix STARTTLS there");
    tls(
        Reasons.HANDSHAKE_FAILED,
        "7.321",
        "The TLS handshake with the receiving mail server failed.",
        "check its TLS versions, cipher suites and certificate");
    tls(
        Reasons.NO_FORWARD_SECRECY,
        "7.5",
        SERVER + " agrees only on encryption without forward secrecy.",
        "enable ECDHE cipher suites or TLS 1.3 there");
    tls(
        Reasons.NO_POST_QUANTUM,
        "7.5",
        SERVER + " agrees only on encryption without a post-quantum key exchange.",
        "enable TLS 1.3 with the group X25519MLKEM768 there");
    tls(
        Reasons.VERSION_TOO_LOW,
        "7.5",
        SERVER + " agrees only on a TLS version that is too old.",
        "enable a newer TLS version there");
    tls(
        Reasons.NAME_MISMATCH,
        BAD_CERTIFICATE,
        "The receiving mail server's certificate does not carry the expected name.",
        "install a certificate with that name, or agree with the sender's side on another one");
    tls(
        Reasons.NO_CERTIFICATE,
        BAD_CERTIFICATE,
        SERVER + " presented no certificate.",
        NEW_CERTIFICATE);
    put(
        Reasons.VERDICT_UNAVAILABLE,
        "7.0",
        true,
        "The receiving mail server's certificate could not be checked here.",
        OURS,
        "find out why certificates cannot be checked");
    put(
        Reasons.REQUIRETLS_NOT_OFFERED,
        "7.30", // RFC 8689 §3
        true,
        "The message requires REQUIRETLS, which the receiving mail server does not support.",
        SENDER,
        "send it without this requirement, if that is acceptable");
    put(
        Reasons.REQUIRETLS_MX_UNPROVEN,
        "7.30",
        true,
        "The message requires REQUIRETLS, and neither DNSSEC nor MTA-STS authenticates the mail "
            + "servers of the recipient's domain.",
        SENDER,
        "send it without this requirement, if that is acceptable");

    peer(
        Reasons.DNS_FAILURE,
        "4.312",
        "The recipient's mail server could not be found: the DNS lookup failed.",
        "check the domain's name servers and mail records");
    sender(
        Reasons.NO_MAIL_HOST,
        "1.2",
        "There is no mail server for the domain after the @ of the address.",
        "check the address and send the message again");
    peer(
        Reasons.PRIVATE_ADDRESS,
        "4.4",
        "The mail servers of the recipient's domain have addresses that the Internet cannot reach.",
        "correct the domain's mail records");
    peer(
        Reasons.CONNECT_FAILED,
        "4.316",
        "The receiving mail server could not be reached.",
        "check that it runs and accepts connections");
    peer(
        Reasons.TIMEOUT,
        "4.315",
        SERVER + " did not answer in time.",
        "check that it works and is not overloaded");
    peer(Reasons.DISCONNECTED, "4.318", SERVER + " closed the connection.", "check why");
    peer(Reasons.REMOTE_4XX, "0.0", SERVER + " temporarily refused the message.", "see its reply");
    peer(Reasons.REMOTE_5XX, "0.0", SERVER + " refused the message.", "see its reply");
    peer(
        Reasons.DESTINATION_BUSY,
        "4.5",
        "The receiving mail server accepts mail more slowly than it arrives.",
        "allow more connections, or find out what slows it down");
    sender(
        Reasons.TOO_LARGE,
        "3.4",
        "The message is larger than the receiving mail server accepts.",
        "send a smaller one");
    sender(
        Reasons.NO_8BITMIME,
        "6.3",
        "The message has 8-bit content, which the receiving mail server does not accept.",
        "send it encoded (quoted-printable or base64)");
    sender(
        Reasons.NO_BINARYMIME,
        "6.3",
        "The message has binary content, which the receiving mail server does not accept.",
        "send it encoded (base64)");
    sender(
        Reasons.NO_SMTPUTF8,
        "6.7",
        "The receiving mail server does not accept addresses or header fields in UTF-8.",
        "use ASCII addresses, and encoded header fields");
    ours(
        Reasons.LOOP,
        "4.6",
        "The message returned to a server that had handled it before: a mail loop.",
        "correct the mail routing of the recipient's domain");

    ours(
        Reasons.ROUTING_CHANGED,
        "3.0",
        "The mail routing was being changed at each attempt to send the message.",
        "find out what keeps changing it");
    ours(
        Reasons.CONTENT_UNREADABLE,
        "3.0",
        "The message's content can no longer be read here.",
        "check the storage; the message must be sent again");
    ours(
        Reasons.CONNECTOR_REMOVED,
        "3.5",
        "The rule that protected this message was removed; without it, the message would have been "
            + "sent with less protection.",
        "restore the rule or release such messages; this one must be sent again");
    ours(
        Reasons.UNDECIDABLE,
        "3.5",
        "The route of the message could not be determined.",
        "correct the mail routing; the message must be sent again");
    ours(
        Reasons.NO_ROUTE,
        "4.4",
        "No route to the recipient's domain is configured.",
        "configure a route for that domain");

    ours(
        Reasons.ADMINISTRATOR,
        "7.1",
        "An administrator held it.",
        "explain why; the message must be sent again");
    ours(
        Reasons.HOLD_LIMIT,
        "7.1",
        "It was held, and was not released in time.",
        "explain why; the message must be sent again");
    ours(
        Reasons.OWNERSHIP_UNPROVEN,
        "3.0",
        "This mail system could not ensure in time that the message is sent only once.",
        "look the message up by its queue id");
    ours(
        Reasons.INTERRUPTED,
        "3.0",
        "This mail system was interrupted twice while it was sending the message.",
        "find out what stopped it");
    peer(
        Reasons.TOO_SLOW,
        "4.5",
        SERVER + " accepted the message too slowly.",
        "find out what slows it down");
    put(
        Reasons.CLIENT_CERTIFICATE_MISSING,
        "7.5",
        true,
        "The certificate that this system must present to the receiving mail server is missing.",
        OURS,
        "install it here");
    put(
        Reasons.CREDENTIALS_MISSING,
        "7.5",
        true,
        "The name and password by which this system must log in at the next mail server are missing.",
        OURS,
        "install them here");
    put(
        Reasons.AUTH_NOT_OFFERED,
        "7.5",
        true,
        "The next mail server offers no secure way to log in.",
        OURS,
        "agree with the next server's administrator on a login method");
    put(
        Reasons.AUTH_FAILED,
        "7.8",
        true,
        "The next mail server rejected this system's login.",
        OURS,
        "correct the name and password here");
    ours(
        Reasons.SOURCE_ADDRESS_UNAVAILABLE,
        "3.5",
        "This mail system could not use the network address from which the message must be sent.",
        "give the system that address, or name another one");
    ours(
        Reasons.SENDER_REWRITING_UNAVAILABLE,
        "3.5",
        "This mail system could not rewrite the sender's address as required.",
        "configure the secrets and the domain for sender rewriting");
    put(
        Reasons.DANE_UNAVAILABLE,
        "7.0",
        true,
        "The TLSA records of the recipient's domain (DANE) could not be checked here.",
        OURS,
        "find out why it cannot be checked");
    tls(
        Reasons.DANE_STARTTLS_NOT_SUPPORTED,
        "7.321",
        SERVER + " does not establish TLS, and its domain has published TLSA records (DANE).",
        "enable STARTTLS there, or remove the TLSA records");
    tls(
        Reasons.DANE_CERTIFICATE_EXPIRED,
        "7.322",
        "The receiving mail server's certificate has expired (DANE).",
        "renew it, and publish TLSA records that match the new one");
    tls(
        Reasons.DANE_HOST_MISMATCH,
        "7.325",
        "The receiving mail server's certificate is for other names (DANE).",
        "use a certificate for the name of the mail server");
    tls(
        Reasons.DNSSEC_INVALID,
        "7.324",
        "The DNS records of the recipient's domain have no valid DNSSEC signatures.",
        "fix the signatures of the domain's zone");
    tls(
        Reasons.MTA_STS_MX_MISMATCH,
        "4.8",
        "The policy of the recipient's domain (MTA-STS) does not name its mail servers.",
        "add the names of all mail servers to the policy");
    tls(
        Reasons.MTA_STS_STARTTLS_NOT_SUPPORTED,
        "7.321",
        SERVER + " does not establish TLS, and its domain's policy requires it (MTA-STS).",
        "enable STARTTLS there, or change the policy");
    tls(
        Reasons.MTA_STS_CERTIFICATE_EXPIRED,
        "7.5",
        "The receiving mail server's certificate has expired (MTA-STS).",
        "renew it");
    tls(
        Reasons.MTA_STS_HOST_MISMATCH,
        "7.5",
        "The receiving mail server's certificate is for other names (MTA-STS).",
        "use a certificate for the name of the mail server");
    tls(
        Reasons.MTA_STS_CERTIFICATE_INVALID,
        "7.5",
        "The receiving mail server's certificate is not valid, and its domain's policy requires a "
            + "valid one (MTA-STS).",
        "install one of a public authority");
    ours(
        Reasons.INTERNAL_ERROR,
        "3.0",
        "This mail system had an internal error while it sent the message.",
        "look the message up by its queue id");

    chain(
        VerdictReason.UNTRUSTED_ROOT,
        "comes from an authority that is not trusted for this recipient",
        "install one of a trusted authority, or agree with the sender's side on this one; if the "
            + "authority is trusted already, configure that server to send the intermediate "
            + "certificates too");
    chain(VerdictReason.SELF_SIGNED, "is self-signed", NEW_CERTIFICATE);
    chain(
        VerdictReason.INCOMPLETE_CHAIN,
        "was sent without its intermediate certificates",
        "configure that server to send its complete certificate chain; if the authority is a "
            + "private one, agree with the sender's side on it");
    chain(VerdictReason.EXPIRED, "has expired", "renew the certificate");
    chain(
        VerdictReason.NOT_YET_VALID,
        "is not valid yet",
        "install one that is valid, or set that server's clock");
    chain(VerdictReason.REVOKED, "has been revoked", "replace the certificate");
    put(
        Spelling.of(VerdictReason.REVOCATION_UNREACHABLE),
        BAD_CERTIFICATE,
        true,
        "It could not be determined whether the receiving mail server's certificate is revoked: "
            + "the revocation service of its authority did not respond.",
        OURS,
        "make sure that the revocation service of the authority can be reached from here");
    chain(
        VerdictReason.REVOCATION_STALE,
        "comes from an authority whose revocation list is out of date",
        "ask that authority for a current list, or install a certificate of another one");
    chain(
        VerdictReason.WEAK_KEY,
        "has a key that is too weak",
        "replace the certificate by a stronger one");
    chain(
        VerdictReason.WEAK_SIGNATURE,
        "is signed with an algorithm that is too weak",
        "replace the certificate by a stronger one");
    chain(VerdictReason.BAD_SIGNATURE, "has an invalid signature", NEW_CERTIFICATE);
    chain(
        VerdictReason.NOT_A_CA,
        "was signed with a certificate that may not sign others",
        NEW_CERTIFICATE);
    chain(
        VerdictReason.PATH_LENGTH,
        "has a longer chain than its authority permits",
        NEW_CERTIFICATE);
    chain(
        VerdictReason.NAME_CONSTRAINT,
        "has a name that its authority may not issue certificates for",
        NEW_CERTIFICATE);
    chain(VerdictReason.KEY_USAGE, "is not meant for TLS", NEW_CERTIFICATE);
    chain(VerdictReason.EXTENDED_KEY_USAGE, "is not meant for servers", NEW_CERTIFICATE);
    chain(VerdictReason.POLICY, "does not comply with the policies in its chain", NEW_CERTIFICATE);
    chain(
        VerdictReason.UNKNOWN_CRITICAL_EXTENSION,
        "has a critical extension that is not supported here",
        NEW_CERTIFICATE);
    chain(VerdictReason.MALFORMED, "cannot be read", NEW_CERTIFICATE);
    chain(
        VerdictReason.TOO_COMPLEX,
        "has a chain that is too long or too large",
        "install one with a shorter chain");
    put(
        Spelling.of(VerdictReason.UNAVAILABLE),
        "7.0",
        true,
        "The receiving mail server's certificate could not be checked here.",
        OURS,
        "find out why certificates cannot be checked");
  }

  private Meanings() {}

  /**
   * @param reason of an outcome
   * @param enhanced enhanced status code of a host's answer; empty: none
   */
  static Meaning of(String reason, String enhanced) {
    if (reason.equals(Reasons.REMOTE_5XX)) {
      return refused(enhanced);
    }
    Meaning meaning = TABLE.get(reason);
    if (meaning != null) {
      return meaning;
    }
    if (reason.startsWith("dane-")) {
      return DANE;
    }
    return reason.startsWith(Reasons.MTA_STS_PREFIX) ? MTA_STS : OTHER;
  }

  /** A host's "no" is more often the address than the server (RFC 3463 §3.2, §3.4). */
  private static Meaning refused(String enhanced) {
    Meaning refused = TABLE.getOrDefault(Reasons.REMOTE_5XX, OTHER);
    if (enhanced.startsWith("5.1.")) {
      return new Meaning(refused.code(), false, refused.sentence(), SENDER, "check the address");
    }
    if (enhanced.equals("5.2.3") || enhanced.equals("5.3.4")) {
      return new Meaning(
          refused.code(), false, refused.sentence(), SENDER, "send a smaller message");
    }
    return refused;
  }

  private static void put(
      String reason, String code, boolean tls, String sentence, Duty duty, String cure) {
    TABLE.put(reason, new Meaning(code, tls, sentence, duty, cure));
  }

  private static void sender(String reason, String code, String sentence, String cure) {
    put(reason, code, false, sentence, SENDER, cure);
  }

  private static void peer(String reason, String code, String sentence, String cure) {
    put(reason, code, false, sentence, PEER, cure);
  }

  private static void ours(String reason, String code, String sentence, String cure) {
    put(reason, code, false, sentence, OURS, cure);
  }

  private static void tls(String reason, String code, String sentence, String cure) {
    put(reason, code, true, sentence, PEER, cure);
  }

  private static void chain(VerdictReason reason, String fault, String cure) {
    tls(
        Spelling.of(reason),
        BAD_CERTIFICATE,
        "The receiving mail server's certificate " + fault + ".",
        cure);
  }
}
