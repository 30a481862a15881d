package io.postern.policy.decider;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.ExplanationStep;
import io.postern.contracts.v1.Organization;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.rules.Directory;
import io.postern.rules.WhoseSender;
import io.postern.smtp.Address;
import io.postern.smtp.srs.SenderRewriting;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The reverse path of one message's deliveries by each connector: a foreign sender's address is
 * rewritten where the connector says so (docs/guides/sender-rewriting.md), and another
 * organization's where the mail was accepted on this condition, whatever the connector says. A
 * rewritten address is the same at each attempt, since its day is the acceptance's. Owner: the
 * decider's thread.
 */
final class ReversePaths {
  static final String CONDITION = "senderRewritingEnabled";

  static final String NEVER =
      "the sender's domain belongs to another organization, and " + SenderRewriting.LENGTH;

  /**
   * The reverse path by one connector.
   *
   * @param rewritten empty: the envelope's stays
   * @param step null: the connector rewrites nothing
   * @param waits it must be rewritten and cannot now
   * @param never it must be rewritten and cannot ever
   */
  record ReversePath(
      String rewritten, @Nullable ExplanationStep step, boolean waits, boolean never) {
    static final ReversePath UNCHANGED = new ReversePath("", null, false, false);
  }

  /**
   * @param must {@link RecipientGroup#getRewriteSender}
   */
  private record Connector(String organization, String name, boolean must) {}

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
  ReversePath by(RecipientGroup group, String connector) {
    return connector.isEmpty() && !group.getRewriteSender()
        ? ReversePath.UNCHANGED
        : known.computeIfAbsent(
            new Connector(group.getOrganization(), connector, group.getRewriteSender()), this::of);
  }

  private boolean isEnabled(Connector connector) {
    DirectoryObject.Builder object = DirectoryObject.newBuilder();
    object
        .getOutboundConnectorBuilder()
        .setOrganization(connector.organization)
        .setName(connector.name);
    return directory
        .object(DirectoryKeys.key(object.build()))
        .map(DirectoryObject::getOutboundConnector)
        .map(OutboundConnector::getSenderRewritingEnabled)
        .orElse(false);
  }

  private ReversePath of(Connector connector) {
    if (!connector.must && !isEnabled(connector)) {
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
    WhoseSender whose = WhoseSender.of(directory, connector.organization, from.asciiDomain());
    if (whose == WhoseSender.OWN) {
      return stays(connector, "the sender's domain is the organization's own");
    }
    if (whose == WhoseSender.ALLOWED) {
      return stays(connector, "the sender's domain allows the organization to send from it");
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
          true,
          false);
    }
    return rewriting
        .get()
        .rewritten(connector.organization, domain, from, accepted)
        .map(
            address ->
                new ReversePath(
                    address.toString(),
                    step(connector, true, "the foreign sender becomes " + address),
                    false,
                    false))
        .orElseGet(
            () ->
                stays(
                    connector,
                    from.domain().startsWith("[")
                        ? "no mail is returned to an address literal"
                        : SenderRewriting.TOO_LONG));
  }

  /** Mail that must not leave with this sender fails where it cannot be rewritten. */
  private static ReversePath stays(Connector connector, String why) {
    boolean never = connector.must && why.equals(SenderRewriting.TOO_LONG);
    return new ReversePath("", step(connector, false, never ? NEVER : why), false, never);
  }

  private static ExplanationStep step(Connector connector, boolean matched, String detail) {
    return ExplanationStep.newBuilder()
        .setSubject(
            connector.must
                ? "organization " + connector.organization
                : "outbound connector " + connector.organization + "/" + connector.name)
        .setMatched(matched)
        .setCondition(connector.must ? "senderRewritingDomain" : CONDITION)
        .setDetail(detail)
        .build();
  }
}
