package io.postern.policy.whatif;

import io.postern.contracts.v1.Direction;
import io.postern.names.DomainNames;
import io.postern.policy.AskedVerdicts;
import io.postern.policy.whatif.Difference.Sample;
import io.postern.policy.whatif.Tally.Group;
import io.postern.rules.OutboundMail;
import io.postern.rules.again.MailDecision;
import io.postern.rules.again.RecordedFacts;
import io.postern.rules.inbound.InboundDecision;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The decisions about one recorded mail, by the directory in force and by the draft. One thread.
 */
final class InboundComparison {
  static final String NO_VERDICT = "no verdict on the client's certificate is available";
  static final String NO_HEADER = "the source behind a gateway decides, and the header is not kept";

  private final DraftDirectory draft;
  private final RecordedFacts facts;
  private final MailDecision byNow;
  private final MailDecision byDraft;
  private final String id;
  private final String at;
  private final Tally tally;

  /**
   * @param id queue id or reference, for samples
   * @param at when it came, for samples
   */
  InboundComparison(
      DraftDirectory draft,
      RecordedFacts facts,
      AskedVerdicts verdicts,
      String id,
      String at,
      Tally tally) {
    this.draft = draft;
    this.facts = facts;
    this.byNow = new MailDecision(draft.now(), facts, verdicts::verdict);
    this.byDraft = new MailDecision(draft.then(), facts, verdicts::verdict);
    this.id = id;
    this.at = at;
    this.tally = tally;
  }

  /** Compares all recipients; whether one was counted. */
  boolean compare() {
    boolean counted = false;
    for (String recipient : facts.recipients()) {
      String domain = recipient.indexOf('@') < 0 ? recipient : DomainNames.ofAddress(recipient);
      counted |= domain != null && compare(recipient, domain);
    }
    return counted;
  }

  private boolean compare(String recipient, String domain) {
    Optional<MailDecision.In> now = byNow.in(recipient);
    Optional<MailDecision.In> then = byDraft.in(recipient);
    if (now.isEmpty() || then.isEmpty()) {
      boolean counted = draft.accepts(domain) || draft.accepts(facts.facts().mailFromDomain());
      if (counted) {
        tally.unknown(NO_HEADER, facts.count());
      }
      return counted;
    }
    NowAndDraft both = new NowAndDraft(now.get().decision(), then.get().decision());
    String organization = both.organization(draft);
    if (organization.isEmpty()) {
      return false;
    }
    if (!facts.complete()) {
      tally.unknown(facts.missing(), facts.count());
    } else if (both.isUnknown()) {
      tally.unknown(NO_VERDICT, facts.count());
    } else {
      tally.decided(facts.count());
      in(both, organization, domain);
      out(both, recipient, domain);
    }
    return true;
  }

  private void in(NowAndDraft both, String organization, String domain) {
    String kind = both.kind();
    if (!kind.isEmpty()) {
      boolean originating =
          both.now() instanceof InboundDecision.Accept accept
              && accept.direction() == Direction.ORIGINATING;
      tally.differs(
          new Group(
              kind,
              organization,
              originating ? domain : sender(),
              NowAndDraft.connector(both.now(), draft),
              NowAndDraft.connector(both.draft(), draft),
              both.rule()),
          facts.count(),
          sample(domain));
    }
  }

  /** A refusal has no header section, and its way out is not known. */
  private void out(NowAndDraft both, String recipient, String domain) {
    if (facts.header() != null
        && both.now() instanceof InboundDecision.Accept before
        && both.draft() instanceof InboundDecision.Accept after
        && before.organization().equals(after.organization())
        && draft.isOf(before.organization())) {
      OutboundMail mail = byNow.mail(before, recipient);
      new OutboundComparison(
              before.organization(), mail.recipientDomain(), sample(domain), facts.count())
          .compare(byNow.out(before, recipient), byDraft.out(after, recipient), tally);
    }
  }

  private Sample sample(String domain) {
    return new Sample(id, at, sender(), domain);
  }

  private String sender() {
    @Nullable String domain = facts.facts().mailFromDomain();
    return domain == null || domain.isEmpty() ? "<>" : domain;
  }
}
