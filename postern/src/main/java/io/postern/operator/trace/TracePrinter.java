package io.postern.operator.trace;

import io.postern.contracts.OutcomeConnections;
import io.postern.contracts.Spelling;
import io.postern.contracts.v1.DaneEvidence;
import io.postern.contracts.v1.Decision;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.ExplanationStep;
import io.postern.contracts.v1.HeaderFirewall;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.MtaStsEvidence;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.OutcomeWriter;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.SessionFacts;
import io.postern.contracts.v1.Timings;
import io.postern.contracts.v1.TlsFacts;
import io.postern.operator.audit.rules.DecisionChain;
import io.postern.operator.audit.rules.OutcomeOwners.Worth;
import io.postern.operator.trace.MailTrace.TracedDecision;
import io.postern.operator.trace.MailTrace.TracedOutcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A trace in words, for a terminal: one line a step, the explanation's steps where {@code why} is
 * asked for.
 */
public final class TracePrinter {
  private final boolean why;

  public TracePrinter(boolean why) {
    this.why = why;
  }

  public List<String> lines(MailTrace trace) {
    List<String> lines = new ArrayList<>();
    MessageAccepted accepted = trace.accepted();
    if (accepted == null) {
      return List.of("no such message in Kafka");
    }
    lines.add(
        "accepted   %s, %d bytes, from %s"
            .formatted(accepted.getQueueId(), accepted.getSize(), session(accepted.getSession())));
    lines.addAll(SourceLine.of(accepted.getSession()));
    if (accepted.getInternal()) {
      lines.add("internal   treated as the organization's own mail");
    }
    if (accepted.hasHeaderFirewall()) {
      lines.add(headerFirewall(accepted.getHeaderFirewall()));
    }
    for (RecipientGroup group : accepted.getGroupsList()) {
      lines.add(
          "connector  "
              + connector(group)
              + ": "
              + recipients(accepted, group.getRecipientsList()));
      explain(group.getExplanation(), lines);
      if (group.hasIncoming()) {
        lines.add("           and by " + connector(group.getIncoming()));
        explain(group.getIncoming().getExplanation(), lines);
      }
    }
    for (TracedDecision decided : trace.decisions()) {
      decision(trace, accepted, decided, lines);
    }
    for (TracedOutcome recorded : trace.records()) {
      OutcomeRecorded outcome = recorded.outcome();
      for (int i = 0; i < recorded.worth().size(); i++) {
        RecipientOutcome recipient = outcome.getRecipients(i);
        lines.add(
            writer(recorded)
                + outcome(accepted, OutcomeConnections.of(outcome, recipient), recipient)
                + remark(trace, outcome, recipient, recorded.worth().get(i)));
      }
      if (why) {
        OutcomeConnections.split(outcome).forEach(one -> grounds(one, lines));
      }
    }
    return lines;
  }

  private static String headerFirewall(HeaderFirewall work) {
    return "header     %d fields of the sender removed, %d of the organization in it"
        .formatted(work.getRemoved(), work.getOrganization());
  }

  private static String writer(TracedOutcome recorded) {
    if (recorded.outcome().getWriter() == OutcomeWriter.WRITER_NOTICES) {
      return "notice     ";
    }
    return recorded.byScheduler() ? "scheduler  " : "outcome    ";
  }

  /** A refusal's records: the first in full, the further ones as counts. */
  public List<String> lines(List<MessageRefused> records) {
    List<String> lines = new ArrayList<>();
    for (MessageRefused refused : records) {
      String reply =
          (refused.getCode() == 0 ? "" : refused.getCode() + " ")
              + (refused.getEnhancedCode().isEmpty() ? "" : refused.getEnhancedCode() + " ")
              + refused.getText();
      if (refused.getFromMillis() > 0) {
        lines.add(
            "repeated   %d times from %s to %s: %s"
                .formatted(
                    refused.getCount(),
                    Instant.ofEpochMilli(refused.getFromMillis()),
                    Instant.ofEpochMilli(refused.getUntilMillis()),
                    reply));
        continue;
      }
      lines.add(
          "refused    %s at %s, from %s"
              .formatted(
                  refused.getCommand(),
                  Instant.ofEpochMilli(refused.getAtMillis()),
                  session(refused.getSession())));
      lines.addAll(SourceLine.of(refused.getSession()));
      lines.add(
          "envelope   from <%s> to <%s>"
              .formatted(refused.getReversePath(), refused.getRecipient()));
      lines.add("reply      " + reply);
      lines.add(
          "rule       "
              + refused.getRule()
              + (refused.getConnector().isEmpty()
                  ? ""
                  : " of " + refused.getOrganization() + " / " + refused.getConnector())
              + (refused.getVerdict().isEmpty() ? "" : ", certificate " + refused.getVerdict()));
      explain(refused.getExplanation(), lines);
    }
    return records.isEmpty()
        ? List.of("no refusal with this reference in Kafka, which keeps refusals for a week")
        : lines;
  }

  private void decision(
      MailTrace trace, MessageAccepted accepted, TracedDecision decided, List<String> lines) {
    Decision decision = decided.decision();
    if (decided.link() != DecisionChain.Link.COUNTS) {
      if (why) {
        lines.add(
            "decision   attempt "
                + decision.getAttempt()
                + ", ignored: "
                + (decided.link() == DecisionChain.Link.GAP
                    ? "the Decision before it is missing, both are decided again"
                    : "it was written twice, the first one is used"));
      }
      return;
    }
    decision.getDeliveriesList().forEach(delivery -> delivery(accepted, delivery, lines));
    for (OutcomeRecorded outcome : decision.getOutcomesList()) {
      for (RecipientOutcome recipient : outcome.getRecipientsList()) {
        if (!recorded(trace, outcome.getAttempt(), recipient.getRecipient())) {
          lines.add(
              "decision   "
                  + outcome(accepted, outcome, recipient)
                  + "; not recorded by delivery-service yet");
        }
      }
    }
  }

  private static boolean recorded(MailTrace trace, int attempt, int recipient) {
    return trace.records().stream()
        .filter(r -> !r.byScheduler() && r.outcome().getAttempt() == attempt)
        .anyMatch(
            r ->
                r.outcome().getRecipientsList().stream()
                    .anyMatch(one -> one.getRecipient() == recipient));
  }

  private static String remark(
      MailTrace trace, OutcomeRecorded outcome, RecipientOutcome recipient, Worth worth) {
    return switch (worth) {
      case NOTHING -> "; ignored: its writer had lost the partition";
      case LATE -> "; late: its writer had lost the partition";
      case COUNTS ->
          trace.annulled(outcome, recipient)
              ? "; ignored: the scheduler had ended attempt " + outcome.getAttempt()
              : "";
    };
  }

  private void delivery(MessageAccepted accepted, DeliveryRequested delivery, List<String> lines) {
    String connector = delivery.getConnector();
    String tlsDomain = delivery.getRequirement().getTlsDomain();
    lines.add(
        "delivery   attempt %d: %s by %s to %s, requires %s%s"
            .formatted(
                delivery.getAttempt(),
                recipients(accepted, delivery.getRecipientsList()),
                connector.isEmpty() ? "no connector" : "connector " + connector,
                hop(delivery.getNextHop()),
                Spelling.of(delivery.getRequirement().getLevel()),
                tlsDomain.isEmpty() ? "" : " for " + tlsDomain));
    if (!delivery.getReversePath().isEmpty()) {
      lines.add(
          "           as from <%s>, which stands for <%s>"
              .formatted(delivery.getReversePath(), accepted.getEnvelope().getReversePath()));
    }
    explain(delivery.getExplanation(), lines);
  }

  private static String session(SessionFacts session) {
    return session.getClientIp()
        + (session.getProxiedBy().isEmpty()
            ? ""
            : " (named by the balancer " + session.getProxiedBy() + ")")
        + " over "
        + session.getProtocol()
        + (session.getTls() ? " (" + tls(session.getTlsFacts()) + ")" : " (plaintext)")
        + (session.getListener().isEmpty() ? "" : " at listener " + session.getListener());
  }

  private static String tls(TlsFacts facts) {
    String names = String.join(", ", facts.getPeerNamesList());
    return Spelling.of(facts.getVersion())
        + " "
        + facts.getCipherSuite()
        + (names.isEmpty() ? "" : ", certificate for " + names);
  }

  private static String connector(RecipientGroup group) {
    String name =
        group.getConnector().isEmpty()
            ? "none of " + group.getOrganization() + " (anonymous)"
            : group.getOrganization() + " / " + group.getConnector();
    return name
        + ", "
        + group.getDirection().name().toLowerCase(Locale.ROOT)
        + (group.getVerdict().isEmpty() ? "" : ", client certificate " + group.getVerdict());
  }

  /** The host's TLSA records: the one that counted, else all; or why they did not count. */
  private static String dane(DaneEvidence dane) {
    if (!dane.getUnproven().isEmpty()) {
      return "DANE did not apply: DNS answers without a valid proof (%s)"
          .formatted(dane.getUnproven());
    }
    return dane.getMatched().isEmpty()
        ? "DANE %s: none matched of %s"
            .formatted(dane.getBase(), String.join("; ", dane.getRecordsList()))
        : "DANE %s: %s".formatted(dane.getBase(), dane.getMatched());
  }

  /** The policy of the host's domain, and whether the host met it. */
  private static String mtaSts(MtaStsEvidence policy) {
    String result =
        policy.getFailure().isEmpty()
            ? policy.getMet() ? "met" : "not compared"
            : policy.getFailure();
    return policy.getMode().isEmpty()
        ? "MTA-STS %s: no policy (%s)".formatted(policy.getDomain(), result)
        : "MTA-STS %s: policy %s, %s, %s"
            .formatted(policy.getDomain(), policy.getId(), policy.getMode(), result);
  }

  private void explain(Explanation explanation, List<String> lines) {
    if (!explanation.getSummary().isEmpty()) {
      lines.add("           because " + explanation.getSummary());
    }
    if (!why) {
      return;
    }
    for (ExplanationStep step : explanation.getStepsList()) {
      lines.add(
          "             "
              + (step.getMatched() ? "+ " : "- ")
              + step.getSubject()
              + (step.getCondition().isEmpty() ? "" : " [" + step.getCondition() + "]")
              + ": "
              + step.getDetail());
    }
  }

  /** The times of an attempt and the evidence of its verdict. */
  private static void grounds(OutcomeRecorded outcome, List<String> lines) {
    Timings times = outcome.getTimings();
    if (times.getStartedMillis() != 0) {
      lines.add(
          "             times in ms: slot %d, host's slot %d, DNS %d, sessions %d%s, verdict %d, envelope %d, data %d, final dot %d"
              .formatted(
                  times.getSlotMillis(),
                  times.getHostSlotMillis(),
                  times.getDnsMillis(),
                  times.getOpenMillis(),
                  times.getConnectionReused()
                      ? " (kept)"
                      : " (connection %d, TLS %d)"
                          .formatted(times.getConnectMillis(), times.getTlsMillis()),
                  times.getVerdictMillis(),
                  times.getEnvelopeMillis(),
                  times.getDataMillis(),
                  times.getEndMillis()));
    }
    if (!outcome.hasEvidence()) {
      return;
    }
    TraceJson.Evidence evidence = TraceJson.Evidence.of(outcome.getEvidence());
    for (TraceJson.PathCertificate certificate : evidence.path()) {
      lines.add("             certificate " + certificate(certificate));
    }
    lines.add(
        "             anchor %s of %s, checked at %s, valid until %s"
            .formatted(
                evidence.anchor().isEmpty() ? "none" : evidence.anchor(),
                evidence.anchors().isEmpty() ? "the installation's set" : evidence.anchors(),
                evidence.judgedAt(),
                evidence.validUntil()));
  }

  private static String certificate(TraceJson.PathCertificate certificate) {
    StringBuilder line =
        new StringBuilder(certificate.subject() == null ? "(not presented)" : certificate.subject())
            .append(" [")
            .append(certificate.sha256(), 0, Math.min(16, certificate.sha256().length()))
            .append("]: ")
            .append(certificate.status());
    if (certificate.source() != null) {
      line.append(" by ").append(certificate.source());
    }
    if (certificate.url() != null) {
      line.append(' ').append(certificate.url());
    }
    if (certificate.thisUpdate() != null) {
      line.append(", of ").append(certificate.thisUpdate());
    }
    if (certificate.nextUpdate() != null) {
      line.append(", next ").append(certificate.nextUpdate());
    }
    if (certificate.revokedAt() != null) {
      line.append(", revoked at ").append(certificate.revokedAt());
    }
    if (certificate.detail() != null) {
      line.append(": ").append(certificate.detail());
    }
    return line.toString();
  }

  private static String hop(NextHop hop) {
    String hosts =
        hop.getMxDomain().isEmpty()
            ? String.join(", ", TraceJson.hosts(hop))
            : "the MX hosts of " + hop.getMxDomain();
    return hosts
        + (hop.getEhloName().isEmpty() ? "" : " as " + hop.getEhloName())
        + (hop.getSourceAddressesCount() == 0
            ? ""
            : " from " + String.join(", ", hop.getSourceAddressesList()))
        + (hop.getCredentials().isEmpty() ? "" : " with credentials " + hop.getCredentials());
  }

  private static String outcome(
      MessageAccepted accepted, OutcomeRecorded outcome, RecipientOutcome recipient) {
    String address = TraceJson.address(accepted, recipient.getRecipient());
    StringBuilder line = new StringBuilder(address == null ? "other recipients" : address);
    line.append(' ')
        .append(
            switch (recipient.getKind()) {
              case OUTCOME_KIND_UNSPECIFIED -> "result of a control";
              case NOT_NOTIFIED -> "its sender gets no DSN";
              default -> recipient.getKind().name().toLowerCase(Locale.ROOT);
            });
    if (!outcome.getToken().isEmpty()) {
      line.append(", TLS ").append(outcome.getToken());
    }
    if (!recipient.getReason().isEmpty()) {
      line.append(", ").append(recipient.getReason());
    }
    if (!outcome.getVerdict().isEmpty()) {
      line.append(", certificate ").append(outcome.getVerdict());
    }
    if (outcome.hasDane()) {
      line.append(", ").append(dane(outcome.getDane()));
    }
    if (outcome.hasMtaSts()) {
      line.append(", ").append(mtaSts(outcome.getMtaSts()));
    }
    if (!outcome.getHost().isEmpty()) {
      line.append(", at %s [%s]".formatted(outcome.getHost(), outcome.getAddress()));
    }
    if (recipient.getReply().getCode() != 0) {
      line.append(", it replied: %d ".formatted(recipient.getReply().getCode()))
          .append(recipient.getReply().getText());
      if (recipient.getKind() == OutcomeKind.DELIVERED && !recipient.getDetail().isEmpty()) {
        line.append("; before: ").append(recipient.getDetail());
      }
    } else if (!recipient.getDetail().isEmpty()) {
      line.append(": ").append(recipient.getDetail());
    }
    if (recipient.getMayHaveBeenTaken()) {
      line.append("; it may have accepted the message");
    }
    return line.toString();
  }

  private static String recipients(MessageAccepted accepted, List<Integer> indexes) {
    return indexes.stream()
        .map(index -> accepted.getEnvelope().getRecipients(index))
        .map(
            recipient ->
                recipient.getReturnsTo().isEmpty()
                    ? recipient.getAddress()
                    : recipient.getAddress() + " (back to " + recipient.getReturnsTo() + ")")
        .collect(Collectors.joining(", "));
  }
}
