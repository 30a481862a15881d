package io.postern.ingress.attribution;

import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.ExplanationStep;
import io.postern.contracts.v1.Organization;
import io.postern.rules.Directory;
import io.postern.rules.inbound.InboundDecision;
import io.postern.smtp.Address;
import io.postern.smtp.srs.SenderRewriting;
import io.postern.smtp.srs.WayBack;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Addresses of rewritten senders as recipients (docs/guides/sender-rewriting.md): only one that the
 * recipient's organization has made leads back to a sender. Thread-safe; a recipient of any other
 * form costs a comparison of four letters.
 */
public final class RewrittenSenders {
  static final String RULE = "senderRewriting";

  /** What becomes of a recipient. */
  sealed interface Result {}

  /** It is no rewritten address: an ordinary recipient. */
  record Ordinary() implements Result {}

  /**
   * The address of a sender that the organization has rewritten.
   *
   * @param sender where its mail goes back to
   */
  record Returns(Address sender, String organization) implements Result {}

  /** No sender gets the mail. */
  record Refused(InboundDecision.Refuse refusal) implements Result {}

  private static final Result ORDINARY = new Ordinary();

  private final Supplier<Optional<SenderRewriting>> rewriting;
  private final InstantSource clock;

  /**
   * @param rewriting empty while there are no secrets
   */
  public RewrittenSenders(Supplier<Optional<SenderRewriting>> rewriting, InstantSource clock) {
    this.rewriting = rewriting;
    this.clock = clock;
  }

  Result of(Directory directory, Address recipient) {
    Optional<AcceptedDomain> accepted =
        SenderRewriting.isRewritten(recipient)
            ? directory.acceptedDomain(recipient.asciiDomain())
            : Optional.empty();
    if (accepted.isEmpty()) {
      return ORDINARY;
    }
    String organization = accepted.get().getOrganization();
    // An organization may have other such addresses, of its own server, at its other domains. At a
    // former rewriting domain ours are still taken.
    boolean ours =
        directory
            .organization(organization)
            .map(Organization::getSenderRewritingDomain)
            .filter(accepted.get().getDomain()::equals)
            .isPresent();
    Optional<SenderRewriting> secrets = rewriting.get();
    if (secrets.isEmpty()) {
      return ours
          ? refused(
              organization,
              451,
              "4.3.0",
              "Rewritten senders cannot be processed now, try again later",
              "ingress-service has no secrets for sender rewriting"
                  + " (postern.sender-rewriting.secrets)")
          : ORDINARY;
    }
    Instant now = clock.instant();
    return switch (secrets.get().wayBack(organization, recipient, now)) {
      case WayBack.None none -> ORDINARY;
      case WayBack.Forged forged ->
          ours
              ? refused(
                  organization,
                  550,
                  "5.1.1",
                  "This is not a valid rewritten sender address",
                  "it has the form of a rewritten sender, and its hash matches no configured secret")
              : ORDINARY;
      case WayBack.Expired expired ->
          refused(
              organization,
              550,
              "5.1.1",
              "This address was valid for " + SenderRewriting.VALID_DAYS + " days and has expired",
              "it is the address of a rewritten sender, and too old");
      case WayBack.To(Address sender) -> {
        // Mail that we forwarded came back and was forwarded again: the first forwarder is here.
        Result first = of(directory, sender);
        yield first instanceof Ordinary ? new Returns(sender, organization) : first;
      }
    };
  }

  /**
   * The refusal of mail that must leave with a rewritten sender (docs/decisions/0086), whose
   * address is too long for that; null: it is not.
   *
   * @param from null: the null reverse-path, which is not rewritten
   * @param accept the rules' decision
   */
  static InboundDecision.@Nullable Refuse tooLong(
      Directory directory, @Nullable Address from, InboundDecision.Accept accept) {
    if (!accept.rewriteSender() || from == null) {
      return null;
    }
    String domain =
        directory
            .organization(accept.organization())
            .map(Organization::getSenderRewritingDomain)
            .orElse("");
    if (SenderRewriting.fits(domain, from)) {
      return null;
    }
    return refusal(
        accept.organization(),
        550,
        "5.7.60",
        "SMTP; Client does not have permissions to send as this sender. Its domain belongs to"
            + " another organization, and its address is too long to be rewritten",
        "the sender's domain belongs to another organization, and " + SenderRewriting.LENGTH);
  }

  private static Result refused(
      String organization, int code, String enhanced, String text, String why) {
    return new Refused(refusal(organization, code, enhanced, text, why));
  }

  static InboundDecision.Refuse refusal(
      String organization, int code, String enhanced, String text, String why) {
    Explanation explanation =
        Explanation.newBuilder()
            .setOrganization(organization)
            .setSummary("Refused: " + why)
            .addSteps(
                ExplanationStep.newBuilder()
                    .setSubject("organization " + organization)
                    .setCondition(RULE)
                    .setDetail(why))
            .build();
    return new InboundDecision.Refuse(
        code, enhanced, text, RULE, organization, "", "", explanation);
  }
}
