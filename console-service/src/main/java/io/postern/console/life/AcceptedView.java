package io.postern.console.life;

import io.postern.console.life.Life.Accepted;
import io.postern.console.life.Life.Inbound;
import io.postern.console.life.Life.Session;
import io.postern.console.sight.Sight;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.ReportedDecision;
import io.postern.contracts.v1.SessionFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The accepted record, for a reader.
 *
 * @param seen indexes of the recipients that the reader sees
 */
record AcceptedView(MessageAccepted message, Set<Integer> seen, Sight sight) {
  Accepted at(long at) {
    return new Accepted(
        Words.time(at),
        message.getEnvelope().getReversePath(),
        message.getMessageId(),
        message.getSize(),
        session(message.getSession()),
        connectors(),
        message.getDirectoryVersion(),
        message.getInternal(),
        message.getCauseQueueId(),
        message.getCause());
  }

  private List<Inbound> connectors() {
    List<Inbound> connectors = new ArrayList<>();
    for (RecipientGroup group : message.getGroupsList()) {
      if (sight.sees(group.getOrganization())) {
        connectors.add(inbound(group, group));
      }
      if (group.hasIncoming() && sight.sees(group.getIncoming().getOrganization())) {
        connectors.add(inbound(group.getIncoming(), group));
      }
    }
    return connectors;
  }

  private Inbound inbound(RecipientGroup decision, RecipientGroup group) {
    return new Inbound(
        decision.getOrganization(),
        decision.getConnector(),
        Words.of(decision.getDirection(), ""),
        group.getRecipientsList().stream()
            .filter(seen::contains)
            .map(index -> message.getEnvelope().getRecipients(index).getAddress())
            .toList(),
        decision.getVerdict(),
        Words.hex(decision.getVerdictKey()),
        decision.getByAddress(),
        Words.why(decision.getExplanation()),
        decision.hasReported() ? reported(decision.getReported(), sight) : null);
  }

  /** Null: it is another organization's. */
  static Life.@Nullable Reported reported(ReportedDecision decision, Sight sight) {
    return sight.sees(decision.getOrganization())
        ? new Life.Reported(
            decision.getOrganization(),
            decision.getConnector(),
            decision.getAccepted(),
            decision.getCode(),
            decision.getEnhancedCode(),
            decision.getRule(),
            decision.getVerdict(),
            Words.why(decision.getExplanation()))
        : null;
  }

  static Session session(SessionFacts session) {
    return new Session(
        session.getClientIp(),
        session.getProxiedBy(),
        session.getListener(),
        session.getGreeting(),
        session.getProtocol(),
        session.getTls() ? Words.tls(session.getTlsFacts()) : null,
        session.getTrueSource().getIp(),
        session.getTrueSource().getWhyNot());
  }
}
