package io.postern.policy.whatif;

import io.postern.contracts.VerdictKey;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.names.DomainNames;
import io.postern.policy.AskedVerdicts;
import io.postern.policy.whatif.Difference.Sample;
import io.postern.rules.OutboundMail;
import io.postern.rules.RecordedHeader;
import io.postern.rules.again.RecordedFacts;
import io.postern.rules.outbound.OutboundRules;
import java.time.Instant;

/**
 * The decisions about recorded mail by the directory in force and by a draft, and what differs. The
 * recorded decision does not count: the directory may have changed since, and only the draft is
 * asked about. Only mail of the draft's organizations is counted, in every number (G8): the mail of
 * others, and how much it is, is not its reader's. One thread. Some 50 microseconds a recipient.
 */
final class Comparison {
  static final String NOT_APART = "refusals that are counted together";

  private final DraftDirectory draft;
  private final RecordedFacts.Chains chains;
  private final AskedVerdicts verdicts;
  private final Tally tally;

  /**
   * @param chains those that are in the log
   */
  Comparison(
      DraftDirectory draft, RecordedFacts.Chains chains, AskedVerdicts verdicts, Tally tally) {
    this.draft = draft;
    this.chains = chains;
    this.verdicts = verdicts;
    this.tally = tally;
  }

  void accepted(MessageAccepted message, long atMillis) {
    if (message.getGroupsList().stream().noneMatch(this::concerns) && !mayConcern(message)) {
      return;
    }
    message.getGroupsList().forEach(this::learn);
    RecordedFacts facts = RecordedFacts.of(message, chains);
    boolean counted =
        facts == null
            ? ofOurs(message, atMillis)
            : comparison(facts, message.getQueueId(), atMillis).compare();
    if (counted) {
      tally.message();
    }
  }

  void refused(MessageRefused refused, long atMillis) {
    long decidable = 0;
    boolean counted = false;
    for (RecordedFacts facts : RecordedFacts.of(refused, chains)) {
      decidable += facts.count();
      counted |= comparison(facts, refused.getReference(), atMillis).compare();
    }
    long rest = Math.max(1, refused.getCount()) - decidable;
    if (rest > 0 && draft.isOf(refused.getOrganization())) {
      tally.unknown(NOT_APART, rest);
      counted = true;
    }
    if (counted) {
      tally.refusal();
    }
  }

  private InboundComparison comparison(RecordedFacts facts, String id, long atMillis) {
    return new InboundComparison(
        draft, facts, verdicts, id, Instant.ofEpochMilli(atMillis).toString(), tally);
  }

  /** The verdict that let it in. */
  private void learn(RecipientGroup group) {
    if (group.getVerdict().equals("good") && !group.getVerdictKey().isEmpty()) {
      verdicts.good(VerdictKey.of(group.getVerdictKey().toByteArray()));
    }
    if (group.hasIncoming()) {
      learn(group.getIncoming());
    }
  }

  private boolean concerns(RecipientGroup group) {
    return draft.isOf(group.getOrganization())
        || group.hasIncoming() && draft.isOf(group.getIncoming().getOrganization());
  }

  /** By a domain that the draft gives or takes, or by a certificate that it names. */
  private boolean mayConcern(MessageAccepted message) {
    return !message.getSession().getTlsFacts().getPeerChainFingerprint().isEmpty()
        || draft.accepts(DomainNames.ofAddress(message.getEnvelope().getReversePath()))
        || message.getEnvelope().getRecipientsList().stream()
            .anyMatch(r -> draft.accepts(DomainNames.ofAddress(r.getAddress())));
  }

  /**
   * A notification or a report of ours: only its way out may differ.
   *
   * @return a recipient was counted
   */
  private boolean ofOurs(MessageAccepted message, long atMillis) {
    RecordedHeader header =
        new RecordedHeader(message.getHeaderBlock(), message.getHeaderBlockCut());
    boolean counted = false;
    for (RecipientGroup group : message.getGroupsList()) {
      for (int index : group.getRecipientsList()) {
        EnvelopeRecipient recipient = message.getEnvelope().getRecipients(index);
        String address =
            recipient.getReturnsTo().isEmpty() ? recipient.getAddress() : recipient.getReturnsTo();
        String domain = DomainNames.ofAddress(address);
        if (domain != null && draft.isOf(group.getOrganization())) {
          counted = true;
          tally.decided(1);
          String localPart = address.substring(0, address.lastIndexOf('@'));
          OutboundMail mail =
              OutboundRules.mail(message, recipient, group, localPart, domain, header);
          Sample sample =
              new Sample(
                  message.getQueueId(), Instant.ofEpochMilli(atMillis).toString(), "", domain);
          new OutboundComparison(group.getOrganization(), domain, sample, 1)
              .compare(
                  OutboundRules.decide(draft.now(), mail),
                  OutboundRules.decide(draft.then(), mail),
                  tally);
        }
      }
    }
    return counted;
  }
}
