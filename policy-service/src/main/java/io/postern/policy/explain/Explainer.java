package io.postern.policy.explain;

import io.postern.contracts.v1.RequireTls;
import io.postern.policy.explain.ExplainAnswer.Decisions;
import io.postern.policy.explain.ExplainAnswer.In;
import io.postern.policy.explain.ExplainAnswer.Out;
import io.postern.rules.Directory;
import io.postern.rules.ExplainedConnector;
import io.postern.rules.OutboundMail;
import io.postern.rules.again.RecordedDecision;
import io.postern.rules.again.RecordedFacts;
import io.postern.rules.inbound.ExplainedInbound;
import io.postern.rules.inbound.InboundDecision;
import io.postern.rules.inbound.InboundFacts;
import io.postern.rules.inbound.RecipientRules;
import io.postern.rules.outbound.ExplainedOutbound;
import io.postern.rules.outbound.OutboundRules;
import io.postern.smtp.Address;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the directory decides about a mail, and each condition of each connector of the deciding
 * organizations that the caller may see (G8). Pure but for the verdicts that it asks for. One
 * thread.
 */
final class Explainer {
  /** Connectors that a recipient's answer lists. */
  static final int MOST_CONNECTORS = 50;

  private final Directory directory;
  private final RecordedFacts recorded;
  private final RequireTls requireTls;
  private final AskedVerdicts verdicts;
  private final Predicate<String> mine;
  private final @Nullable String organization;

  /**
   * @param mine whether the caller reads an organization
   * @param organization whose connectors are listed; null: those of the deciding organizations
   */
  Explainer(
      Directory directory,
      RecordedFacts recorded,
      RequireTls requireTls,
      AskedVerdicts verdicts,
      Predicate<String> mine,
      @Nullable String organization) {
    this.directory = directory;
    this.recorded = recorded;
    this.requireTls = requireTls;
    this.verdicts = verdicts;
    this.mine = mine;
    this.organization = organization;
  }

  /** A recipient's part of the answer, of today's directory. */
  record Explained(Decisions now, List<ExplainedConnector> connectors, int leftOut) {}

  Explained explain(Address recipient) {
    Optional<RecordedDecision.Decided> decided =
        verdicts.decided(
            () ->
                new RecordedDecision(directory, recorded, verdicts::known)
                    .decide(recipient.toString()),
            RecordedDecision.Decided::decision);
    InboundFacts facts = decided.map(RecordedDecision.Decided::facts).orElse(recorded.facts());
    String domain = recipient.asciiDomain();
    InboundDecision inbound =
        decided.map(d -> withRecipient(d.decision(), recipient.localPart(), domain)).orElse(null);
    List<ExplainedConnector> connectors = new ArrayList<>();
    for (String id : organizations(inbound, facts, domain)) {
      connectors.addAll(
          ExplainedInbound.of(directory, facts, domain, verdicts::known, id).connectors());
    }
    ExplainedOutbound outbound =
        inbound instanceof InboundDecision.Accept accept && mine.test(accept.organization())
            ? outbound(accept, recipient.localPart(), domain)
            : null;
    Out out = null;
    if (outbound != null && inbound instanceof InboundDecision.Accept accept) {
      out = Outs.of(outbound.decision(), accept.organization());
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
        new Decisions(in(inbound), incoming(inbound), out),
        shown,
        connectors.size() - shown.size());
  }

  private InboundDecision withRecipient(InboundDecision decision, String localPart, String domain) {
    return decision instanceof InboundDecision.Accept accept
        ? RecipientRules.decide(directory, accept, localPart, domain)
        : decision;
  }

  private ExplainedOutbound outbound(
      InboundDecision.Accept accept, String localPart, String domain) {
    return ExplainedOutbound.of(
        directory,
        new OutboundMail(
            accept.organization(),
            accept.direction(),
            recorded.reversePath(),
            localPart,
            domain,
            requireTls,
            OutboundRules.provenServer(accept),
            recorded.header()));
  }

  /** Those whose connectors may decide: the recipient's, the sender's and the client's. */
  private Set<String> organizations(
      @Nullable InboundDecision decision, InboundFacts facts, String domain) {
    if (organization != null) {
      return Set.of(organization);
    }
    Set<String> ids = new LinkedHashSet<>();
    switch (decision) {
      case InboundDecision.Accept accept -> ids.add(accept.organization());
      case InboundDecision.Refuse refuse -> ids.add(refuse.organization());
      case null, default -> {}
    }
    directory.acceptedDomain(domain).ifPresent(d -> ids.add(d.getOrganization()));
    String sender = facts.mailFromDomain();
    if (sender != null) {
      directory.acceptedDomain(sender).ifPresent(d -> ids.add(d.getOrganization()));
    }
    ids.removeIf(id -> id.isEmpty() || !mine.test(id));
    return ids;
  }

  private In in(@Nullable InboundDecision decision) {
    return switch (decision) {
      case null ->
          In.unknown(
              "It depends on the header section or on the recipient's address, which are not "
                  + "available: the source behind a gateway decides.");
      case InboundDecision.Accept accept when !seen(accept.organization()) -> In.ofAnother();
      case InboundDecision.Refuse refuse when !seen(refuse.organization()) -> In.ofAnother();
      default -> Ins.of(decision);
    };
  }

  private @Nullable In incoming(@Nullable InboundDecision decision) {
    return decision instanceof InboundDecision.Accept accept
            && accept.incoming() != null
            && seen(accept.incoming().organization())
        ? Ins.of(accept.incoming())
        : null;
  }

  /** Nobody's decision is everybody's to see: it rests on the caller's own facts. */
  private boolean seen(String id) {
    return id.isEmpty() || mine.test(id);
  }
}
