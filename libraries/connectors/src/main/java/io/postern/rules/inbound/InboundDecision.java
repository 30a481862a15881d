package io.postern.rules.inbound;

import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.ExplanationStep;
import io.postern.contracts.v1.ReportedDecision;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The decision about one recipient in the session (docs/design/connectors.md, "Inbound"). */
public sealed interface InboundDecision {
  /** Whose decision it is; empty: nobody's. */
  default String organization() {
    return "";
  }

  /** The organization's inbound connector that decided; empty: none did. */
  default String connector() {
    return "";
  }

  /**
   * What it says to some organizations (G8): the decision, or the acceptance by the recipient's.
   *
   * @return null: it is another organization's
   */
  default @Nullable InboundDecision partOf(Predicate<String> organizations) {
    if (organizations.test(organization())) {
      return this;
    }
    return this instanceof Accept accept && accept.incoming() != null
        ? accept.incoming().partOf(organizations)
        : null;
  }

  /**
   * @param organization on whose behalf the mail goes on
   * @param connector the inbound connector's name; empty: the anonymous path
   * @param byAddress which of the connector's senderIPAddresses the client's is in; empty: the
   *     connector does not go by that
   * @param verdict "good"; empty: none was needed
   * @param verdictKey of that verdict; empty: none was needed
   * @param trust in the connector's server, beyond its right to send
   * @param rewriteSender MAIL FROM is another organization's: the mail leaves with a rewritten
   *     sender or not at all
   * @param incoming the acceptance by the recipient's organization, where that is another one;
   *     null: it is the same, or the recipient is outside
   * @param reported by connectors in report-only mode; null: they would change nothing
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Accept(
      String organization,
      String connector,
      Direction direction,
      String byAddress,
      String verdict,
      byte[] verdictKey,
      Explanation explanation,
      SenderTrust trust,
      boolean rewriteSender,
      @Nullable Accept incoming,
      @Nullable ReportedDecision reported)
      implements InboundDecision {
    /** One organization's decision. */
    public Accept(
        String organization,
        String connector,
        Direction direction,
        String byAddress,
        String verdict,
        byte[] verdictKey,
        Explanation explanation) {
      this(
          organization,
          connector,
          direction,
          byAddress,
          verdict,
          verdictKey,
          explanation,
          SenderTrust.NONE,
          false,
          null,
          null);
    }

    private Accept with(
        Explanation why,
        SenderTrust given,
        boolean rewrite,
        @Nullable Accept recipients,
        @Nullable ReportedDecision report) {
      return new Accept(
          organization,
          connector,
          direction,
          byAddress,
          verdict,
          verdictKey,
          why,
          given,
          rewrite,
          recipients,
          report);
    }

    Accept with(SenderTrust given) {
      return with(explanation, given, rewriteSender, incoming, reported);
    }

    /** With what connectors in report-only mode would have decided, for each organization. */
    public Accept reporting(@Nullable ReportedDecision own, @Nullable ReportedDecision recipients) {
      return with(
          explanation,
          trust,
          rewriteSender,
          incoming == null ? null : incoming.reporting(recipients, null),
          own);
    }

    /**
     * Of mail from another organization's domain.
     *
     * @param step why it may pass
     */
    Accept with(ExplanationStep step, boolean rewrite) {
      return with(
          explanation.toBuilder().addSteps(step).build(), trust, rewrite, incoming, reported);
    }

    /**
     * The recipient's organization lets the mail in too. Each explanation is for its own
     * organization (G8): this one learns only that the other was asked.
     */
    Accept and(Accept recipients, String recipientDomain) {
      Explanation both =
          explanation.toBuilder()
              .addSteps(
                  ExplanationStep.newBuilder()
                      .setSubject("accepted domain " + recipientDomain)
                      .setMatched(true)
                      .setCondition("acceptedDomain")
                      .setDetail(
                          "it is served here for another organization, whose partner connectors "
                              + "accept the mail as well"))
              .build();
      return with(both, trust, rewriteSender, recipients, reported);
    }
  }

  /**
   * The class of {@code enhanced} is the class of {@code code} (RFC 3463 §2).
   *
   * @param rule the connector's parameter that refused: requireTls, restrictDomainsToCertificate,
   *     restrictDomainsToIPAddresses, tlsSenderCertificateName, blocked; or tenantAttribution,
   *     allowedSenderOrganizations, rejectDirectSend, recipientUnknown, recipientListMissing
   * @param organization whose rule it is; empty: nobody's
   * @param connector empty: no connector refused
   * @param verdict on the client's chain, such as "bad/revoked"; empty: none was asked for
   * @param reported by connectors in report-only mode; null: they would change nothing
   */
  record Refuse(
      int code,
      String enhanced,
      String text,
      String rule,
      String organization,
      String connector,
      String verdict,
      Explanation explanation,
      @Nullable ReportedDecision reported)
      implements InboundDecision {
    /** Without a report. */
    public Refuse(
        int code,
        String enhanced,
        String text,
        String rule,
        String organization,
        String connector,
        String verdict,
        Explanation explanation) {
      this(code, enhanced, text, rule, organization, connector, verdict, explanation, null);
    }

    /** With what connectors in report-only mode would have decided. */
    public Refuse reporting(@Nullable ReportedDecision own) {
      return new Refuse(
          code, enhanced, text, rule, organization, connector, verdict, explanation, own);
    }
  }

  /** A question: the caller asks and decides again with the answer, or with UNKNOWN. */
  record VerdictNeeded(VerdictQuestion question) implements InboundDecision {}
}
