package io.postern.policy.explain;

import io.postern.policy.AskedVerdicts;
import io.postern.policy.explain.ExplainAnswer.Decisions;
import io.postern.policy.explain.ExplainAnswer.In;
import io.postern.policy.explain.ExplainAnswer.Out;
import io.postern.rules.Directory;
import io.postern.rules.ExplainedConnector;
import io.postern.rules.again.MailDecision;
import io.postern.rules.again.RecordedFacts;
import io.postern.rules.inbound.ExplainedInbound;
import io.postern.rules.inbound.InboundDecision;
import io.postern.rules.inbound.InboundFacts;
import io.postern.rules.outbound.ExplainedOutbound;
import io.postern.smtp.Address;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the directory decides about a mail, and each condition of each connector of the deciding
 * organizations that the caller may see (G8). Pure but for the verdicts that it asks for. One
 * thread.
 */
final class Explainer {
  /** Connectors that a recipient's answer lists. */
  static final int MOST_CONNECTORS = 50;

  private static final String NO_HEADER =
      "It depends on the header section or on the recipient's address, which are not available: the "
          + "source behind a gateway decides.";

  private final Directory directory;
  private final RecordedFacts recorded;
  private final AskedVerdicts verdicts;
  private final MailDecision mail;
  private final Predicate<String> mine;
  private final @Nullable String organization;

  /**
   * @param mine whether the caller reads an organization
   * @param organization whose connectors are listed; null: those of the deciding organizations
   */
  Explainer(
      Directory directory,
      RecordedFacts recorded,
      AskedVerdicts verdicts,
      Predicate<String> mine,
      @Nullable String organization) {
    this.directory = directory;
    this.recorded = recorded;
    this.verdicts = verdicts;
    this.mail = new MailDecision(directory, recorded, verdicts::verdict);
    this.mine = mine;
    this.organization = organization;
  }

  /** A recipient's part of the answer, of today's directory. */
  record Explained(Decisions now, List<ExplainedConnector> connectors, int leftOut) {}

  Explained explain(Address recipient) {
    MailDecision.In in = mail.in(recipient.toString()).orElse(null);
    InboundFacts facts = in == null ? recorded.facts() : in.facts();
    InboundDecision decision = in == null ? null : in.decision();
    String domain = recipient.asciiDomain();
    List<ExplainedConnector> connectors = new ArrayList<>();
    for (String id : organizations(decision, facts, domain)) {
      connectors.addAll(
          ExplainedInbound.of(directory, facts, domain, verdicts::known, id).connectors());
    }
    Out out = null;
    if (decision instanceof InboundDecision.Accept accept && mine.test(accept.organization())) {
      ExplainedOutbound outbound =
          ExplainedOutbound.of(directory, mail.mail(accept, recipient.toString()));
      out = OutboundViews.of(outbound.decision(), accept.organization());
      if (organization == null || organization.equals(accept.organization())) {
        connectors.addAll(outbound.connectors());
      }
    }
    List<ExplainedConnector> shown =
        connectors.stream()
            .sorted(
                Comparator.comparing(
                        (ExplainedConnector c) -> c.effect() == ExplainedConnector.Effect.NONE)
                    .thenComparing(ExplainedConnector::notMet))
            .limit(MOST_CONNECTORS)
            .toList();
    return new Explained(
        decision == null
            ? new Decisions(In.unknown(NO_HEADER), null, null)
            : InboundViews.seen(decision, mine, out),
        shown,
        connectors.size() - shown.size());
  }

  /** Those whose connectors may decide: the recipient's, the sender's and the client's. */
  private Set<String> organizations(
      @Nullable InboundDecision decision, InboundFacts facts, String domain) {
    if (organization != null) {
      return Set.of(organization);
    }
    Set<String> ids = new LinkedHashSet<>();
    if (decision != null) {
      ids.add(decision.organization());
    }
    Stream.of(domain, facts.mailFromDomain() == null ? "" : facts.mailFromDomain())
        .flatMap(name -> directory.acceptedDomain(name).stream())
        .forEach(accepted -> ids.add(accepted.getOrganization()));
    ids.removeIf(id -> id.isEmpty() || !mine.test(id));
    return ids;
  }
}
