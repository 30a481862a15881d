package io.postern.rules.inbound;

import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.ConnectorType;
import io.postern.names.CertificateNames;
import io.postern.names.DomainNames;
import io.postern.rules.Directory;
import io.postern.rules.InboundEntry;
import io.postern.rules.OrganizationIndex;
import io.postern.rules.Trail;
import io.postern.rules.address.IpAddress;
import io.postern.rules.gateway.Gateway;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Whether a recipient's mail comes through a gateway of its organization: whether the client proves
 * itself, by address or by certificate, to be the host of an enabled inbound connector with {@code
 * efSkipLastIP} or {@code efSkipIPs}, of which the recipient's domain and, for a partner connector,
 * MAIL FROM are in scope. Of several the first in the order of connectors counts. A pure function;
 * any thread. For an organization without such a connector it costs two look-ups.
 */
public final class GatewayRules {
  /** The answer about one recipient. */
  public sealed interface Answer {
    record None() implements Answer {}

    record Through(Gateway gateway) implements Answer {}

    /** The certificate names a gateway's connector, and is not good: no stranger's either. */
    record NotGood(InboundDecision.Refuse refusal) implements Answer {}

    /** As {@link InboundDecision.VerdictNeeded}. */
    record Question(VerdictQuestion question) implements Answer {}
  }

  private static final Answer NONE = new Answer.None();

  private GatewayRules() {}

  /**
   * @param recipientDomain A-label
   * @param known as for {@link InboundRules#decide}
   */
  public static Answer find(
      Directory directory,
      InboundFacts facts,
      String recipientDomain,
      Function<VerdictQuestion, @Nullable CertificateVerdict> known) {
    String recipient = DomainNames.normal(recipientDomain);
    Optional<String> owner = directory.acceptedDomain(recipient).map(d -> d.getOrganization());
    if (owner.isEmpty() || directory.index(owner.get()).gateways.isEmpty()) {
      return NONE;
    }
    OrganizationIndex index = directory.index(owner.get());
    InboundConditions conditions =
        new InboundConditions(directory, facts, IpAddress.parse(facts.clientIp()), recipient);
    List<InboundEntry> inScope =
        index.partners.find(facts.mailFromDomain()).stream()
            .flatMap(tier -> tier.entries().stream())
            .filter(conditions::isForRecipient)
            .toList();
    for (InboundEntry entry : index.gateways) {
      boolean concerned =
          entry.usable(ConnectorType.PARTNER)
              ? inScope.contains(entry)
              : conditions.isForRecipient(entry);
      if (!concerned || entry.connector.getBlocked() || !conditions.isEncryptedEnough(entry)) {
        continue;
      }
      if (entry.connector.getSenderIpAddressesCount() > 0 && !conditions.isFromItsAddress(entry)) {
        continue; // with a certificate name too, both are demanded
      }
      if (entry.certificateName.isEmpty()) {
        if (conditions.isFromItsAddress(entry)) {
          return new Answer.Through(new Gateway(entry, inScope));
        }
      } else if (named(directory, facts, entry)) {
        return switch (ChainJudgement.of(
            conditions, entry, known, RecipientRefusal.CERTIFICATE_NAME)) {
          case ChainJudgement.Question(VerdictQuestion question) -> new Answer.Question(question);
          case ChainJudgement.Good good -> new Answer.Through(new Gateway(entry, inScope));
          case ChainJudgement.NotGood(RecipientRefusal refusal) -> notGood(entry, refusal);
        };
      }
    }
    return NONE;
  }

  /** An on-premises connector's name counts as in {@link OriginatingConnector}. */
  private static boolean named(Directory directory, InboundFacts facts, InboundEntry entry) {
    return facts.certificateNames().stream()
        .anyMatch(
            name ->
                CertificateNames.fits(entry.certificateName, name)
                    && (entry.usable(ConnectorType.PARTNER)
                        || OriginatingConnector.acceptedDomainFor(directory, entry, name) != null));
  }

  private static Answer notGood(InboundEntry entry, RecipientRefusal refusal) {
    Trail trail = new Trail(entry.organization());
    trail.failed(entry.subject, "verdict", refusal.chain());
    return new Answer.NotGood(
        refusal.by(
            entry.organization(),
            entry.name(),
            trail.summary(
                "Refused: the certificate for "
                    + entry.subject
                    + ", of a gateway, is "
                    + refusal.verdict())));
  }
}
