package io.postern.rules.inbound;

import io.postern.contracts.Spelling;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.VerdictReason;
import io.postern.rules.InboundEntry;
import java.util.Locale;

/**
 * A reply to a refused recipient. Codes and texts are Exchange's (docs/design/connectors.md,
 * "Inbound replies"), which administrators know, but for two. A missing STARTTLS is permanent:
 * Exchange's text has 451 with 5.7.3, classes that RFC 3463 §2 forbids to differ, and a host
 * without TLS has none at the next attempt either. A verdict that cannot be had has a text of ours.
 *
 * @param rule the parameter that refused
 * @param verdict on the client's chain, as in the trace; empty: none was asked for
 */
public record RecipientRefusal(
    int code, String enhanced, String text, String rule, String verdict) {
  static final String REQUIRE_TLS = "requireTls";
  public static final String CERTIFICATE_NAME = "tlsSenderCertificateName";
  public static final String RESTRICT_TO_CERTIFICATE = "restrictDomainsToCertificate";
  static final String RESTRICT_TO_ADDRESSES = "restrictDomainsToIPAddresses";
  static final String ATTRIBUTION = "tenantAttribution";
  static final String BLOCKED = "blocked";
  static final String SENDER_ORGANIZATION = "allowedSenderOrganizations";
  static final String REJECT_DIRECT_SEND = "rejectDirectSend";

  private RecipientRefusal(int code, String enhanced, String text, String rule) {
    this(code, enhanced, text, rule, "");
  }

  static RecipientRefusal tlsRequired() {
    return new RecipientRefusal(550, "5.7.3", "STARTTLS is required to send mail", REQUIRE_TLS);
  }

  /** The connector's parameter that asks for the certificate. */
  static String certificateRule(InboundEntry entry) {
    return entry.connector.getRestrictDomainsToCertificate()
        ? RESTRICT_TO_CERTIFICATE
        : CERTIFICATE_NAME;
  }

  /** A partner connector's restriction is not met. */
  static RecipientRefusal restricted(String rule) {
    return new RecipientRefusal(
        550,
        "5.7.51",
        "TenantInboundAttribution; There is a partner connector configured that matched the"
            + " message's recipient domain. The connector had either the"
            + " RestrictDomainsToIPAddresses or RestrictDomainsToCertificate set",
        rule);
  }

  /**
   * A partner connector's requireTls with a certificate name is not met. The second sentence is
   * ours.
   */
  static RecipientRefusal certificateRequired() {
    return new RecipientRefusal(
        550,
        "5.7.51",
        "TenantInboundAttribution; There is a partner connector configured that matched the"
            + " message's recipient domain. It requires a certificate with its"
            + " TlsSenderCertificateName",
        CERTIFICATE_NAME);
  }

  /** 4xx, as Exchange: a certificate is mended within the sender's retries. */
  static RecipientRefusal badChain(CertificateVerdict bad, String rule) {
    return new RecipientRefusal(
        454,
        "4.7.0",
        "Failed to establish appropriate TLS channel: "
            + spelled(bad.getReason())
            + ": Access Denied",
        rule,
        Spelling.verdict(bad));
  }

  static RecipientRefusal chainNotJudged(CertificateVerdict unknown, String rule) {
    VerdictReason reason = unknown.getReason();
    String why = reason == VerdictReason.VERDICT_REASON_UNSPECIFIED ? "" : Spelling.of(reason);
    return new RecipientRefusal(
        451,
        "4.7.5",
        "The client certificate could not be validated"
            + (why.isEmpty() ? "" : " (" + why + ")")
            + ", try again later",
        rule,
        Spelling.verdict(unknown));
  }

  /** The sender's domain is served here, but the sender is none of its servers. */
  static RecipientRefusal notItsServer() {
    return new RecipientRefusal(
        550, "5.7.64", "TenantAttribution; Relay Access Denied SMTP", ATTRIBUTION);
  }

  /** An administrator has blocked the connector. */
  static RecipientRefusal blocked() {
    return new RecipientRefusal(
        550, "5.7.711", "Access denied, bad inbound connector. AS(2204)", BLOCKED);
  }

  /** The sender's domain is the recipient's organization's, and the client is not known to it. */
  static RecipientRefusal directSend() {
    return new RecipientRefusal(
        550,
        "5.7.68",
        "TenantInboundAttribution; Direct Send not allowed for this organization from unauthorized"
            + " sources",
        REJECT_DIRECT_SEND);
  }

  /**
   * An own server sends to the outside from another organization's domain. The first sentence is
   * Exchange's, of a sender without the right to send as another one.
   */
  static RecipientRefusal anothersSender() {
    return new RecipientRefusal(
        550,
        "5.7.60",
        "SMTP; Client does not have permissions to send as this sender. Its domain belongs to"
            + " another organization, which must add yours to allowedSenderOrganizations",
        SENDER_ORGANIZATION);
  }

  /** Neither the sender's nor the certificate's nor the recipient's domain is served here. */
  static RecipientRefusal stranger() {
    return new RecipientRefusal(550, "5.7.64", "Relay Access Denied ATTR36", ATTRIBUTION);
  }

  /**
   * The domain is authoritative, and has no such recipient. Not Exchange's reply (550 5.4.1
   * Recipient address rejected: Access denied), whose code means that a host did not answer (RFC
   * 3463 §3.5).
   */
  static RecipientRefusal recipientUnknown() {
    return new RecipientRefusal(
        550, "5.1.1", "Recipient address rejected: User unknown", RecipientRules.UNKNOWN);
  }

  InboundDecision.Refuse by(String organization, String connector, Explanation explanation) {
    return new InboundDecision.Refuse(
        code, enhanced, text, rule, organization, connector, verdict, explanation);
  }

  /** The chain in explanations, with both cures where the cause cannot be seen. */
  String chain() {
    return "the certificate chain is "
        + verdict
        + (isFor(VerdictReason.UNTRUSTED_ROOT)
            ? ": agree on the authority's root (trustAnchors). If the authority is trusted here, the"
                + " client must send the intermediate certificates"
            : isFor(VerdictReason.INCOMPLETE_CHAIN)
                ? ": the client must send the intermediate certificates. If the authority is not"
                    + " trusted here, agree on its root (trustAnchors)"
                : "");
  }

  private boolean isFor(VerdictReason reason) {
    return verdict.endsWith("/" + Spelling.of(reason));
  }

  /** Exchange's spelling: UntrustedRoot, CertificateExpired. */
  private static String spelled(VerdictReason reason) {
    if (reason == VerdictReason.EXPIRED) {
      return "CertificateExpired";
    }
    if (reason == VerdictReason.VERDICT_REASON_UNSPECIFIED
        || reason == VerdictReason.UNRECOGNIZED) {
      return "CertificateInvalid";
    }
    StringBuilder spelled = new StringBuilder();
    for (String word : Spelling.of(reason).split("-", -1)) {
      spelled.append(word.substring(0, 1).toUpperCase(Locale.ROOT)).append(word.substring(1));
    }
    return spelled.toString();
  }
}
