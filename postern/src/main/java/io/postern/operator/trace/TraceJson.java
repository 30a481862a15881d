package io.postern.operator.trace;

import io.postern.contracts.Fingerprints;
import io.postern.contracts.OutcomeConnections;
import io.postern.contracts.QueueId;
import io.postern.contracts.Spelling;
import io.postern.contracts.v1.DaneEvidence;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.MtaStsEvidence;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.OutcomeWriter;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.RevocationEvidence;
import io.postern.contracts.v1.SessionFacts;
import io.postern.contracts.v1.Timings;
import io.postern.contracts.v1.TrueSource;
import io.postern.contracts.v1.VerdictEvidence;
import io.postern.operator.trace.MailTrace.TracedDecision;
import io.postern.operator.trace.MailTrace.TracedOutcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A trace as a document for programs (docs/reference/commands.md, "JSON"): the facts that {@link
 * TracePrinter} puts into words. The names of the records' components are its field names, and are
 * only added; absent facts are left out.
 */
public final class TraceJson {
  private TraceJson() {}

  /**
   * @param found false: the log has no such message, and nothing else is there
   */
  public record Message(
      String queueId,
      boolean found,
      @Nullable Accepted accepted,
      List<Connector> connectors,
      List<Decision> decisions,
      List<Outcome> outcomes) {}

  /**
   * @param at by ingress' clock
   * @param size bytes
   * @param reversePath "": null reverse-path
   * @param internal it counts as the organization's own mail
   * @param headerFields absent: none was removed, and none is of the organization
   */
  public record Accepted(
      String at,
      long size,
      String reversePath,
      List<String> recipients,
      Session session,
      boolean internal,
      @Nullable HeaderFields headerFields) {}

  /**
   * @param removed of the sender, by the header firewall
   * @param organization X-MS-Exchange-Organization-*, in the content
   */
  public record HeaderFields(long removed, long organization) {}

  /**
   * @param proxiedBy the balancer that named the client; absent: none
   * @param listener absent: recorded before listeners had names
   * @param tls absent: plaintext
   * @param trueSource absent: the client is no gateway
   */
  public record Session(
      String clientIp,
      @Nullable String proxiedBy,
      @Nullable String listener,
      String protocol,
      @Nullable Tls tls,
      @Nullable Source trueSource) {
    static Session of(SessionFacts session) {
      return new Session(
          session.getClientIp(),
          session.getProxiedBy().isEmpty() ? null : session.getProxiedBy(),
          session.getListener().isEmpty() ? null : session.getListener(),
          session.getProtocol(),
          session.getTls()
              ? new Tls(
                  Spelling.of(session.getTlsFacts().getVersion()),
                  session.getTlsFacts().getCipherSuite(),
                  List.copyOf(session.getTlsFacts().getPeerNamesList()))
              : null,
          session.hasTrueSource() ? Source.of(session.getTrueSource()) : null);
    }
  }

  /**
   * Where mail came from that a gateway relayed.
   *
   * @param ip absent: unknown
   * @param namedBy the host whose Received field names it
   * @param skipped hosts of the gateway
   * @param whyNot why it is unknown, or did not count
   */
  public record Source(
      @Nullable String ip,
      @Nullable String greeting,
      @Nullable String namedBy,
      String rule,
      int skipped,
      @Nullable String whyNot) {
    static Source of(TrueSource source) {
      return new Source(
          present(source.getIp()),
          present(source.getGreeting()),
          present(source.getGateway()),
          source.getRule(),
          source.getSkipped(),
          present(source.getWhyNot()));
    }
  }

  /**
   * @param peerNames of the client's certificate
   */
  public record Tls(String version, String cipherSuite, List<String> peerNames) {}

  /**
   * The inbound connector that applied.
   *
   * @param connector absent: none, anonymous
   * @param verdict on the client's certificate; absent: none was needed
   * @param incoming of the recipients' organization, where that is another one
   */
  public record Connector(
      String organization,
      @Nullable String connector,
      String direction,
      List<String> recipients,
      @Nullable String verdict,
      @Nullable Why why,
      @Nullable Connector incoming) {}

  /**
   * @param steps every connector that was looked at; absent: not asked for
   */
  public record Why(@Nullable String because, @Nullable List<Step> steps) {
    static @Nullable Why of(Explanation explanation, boolean withSteps) {
      String because = present(explanation.getSummary());
      List<Step> steps =
          withSteps
              ? explanation.getStepsList().stream()
                  .map(
                      step ->
                          new Step(
                              step.getSubject(),
                              step.getMatched(),
                              present(step.getCondition()),
                              step.getDetail()))
                  .toList()
              : null;
      return because == null && (steps == null || steps.isEmpty()) ? null : new Why(because, steps);
    }
  }

  /** One connector that was looked at. */
  public record Step(String subject, boolean matched, @Nullable String condition, String detail) {}

  /**
   * @param counts {@code counts}, or why not: {@code replay}, {@code gap}, {@code learnt}
   * @param outcomes of recipients without a delivery; delivery-service records them
   */
  public record Decision(
      int attempt, String counts, List<Delivery> deliveries, List<Outcome> outcomes) {}

  /**
   * @param connector absent: mailbox route or MX
   * @param hosts host, or host:port; empty: the MX hosts of {@code mxDomain}
   * @param ehloName absent: delivery-service's
   * @param sourceAddresses empty: delivery-service's
   * @param credentials organization/NAME
   * @param requires the TLS level
   * @param reversePath in MAIL FROM, where the sender is rewritten
   * @param returnsTo the senders behind recipients that are rewritten addresses
   */
  public record Delivery(
      List<String> recipients,
      @Nullable String connector,
      List<String> hosts,
      @Nullable String mxDomain,
      String route,
      @Nullable String ehloName,
      List<String> sourceAddresses,
      @Nullable String credentials,
      String requires,
      @Nullable String tlsDomain,
      @Nullable String reversePath,
      List<String> returnsTo,
      @Nullable Why why) {}

  /**
   * @param writer {@code delivery}, {@code scheduler}, {@code notices} or {@code decision}
   * @param recipient its address; absent: recipients without an entry in the schedule
   * @param kind {@code delivered}, {@code deferred}, {@code failed}, {@code expired}, {@code held},
   *     {@code released}, {@code cancelled}, {@code still-open}, {@code moved}, {@code
   *     not-notified}, {@code answer} (to an administrator)
   * @param counts {@code counts}, {@code late} (delivered, its writer had lost the partition), or
   *     why not: {@code former-owner}, {@code annulled}
   * @param address ip:port
   * @param reply the host's: code and text
   */
  public record Outcome(
      String writer,
      int attempt,
      @Nullable String recipient,
      String kind,
      String counts,
      @Nullable String at,
      @Nullable String token,
      @Nullable String reason,
      @Nullable String verdict,
      @Nullable Evidence evidence,
      @Nullable Dane dane,
      @Nullable MtaSts mtaSts,
      @Nullable String host,
      @Nullable String address,
      @Nullable String reply,
      @Nullable String detail,
      boolean mayHaveBeenTaken,
      @Nullable Times times,
      @Nullable String controlId) {}

  /**
   * The grounds of the verdict on the host's certificate.
   *
   * @param path leaf to anchor
   * @param anchors the set of trust anchors, "": the installation's, and its version
   */
  public record Evidence(
      List<PathCertificate> path,
      String anchor,
      String anchors,
      String anchorsVersion,
      String judgedAt,
      String validUntil) {
    static Evidence of(VerdictEvidence evidence) {
      return new Evidence(
          evidence.getPathList().stream().map(PathCertificate::of).toList(),
          evidence.getAnchorSubject(),
          evidence.getAnchors().getId(),
          evidence.getAnchors().getVersion(),
          time(evidence.getJudgedAtMillis()),
          time(evidence.getValidUntilMillis()));
    }
  }

  /**
   * @param subject absent: the host did not present it
   * @param status {@code not-revoked}, {@code is-revoked}, {@code nothing-published}, {@code
   *     unreachable}, {@code stale}, {@code not-checked}
   * @param source {@code crl}, {@code ocsp}, {@code stapled-ocsp}
   */
  public record PathCertificate(
      @Nullable String subject,
      String sha256,
      String status,
      @Nullable String source,
      @Nullable String url,
      @Nullable String thisUpdate,
      @Nullable String nextUpdate,
      @Nullable String revokedAt,
      @Nullable String detail) {
    static PathCertificate of(io.postern.contracts.v1.PathCertificate certificate) {
      RevocationEvidence revocation = certificate.getRevocation();
      return new PathCertificate(
          present(certificate.getSubject()),
          Fingerprints.hex(revocation.getCertificateFingerprint().toByteArray()),
          revocation.getStatus().name().toLowerCase(Locale.ROOT).replace('_', '-'),
          revocation.getSource().equals("none") ? null : present(revocation.getSource()),
          present(revocation.getUrl()),
          known(revocation.getThisUpdateMillis()),
          known(revocation.getNextUpdateMillis()),
          known(revocation.getRevokedAtMillis()),
          present(revocation.getDetail()));
    }
  }

  /**
   * An attempt's times in milliseconds, over all hosts that were tried; {@code connect} and {@code
   * tls} are of the session in the outcome, 0 where it was kept.
   */
  public record Times(
      String started,
      int slot,
      int hostSlot,
      int dns,
      int open,
      int connect,
      int tls,
      int verdict,
      int envelope,
      int data,
      int end,
      boolean connectionReused) {
    static Times of(Timings timings) {
      return new Times(
          time(timings.getStartedMillis()),
          timings.getSlotMillis(),
          timings.getHostSlotMillis(),
          timings.getDnsMillis(),
          timings.getOpenMillis(),
          timings.getConnectMillis(),
          timings.getTlsMillis(),
          timings.getVerdictMillis(),
          timings.getEnvelopeMillis(),
          timings.getDataMillis(),
          timings.getEndMillis(),
          timings.getConnectionReused());
    }
  }

  /**
   * The TLSA records of a host (RFC 7672).
   *
   * @param matched absent: none is usable, or none matches
   * @param unproven why DNS answers about the host have no valid proof, so that none counted;
   *     absent: they have one
   */
  public record Dane(
      String base, List<String> records, @Nullable String matched, @Nullable String unproven) {
    static Dane of(DaneEvidence dane) {
      return new Dane(
          dane.getBase(),
          dane.getRecordsList(),
          present(dane.getMatched()),
          present(dane.getUnproven()));
    }
  }

  /**
   * The MTA-STS policy of a host's domain (RFC 8461).
   *
   * @param mode absent: the policy could not be had
   * @param met the host was compared with it, and meets it
   */
  public record MtaSts(
      String domain,
      @Nullable String id,
      @Nullable String mode,
      List<String> mx,
      boolean met,
      @Nullable String failure) {
    static MtaSts of(MtaStsEvidence policy) {
      return new MtaSts(
          policy.getDomain(),
          present(policy.getId()),
          present(policy.getMode()),
          policy.getMxList(),
          policy.getMet(),
          present(policy.getFailure()));
    }
  }

  /**
   * @param why every connector that was looked at too
   */
  public static Message of(QueueId queueId, MailTrace trace, boolean why) {
    MessageAccepted accepted = trace.accepted();
    if (accepted == null) {
      return new Message(queueId.value(), false, null, List.of(), List.of(), List.of());
    }
    List<Outcome> outcomes = new ArrayList<>();
    for (TracedOutcome recorded : trace.records()) {
      OutcomeRecorded outcome = recorded.outcome();
      for (int i = 0; i < recorded.worth().size(); i++) {
        RecipientOutcome recipient = outcome.getRecipients(i);
        String counts =
            switch (recorded.worth().get(i)) {
              case COUNTS -> trace.annulled(outcome, recipient) ? "annulled" : "counts";
              case LATE -> "late";
              case NOTHING -> "former-owner";
            };
        outcomes.add(
            outcome(
                accepted,
                writer(recorded),
                OutcomeConnections.of(outcome, recipient),
                recipient,
                counts));
      }
    }
    return new Message(
        queueId.value(),
        true,
        new Accepted(
            time(accepted.getAcceptedMillis()),
            accepted.getSize(),
            accepted.getEnvelope().getReversePath(),
            accepted.getEnvelope().getRecipientsList().stream()
                .map(EnvelopeRecipient::getAddress)
                .toList(),
            Session.of(accepted.getSession()),
            accepted.getInternal(),
            accepted.hasHeaderFirewall()
                ? new HeaderFields(
                    accepted.getHeaderFirewall().getRemoved(),
                    accepted.getHeaderFirewall().getOrganization())
                : null),
        accepted.getGroupsList().stream().map(group -> connector(accepted, group, why)).toList(),
        trace.decisions().stream().map(decided -> decision(accepted, decided, why)).toList(),
        outcomes);
  }

  private static Connector connector(MessageAccepted accepted, RecipientGroup group, boolean why) {
    return new Connector(
        group.getOrganization(),
        present(group.getConnector()),
        group.getDirection().name().toLowerCase(Locale.ROOT),
        addresses(accepted, group.getRecipientsList()),
        present(group.getVerdict()),
        Why.of(group.getExplanation(), why),
        group.hasIncoming() ? connector(accepted, group.getIncoming(), why) : null);
  }

  private static Decision decision(MessageAccepted accepted, TracedDecision decided, boolean why) {
    List<Outcome> outcomes = new ArrayList<>();
    for (OutcomeRecorded outcome : decided.decision().getOutcomesList()) {
      for (RecipientOutcome recipient : outcome.getRecipientsList()) {
        outcomes.add(outcome(accepted, "decision", outcome, recipient, "counts"));
      }
    }
    return new Decision(
        decided.decision().getAttempt(),
        decided.link().name().toLowerCase(Locale.ROOT),
        decided.decision().getDeliveriesList().stream()
            .map(delivery -> delivery(accepted, delivery, why))
            .toList(),
        outcomes);
  }

  private static Delivery delivery(
      MessageAccepted accepted, DeliveryRequested delivery, boolean why) {
    return new Delivery(
        addresses(accepted, delivery.getRecipientsList()),
        present(delivery.getConnector()),
        hosts(delivery.getNextHop()),
        present(delivery.getNextHop().getMxDomain()),
        delivery.getNextHop().getRoute(),
        present(delivery.getNextHop().getEhloName()),
        delivery.getNextHop().getSourceAddressesList(),
        present(delivery.getNextHop().getCredentials()),
        Spelling.of(delivery.getRequirement().getLevel()),
        present(delivery.getRequirement().getTlsDomain()),
        present(delivery.getReversePath()),
        delivery.getRecipientsList().stream()
            .map(index -> accepted.getEnvelope().getRecipients(index).getReturnsTo())
            .filter(sender -> !sender.isEmpty())
            .toList(),
        Why.of(delivery.getExplanation(), why));
  }

  private static String writer(TracedOutcome recorded) {
    if (recorded.outcome().getWriter() == OutcomeWriter.WRITER_NOTICES) {
      return "notices";
    }
    return recorded.byScheduler() ? "scheduler" : "delivery";
  }

  private static Outcome outcome(
      MessageAccepted accepted,
      String writer,
      OutcomeRecorded outcome,
      RecipientOutcome recipient,
      String counts) {
    return new Outcome(
        writer,
        outcome.getAttempt(),
        address(accepted, recipient.getRecipient()),
        kind(recipient.getKind()),
        counts,
        outcome.getAtMillis() == 0 ? null : time(outcome.getAtMillis()),
        present(outcome.getToken()),
        present(recipient.getReason()),
        present(outcome.getVerdict()),
        outcome.hasEvidence() ? Evidence.of(outcome.getEvidence()) : null,
        outcome.hasDane() ? Dane.of(outcome.getDane()) : null,
        outcome.hasMtaSts() ? MtaSts.of(outcome.getMtaSts()) : null,
        present(outcome.getHost()),
        present(outcome.getAddress()),
        recipient.getReply().getCode() == 0
            ? null
            : recipient.getReply().getCode() + " " + recipient.getReply().getText(),
        present(recipient.getDetail()),
        recipient.getMayHaveBeenTaken(),
        outcome.getTimings().getStartedMillis() == 0 ? null : Times.of(outcome.getTimings()),
        present(outcome.getControlId()));
  }

  private static String kind(OutcomeKind kind) {
    return switch (kind) {
      case OUTCOME_KIND_UNSPECIFIED -> "answer";
      case EXPIRED_OUTCOME -> "expired";
      default -> kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
    };
  }

  static List<String> hosts(NextHop hop) {
    return hop.getSmartHostsList().stream()
        .map(host -> host.getHost() + (host.getPort() == 0 ? "" : ":" + host.getPort()))
        .toList();
  }

  /** Null: an answer may be about recipients without an entry in the schedule. */
  static @Nullable String address(MessageAccepted accepted, int index) {
    return index >= 0 && index < accepted.getEnvelope().getRecipientsCount()
        ? accepted.getEnvelope().getRecipients(index).getAddress()
        : null;
  }

  static List<String> addresses(MessageAccepted accepted, List<Integer> indexes) {
    return indexes.stream()
        .map(index -> accepted.getEnvelope().getRecipients(index).getAddress())
        .toList();
  }

  private static @Nullable String known(long millis) {
    return millis == 0 ? null : time(millis);
  }

  static String time(long millis) {
    return Instant.ofEpochMilli(millis).toString();
  }

  static @Nullable String present(String text) {
    return text.isEmpty() ? null : text;
  }
}
