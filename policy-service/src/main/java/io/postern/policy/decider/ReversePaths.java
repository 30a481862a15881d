package io.postern.policy.decider;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.ExplanationStep;
import io.postern.contracts.v1.Organization;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.rules.Directory;
import io.postern.smtp.Address;
import io.postern.smtp.srs.SenderRewriting;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The reverse path of one message's deliveries by each connector: a foreign sender's address is
 * rewritten where the connector says so (docs/guides/sender-rewriting.md). A rewritten address is
 * the same at each attempt, since its day is the acceptance's. Owner: the decider's thread.
 */
final class ReversePaths {
  static final String CONDITION = "senderRewritingEnabled";

  /**
   * The reverse path by one connector.
   *
   * @param rewritten empty: the envelope's stays
   * @param step null: the connector rewrites nothing
   * @param waits it must be rewritten and cannot now
   */
  record ReversePath(String rewritten, @Nullable ExplanationStep step, boolean waits) {
    static final ReversePath UNCHANGED = new ReversePath("", null, false);
  }

  private record Connector(String organization, String name) {}

  private final Directory directory;
  private final String sender;
  private final Instant accepted;
  private final Optional<SenderRewriting> rewriting;
  private final Map<Connector, ReversePath> known = new HashMap<>();

  /**
   * @param sender the envelope's reverse path; empty: the null reverse-path
   * @param accepted the log's time of acceptance
   * @param rewriting empty: there are no secrets
   */
  ReversePaths(
      Directory directory, String sender, Instant accepted, Optional<SenderRewriting> rewriting) {
    this.directory = directory;
    this.sender = sender;
    this.accepted = accepted;
    this.rewriting = rewriting;
  }

  /**
   * @param connector outbound; empty: none
   */
  ReversePath by(String organization, String connector) {
    return connector.isEmpty()
        ? ReversePath.UNCHANGED
        : known.computeIfAbsent(new Connector(organization, connector), this::of);
  }

  private ReversePath of(Connector connector) {
    DirectoryObject.Builder object = DirectoryObject.newBuilder();
    object
        .getOutboundConnectorBuilder()
        .setOrganization(connector.organization)
        .setName(connector.name);
    boolean enabled =
        directory
            .object(DirectoryKeys.key(object.build()))
            .map(DirectoryObject::getOutboundConnector)
            .map(OutboundConnector::getSenderRewritingEnabled)
            .orElse(false);
    if (!enabled) {
      return ReversePath.UNCHANGED;
    }
    if (sender.isEmpty()) {
      return stays(connector, "the null reverse-path is not an address");
    }
    Address from;
    try {
      from = Address.parse(sender);
    } catch (IllegalArgumentException e) {
      return stays(connector, "the sender's address cannot be read");
    }
    String senders =
        directory
            .acceptedDomain(from.asciiDomain())
            .map(AcceptedDomain::getOrganization)
            .orElse("");
    if (senders.equals(connector.organization)) {
      return stays(connector, "the sender's domain is the organization's own");
    }
    String domain =
        directory
            .organization(connector.organization)
            .map(Organization::getSenderRewritingDomain)
            .orElse("");
    if (domain.isEmpty() || rewriting.isEmpty()) {
      return new ReversePath(
          "",
          step(
              connector,
              false,
              domain.isEmpty()
                  ? "the organization has no senderRewritingDomain"
                  : "policy-service has no secrets for it (postern.sender-rewriting.secrets)"),
          true);
    }
    return rewriting
        .get()
        .rewritten(connector.organization, domain, from, accepted)
        .map(
            address ->
                new ReversePath(
                    address.toString(),
                    step(connector, true, "the foreign sender becomes " + address),
                    false))
        .orElseGet(
            () ->
                stays(
                    connector,
                    from.domain().startsWith("[")
                        ? "no mail is returned to an address literal"
                        : SenderRewriting.TOO_LONG));
  }

  private static ReversePath stays(Connector connector, String why) {
    return new ReversePath("", step(connector, false, why), false);
  }

  private static ExplanationStep step(Connector connector, boolean matched, String detail) {
    return ExplanationStep.newBuilder()
        .setSubject("outbound connector " + connector.organization + "/" + connector.name)
        .setMatched(matched)
        .setCondition(CONDITION)
        .setDetail(detail)
        .build();
  }
}
