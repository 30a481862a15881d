package io.postern.rules.inbound;

import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.Direction;
import io.postern.rules.InboundEntry;
import io.postern.rules.Trail;
import io.postern.rules.address.DomainIndex;
import io.postern.rules.address.DomainPattern;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The partner connectors of the recipient's organization (docs/design/connectors.md, "Partner
 * connectors"). In scope is a connector by senderDomains (MAIL FROM; the null reverse-path only by
 * "*"), associatedAcceptedDomains, and senderIPAddresses where they do not restrict. Addresses and
 * a name in one restricting connector are both demanded. Where Microsoft's text leaves a gap the
 * rule is ours:
 *
 * <ol>
 *   <li>Restrict beats allow: if a restricting connector is in scope, only restricting ones let
 *       mail in, however specific an allowing one is. Of the restricting ones the most specific
 *       sender domain counts (exact, longest wildcard, "*"); connectors for the same sender domain
 *       are alternatives (by address or by certificate: Exchange wants two connectors for that),
 *       tried by name. None is met: refused.
 *   <li>With that, an allowing connector at least as specific that requires TLS still does, and so
 *       does one that demands a certificate's name.
 *   <li>Without a restricting one: most specific first. Those that require TLS with a
 *       tlsSenderCertificateName demand the name of all mail in their scope (for the same sender
 *       domain they are alternatives); then those that require TLS, then by name. A name without
 *       requireTls refuses nobody.
 *   <li>None applies: the anonymous path, accepted.
 *   <li>A blocked connector refuses the mail that it would have taken, before its chain is judged
 *       and before its alternatives are asked; an allowing one at least as specific as the deciding
 *       restricting ones, too. What it would not have taken goes on as if it were not blocked.
 * </ol>
 *
 * Of several refusals the most hopeful is given: not judged, then bad chain, then the first. One
 * decision, one thread.
 */
final class PartnerRules {
  private sealed interface Trial {
    @SuppressWarnings("ArrayRecordComponent")
    record Success(InboundEntry entry, String byAddress, String verdict, byte[] key)
        implements Trial {}

    record Failure(RecipientRefusal refusal, InboundEntry entry) implements Trial {}

    /** The mail is the connector's, and an administrator has blocked it: no other one is asked. */
    record Blocked(InboundEntry entry) implements Trial {}

    record Question(VerdictQuestion question) implements Trial {}
  }

  private final InboundConditions conditions;
  private final String organization;
  private final Function<VerdictQuestion, @Nullable CertificateVerdict> known;
  private final UnmatchedConnectors unmatched;
  private final Trail trail;

  PartnerRules(
      InboundConditions conditions,
      String organization,
      Function<VerdictQuestion, @Nullable CertificateVerdict> known,
      UnmatchedConnectors unmatched) {
    this.conditions = conditions;
    this.organization = organization;
    this.known = known;
    this.unmatched = unmatched;
    this.trail = new Trail(organization);
  }

  InboundDecision decide() {
    trail.matched(
        "accepted domain " + conditions.recipientDomain,
        "acceptedDomain",
        "it is the recipient's domain");
    conditions.facts.addSourceTo(trail, organization);
    List<DomainIndex.Tier<InboundEntry>> tiers = scope();
    for (int i = 0; i < tiers.size(); i++) {
      if (tiers.get(i).entries().stream().anyMatch(InboundEntry::restricting)) {
        return restricted(tiers, i);
      }
    }
    return allowed(tiers);
  }

  private List<DomainIndex.Tier<InboundEntry>> scope() {
    List<DomainIndex.Tier<InboundEntry>> scope = new ArrayList<>(2);
    for (DomainIndex.Tier<InboundEntry> tier :
        conditions.directory.index(organization).partners.find(conditions.facts.mailFromDomain())) {
      List<InboundEntry> entries =
          tier.entries().stream()
              .filter(conditions::isForRecipient)
              .filter(conditions::isForClient)
              .toList();
      if (!entries.isEmpty()) {
        scope.add(new DomainIndex.Tier<>(tier.pattern(), entries));
      }
    }
    return scope;
  }

  private InboundDecision restricted(List<DomainIndex.Tier<InboundEntry>> tiers, int deciding) {
    for (DomainIndex.Tier<InboundEntry> tier : tiers.subList(0, deciding + 1)) {
      for (InboundEntry entry : tier.entries()) {
        if (!entry.restricting() && !conditions.isEncryptedEnough(entry)) {
          return refuse(noTls(entry));
        }
        if (!entry.restricting()
            && entry.connector.getBlocked()
            && trial(entry) instanceof Trial.Blocked blocked) {
          return refuse(blocked);
        }
      }
      Trial demanded = firstMet(tier, InboundEntry::allowsByCertificate);
      if (demanded != null && !(demanded instanceof Trial.Success)) {
        return decided(demanded, tier.pattern());
      }
    }
    DomainIndex.Tier<InboundEntry> tier = tiers.get(deciding);
    Trial restricting = firstMet(tier, InboundEntry::restricting);
    if (restricting == null) {
      throw new IllegalStateException("the deciding tier has a restricting connector");
    }
    return decided(restricting, tier.pattern());
  }

  private InboundDecision allowed(List<DomainIndex.Tier<InboundEntry>> tiers) {
    if (!tiers.isEmpty()) {
      DomainIndex.Tier<InboundEntry> tier = tiers.getFirst();
      Trial demanded = firstMet(tier, InboundEntry::allowsByCertificate);
      return decided(
          demanded == null ? trial(tier.entries().getFirst()) : demanded, tier.pattern());
    }
    unmatched.addTo(trail, organization);
    return new InboundDecision.Accept(
        organization,
        "",
        Direction.INCOMING,
        "",
        "",
        new byte[0],
        trail.summary(
            "Incoming for "
                + organization
                + ": no partner connector applies to "
                + conditions.sender()
                + ", accepted on the anonymous path"));
  }

  /** The first of these that is met, else the most hopeful refusal; null: there is none. */
  private @Nullable Trial firstMet(
      DomainIndex.Tier<InboundEntry> tier, Predicate<InboundEntry> these) {
    Trial.Failure refused = null;
    for (InboundEntry entry : tier.entries()) {
      if (!these.test(entry)) {
        continue;
      }
      Trial trial = trial(entry);
      if (!(trial instanceof Trial.Failure failed)) {
        return trial;
      }
      if (refused == null || hope(failed) > hope(refused)) {
        refused = failed;
      }
    }
    return refused;
  }

  private InboundDecision decided(Trial trial, DomainPattern pattern) {
    return switch (trial) {
      case Trial.Success met -> accept(met.entry(), pattern, met);
      case Trial.Failure failed -> refuse(failed);
      case Trial.Blocked blocked -> refuse(blocked);
      case Trial.Question(VerdictQuestion question) -> new InboundDecision.VerdictNeeded(question);
    };
  }

  private Trial trial(InboundEntry entry) {
    unmatched.exclude(entry);
    if (!conditions.isEncryptedEnough(entry)) {
      return noTls(entry);
    }
    boolean restricted = entry.connector.getRestrictDomainsToIpAddresses();
    boolean byAddress = restricted || entry.isForItsAddresses();
    SourceAddress source =
        restricted
            ? conditions.sourceAddress(entry)
            : byAddress
                ? SourceAddress.ofClient(conditions.facts, conditions.client, entry)
                : new SourceAddress(true, "", "");
    if (!source.met()) {
      trail.failed(entry.subject, RecipientRefusal.RESTRICT_TO_ADDRESSES, source.detail());
      return new Trial.Failure(
          RecipientRefusal.restricted(RecipientRefusal.RESTRICT_TO_ADDRESSES), entry);
    }
    if (byAddress) {
      trail.matched(
          entry.subject,
          restricted ? RecipientRefusal.RESTRICT_TO_ADDRESSES : "senderIPAddresses",
          source.detail());
    }
    // Then it may be an alternative's.
    boolean awaitsSource = byAddress && source.range().isEmpty();
    if (!entry.demandsCertificate()) {
      if (entry.connector.getBlocked()) {
        return awaitsSource
            ? new Trial.Failure(RecipientRefusal.blocked(), entry)
            : new Trial.Blocked(entry);
      }
      return new Trial.Success(entry, source.range(), "", new byte[0]);
    }
    String rule = RecipientRefusal.certificateRule(entry);
    if (conditions.presented(entry) == null) {
      trail.failed(entry.subject, conditions.certificateName(entry, rule));
      return new Trial.Failure(
          entry.restricting()
              ? RecipientRefusal.restricted(rule)
              : RecipientRefusal.certificateRequired(),
          entry);
    }
    if (entry.connector.getBlocked()) { // whatever its chain is worth
      return awaitsSource
          ? new Trial.Failure(RecipientRefusal.blocked(), entry)
          : new Trial.Blocked(entry);
    }
    return switch (ChainJudgement.of(conditions, entry, known, rule)) {
      case ChainJudgement.Question(VerdictQuestion question) -> new Trial.Question(question);
      case ChainJudgement.Good(String verdict, byte[] key) -> {
        trail.matched(
            entry.subject,
            RecipientRefusal.CERTIFICATE_NAME,
            entry.certificateName + " is a name of the certificate, and its chain is good");
        yield new Trial.Success(entry, source.range(), verdict, key);
      }
      case ChainJudgement.NotGood(RecipientRefusal refusal) -> {
        trail.failed(entry.subject, "verdict", refusal.chain());
        yield new Trial.Failure(refusal, entry);
      }
    };
  }

  private Trial.Failure noTls(InboundEntry entry) {
    unmatched.exclude(entry);
    trail.failed(entry.subject, RecipientRefusal.REQUIRE_TLS, "the session is not encrypted");
    return new Trial.Failure(RecipientRefusal.tlsRequired(), entry);
  }

  private static int hope(Trial.Failure failed) {
    return switch (failed.refusal().code()) {
      case 451 -> 2;
      case 454 -> 1;
      default -> 0;
    };
  }

  private InboundDecision accept(InboundEntry entry, DomainPattern pattern, Trial.Success met) {
    trail.matched(
        entry.subject, "senderDomains", "its " + pattern + " matches " + conditions.sender());
    unmatched.addTo(trail, organization);
    return new InboundDecision.Accept(
        organization,
        entry.name(),
        Direction.INCOMING,
        met.byAddress(),
        met.verdict(),
        met.key(),
        trail.summary("Incoming for " + organization + ": " + entry.subject));
  }

  private InboundDecision refuse(Trial.Blocked blocked) {
    trail.failed(blocked.entry().subject, InboundConditions.blocked(blocked.entry()));
    unmatched.addTo(trail, organization);
    return RecipientRefusal.blocked()
        .by(
            organization,
            blocked.entry().name(),
            trail.summary(InboundRules.blocked(blocked.entry())));
  }

  private InboundDecision refuse(Trial.Failure failed) {
    unmatched.addTo(trail, organization);
    return failed
        .refusal()
        .by(
            organization,
            failed.entry().name(),
            trail.summary(
                "Refused: "
                    + failed.refusal().rule()
                    + " of "
                    + failed.entry().subject
                    + " is not met"));
  }
}
