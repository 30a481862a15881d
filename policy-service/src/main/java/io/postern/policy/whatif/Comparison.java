package io.postern.policy.whatif;

import io.postern.contracts.VerdictKey;
import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.RequireTls;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.names.DomainNames;
import io.postern.policy.whatif.Difference.Sample;
import io.postern.policy.whatif.Tally.Group;
import io.postern.rules.Directory;
import io.postern.rules.OutboundMail;
import io.postern.rules.RecordedHeader;
import io.postern.rules.again.RecordedDecision;
import io.postern.rules.again.RecordedFacts;
import io.postern.rules.inbound.InboundDecision;
import io.postern.rules.inbound.RecipientRules;
import io.postern.rules.outbound.OutboundDecision;
import io.postern.rules.outbound.OutboundRules;
import io.postern.rules.outbound.RequirementComparison;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The decisions about recorded mail by the directory in force and by a draft, and what differs. The
 * recorded decision does not count: the directory may have changed since, and only the draft is
 * asked about. Only mail of the draft's organizations is counted, in every number (G8): the mail of
 * others, and how much it is, is not its reader's. Thread-safe, if the function of chains' names
 * is. Some 50 microseconds a recipient.
 */
final class Comparison {
  static final String NO_VERDICT = "no verdict on the client's certificate is available";
  static final String NO_HEADER = "the source behind a gateway decides, and the header is not kept";
  static final String NOT_APART = "refusals that are counted together";

  private final Directory now;
  private final Directory draft;
  private final Set<String> organizations;
  private final RecordedFacts.Chains chains;
  private final Function<List<byte[]>, List<String>> names;
  private final RunVerdicts verdicts;
  private final Tally tally;

  /**
   * @param chains those that are in the log
   * @param names DNS names of a chain's leaf; a memory of them, since reading certificates is slow
   */
  Comparison(
      Draft draft,
      RecordedFacts.Chains chains,
      Function<List<byte[]>, List<String>> names,
      RunVerdicts verdicts,
      Tally tally) {
    this.now = draft.now();
    this.draft = draft.then();
    this.organizations = draft.organizations();
    this.chains = chains;
    this.names = names;
    this.verdicts = verdicts;
    this.tally = tally;
  }

  /** A decision, or null where it cannot be known. */
  private record Both(InboundDecision now, InboundDecision draft) {}

  void accepted(MessageAccepted message, long atMillis) {
    if (message.getGroupsList().stream().noneMatch(this::concerns) && !mayConcern(message)) {
      return;
    }
    message.getGroupsList().forEach(this::learn);
    RecordedFacts facts = RecordedFacts.of(message, chains, names);
    boolean counted =
        facts == null
            ? ofOurs(message, atMillis)
            : new Mail(
                    facts,
                    message.getQueueId(),
                    atMillis,
                    message.getEnvelope().getRequireTls(),
                    decisionsOf(facts))
                .recipients(facts.recipients());
    if (counted) {
      tally.message();
    }
  }

  void refused(MessageRefused refused, long atMillis) {
    List<RecordedFacts> all = RecordedFacts.of(refused, chains, names);
    long decidable = 0;
    boolean counted = false;
    for (RecordedFacts facts : all) {
      decidable += facts.count();
      Mail mail =
          new Mail(
              facts,
              refused.getReference(),
              atMillis,
              RequireTls.REQUIRE_TLS_UNSPECIFIED,
              decisionsOf(facts));
      counted |=
          mail.recipients(
              facts.recipients().isEmpty() ? facts.recipientDomains() : facts.recipients());
    }
    long rest = Math.max(1, refused.getCount()) - decidable;
    if (rest > 0 && organizations.contains(refused.getOrganization())) {
      tally.unknown(NOT_APART, rest);
      counted = true;
    }
    if (counted) {
      tally.refusal();
    }
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
    return organizations.contains(group.getOrganization())
        || group.hasIncoming() && organizations.contains(group.getIncoming().getOrganization());
  }

  /** By a domain that the draft gives or takes, or by a certificate that it names. */
  private boolean mayConcern(MessageAccepted message) {
    return !message.getSession().getTlsFacts().getPeerChainFingerprint().isEmpty()
        || ofDomain(DomainNames.ofAddress(message.getEnvelope().getReversePath()))
        || message.getEnvelope().getRecipientsList().stream()
            .anyMatch(r -> ofDomain(DomainNames.ofAddress(r.getAddress())));
  }

  private boolean ofDomain(@Nullable String domain) {
    return domain != null
        && (organizations.stream()
            .anyMatch(o -> now.accepts(o, domain) || draft.accepts(o, domain)));
  }

  /**
   * A notification or a report of ours: only its way out may differ.
   *
   * @return a recipient was counted
   */
  private boolean ofOurs(MessageAccepted message, long atMillis) {
    boolean counted = false;
    for (RecipientGroup group : message.getGroupsList()) {
      if (!organizations.contains(group.getOrganization())) {
        continue;
      }
      for (int index : group.getRecipientsList()) {
        String address = message.getEnvelope().getRecipients(index).getAddress();
        String domain = DomainNames.ofAddress(address);
        if (domain != null) {
          counted = true;
          tally.decided(1);
          OutboundMail mail =
              new OutboundMail(
                  group.getOrganization(),
                  group.getDirection(),
                  message.getEnvelope().getReversePath(),
                  localPart(address),
                  domain,
                  message.getEnvelope().getRequireTls(),
                  false,
                  new RecordedHeader(message.getHeaderBlock(), message.getHeaderBlockCut()));
          new Way(
                  mail,
                  mail,
                  new Sample(
                      message.getQueueId(), Instant.ofEpochMilli(atMillis).toString(), "", domain),
                  1)
              .compare();
        }
      }
    }
    return counted;
  }

  private Decisions decisionsOf(RecordedFacts facts) {
    return new Decisions(
        new RecordedDecision(now, facts, verdicts::known),
        new RecordedDecision(draft, facts, verdicts::known));
  }

  /** Made anew when a verdict has come: each remembers what it asked by. */
  private record Decisions(RecordedDecision now, RecordedDecision draft) {}

  /** One record's facts. */
  private final class Mail {
    private final RecordedFacts facts;
    private final String id;
    private final long atMillis;
    private final RequireTls requireTls;
    private Decisions decisions;

    Mail(
        RecordedFacts facts, String id, long atMillis, RequireTls requireTls, Decisions decisions) {
      this.facts = facts;
      this.id = id;
      this.atMillis = atMillis;
      this.requireTls = requireTls;
      this.decisions = decisions;
    }

    /** Compares them; whether one was counted. */
    boolean recipients(Collection<String> addressesOrDomains) {
      boolean counted = false;
      for (String recipient : addressesOrDomains) {
        counted |= recipient(recipient);
      }
      return counted;
    }

    private boolean recipient(String recipient) {
      String domain = recipient.indexOf('@') < 0 ? recipient : DomainNames.ofAddress(recipient);
      if (domain == null) {
        return false;
      }
      Optional<InboundDecision> before = decided(true, recipient);
      Optional<InboundDecision> after = decided(false, recipient);
      if (before.isEmpty() || after.isEmpty()) {
        boolean counted = ofDomain(domain) || ofDomain(facts.facts().mailFromDomain());
        if (counted) {
          tally.unknown(NO_HEADER, facts.count());
        }
        return counted;
      }
      Both both =
          new Both(
              withRecipient(now, before.get(), recipient, domain),
              withRecipient(draft, after.get(), recipient, domain));
      String organization = organization(both);
      if (organization.isEmpty()) {
        return false;
      }
      if (!facts.complete()) {
        tally.unknown(facts.missing(), facts.count());
      } else if (isUnknown(both.now()) || isUnknown(both.draft())) {
        tally.unknown(NO_VERDICT, facts.count());
      } else {
        tally.decided(facts.count());
        compare(both, organization, recipient, domain);
      }
      return true;
    }

    private Optional<InboundDecision> decided(boolean byNow, String recipient) {
      while (true) {
        Optional<InboundDecision> decision =
            (byNow ? decisions.now() : decisions.draft())
                .decide(recipient)
                .map(RecordedDecision.Decided::decision);
        if (decision.isEmpty()
            || !(decision.get() instanceof InboundDecision.VerdictNeeded(VerdictQuestion q))) {
          return decision;
        }
        verdicts.ask(q);
        decisions = decisionsOf(facts);
      }
    }

    private InboundDecision withRecipient(
        Directory directory, InboundDecision decision, String recipient, String domain) {
      return decision instanceof InboundDecision.Accept accept && recipient.indexOf('@') >= 0
          ? RecipientRules.decide(directory, accept, localPart(recipient), domain)
          : decision;
    }

    private OutboundMail mail(
        InboundDecision.Accept accept, String recipient, String domain, boolean provenServer) {
      return new OutboundMail(
          accept.organization(),
          accept.direction(),
          facts.reversePath(),
          localPart(recipient),
          domain,
          requireTls,
          provenServer,
          facts.header());
    }

    private void compare(Both both, String organization, String recipient, String domain) {
      String sender = Tally.or(facts.facts().mailFromDomain(), "<>");
      Sample sample = new Sample(id, Instant.ofEpochMilli(atMillis).toString(), sender, domain);
      String kind = kind(both.now(), both.draft());
      if (!kind.isEmpty()) {
        boolean originating =
            both.now() instanceof InboundDecision.Accept a
                && a.direction() == Direction.ORIGINATING;
        tally.differs(
            new Group(
                kind,
                organization,
                originating ? domain : sender,
                connector(both.now()),
                connector(both.draft()),
                both.draft() instanceof InboundDecision.Refuse refuse
                    ? refuse.rule()
                    : both.now() instanceof InboundDecision.Refuse refused ? refused.rule() : ""),
            facts.count(),
            sample);
      }
      if (facts.header() != null
          && both.now() instanceof InboundDecision.Accept before
          && both.draft() instanceof InboundDecision.Accept after
          && before.organization().equals(after.organization())
          && organizations.contains(before.organization())) {
        new Way(
                mail(before, recipient, domain, OutboundRules.provenServer(before)),
                mail(before, recipient, domain, OutboundRules.provenServer(after)),
                sample,
                facts.count())
            .compare();
      }
    }
  }

  /** The way out of one recipient, by both. */
  private final class Way {
    private final String organization;
    private final String domain;
    private final Sample sample;
    private final long count;
    private final OutboundDecision before;
    private final OutboundDecision after;

    Way(OutboundMail mailNow, OutboundMail mailOfDraft, Sample sample, long count) {
      this.organization = mailNow.organization();
      this.domain = mailNow.recipientDomain();
      this.sample = sample;
      this.count = count;
      this.before = OutboundRules.decide(now, mailNow);
      this.after = OutboundRules.decide(draft, mailOfDraft);
    }

    void compare() {
      if (before instanceof OutboundDecision.Deliver then
          && after instanceof OutboundDecision.Deliver next) {
        if (!then.connector().equals(next.connector())
            || !then.nextHop().getRoute().equals(next.nextHop().getRoute())) {
          differs("otherWay", "");
        }
        requirement(then.requirement(), next.requirement());
      } else if (before instanceof OutboundDecision.Deliver) {
        differs("deliveredToHeld", reason(after));
      } else if (after instanceof OutboundDecision.Deliver) {
        differs("heldToDelivered", reason(before));
      }
    }

    private void requirement(TlsRequirement then, TlsRequirement next) {
      Optional<String> lower = RequirementComparison.looserRespect(then, next);
      Optional<String> higher = RequirementComparison.looserRespect(next, then);
      lower.ifPresent(respect -> differs("requirementLowered", respect));
      if (lower.isEmpty()) {
        higher.ifPresent(respect -> differs("requirementRaised", respect));
      }
    }

    private void differs(String kind, String rule) {
      tally.differs(
          new Group(kind, organization, domain, connector(before), connector(after), rule),
          count,
          sample);
    }

    private static String connector(OutboundDecision decision) {
      return decision instanceof OutboundDecision.Deliver deliver ? deliver.connector() : "";
    }

    private static String reason(OutboundDecision decision) {
      return switch (decision) {
        case OutboundDecision.Hold hold -> hold.reason();
        case OutboundDecision.Fail fail -> fail.reason();
        case OutboundDecision.Deliver deliver -> "";
      };
    }
  }

  /** The draft's organization whose mail it is; empty: it is none's. */
  private String organization(Both both) {
    for (InboundDecision decision : List.of(both.draft(), both.now())) {
      switch (decision) {
        case InboundDecision.Accept accept -> {
          if (organizations.contains(accept.organization())) {
            return accept.organization();
          }
          if (accept.incoming() != null
              && organizations.contains(accept.incoming().organization())) {
            return accept.incoming().organization();
          }
        }
        case InboundDecision.Refuse refuse -> {
          if (organizations.contains(refuse.organization())) {
            return refuse.organization();
          }
        }
        case InboundDecision.VerdictNeeded needed -> {}
      }
    }
    return "";
  }

  private static String kind(InboundDecision now, InboundDecision draft) {
    if (now instanceof InboundDecision.Accept before) {
      return !(draft instanceof InboundDecision.Accept after)
          ? "acceptedToRefused"
          : same(before, after) ? "" : "otherConnector";
    }
    if (draft instanceof InboundDecision.Accept) {
      return "refusedToAccepted";
    }
    return now instanceof InboundDecision.Refuse before
            && draft instanceof InboundDecision.Refuse after
            && (before.code() != after.code() || !before.rule().equals(after.rule()))
        ? "otherRefusal"
        : "";
  }

  private static boolean same(InboundDecision.Accept before, InboundDecision.Accept after) {
    return before.organization().equals(after.organization())
        && before.connector().equals(after.connector())
        && incoming(before).equals(incoming(after));
  }

  private static String incoming(InboundDecision.Accept accept) {
    return accept.incoming() == null ? "" : accept.incoming().connector();
  }

  /** Of the draft's organizations alone: another's refuses in nobody's name. */
  private String connector(InboundDecision decision) {
    return switch (decision) {
      case InboundDecision.Accept accept ->
          organizations.contains(accept.organization())
              ? accept.connector()
              : accept.incoming() == null ? "" : accept.incoming().connector();
      case InboundDecision.Refuse refuse ->
          organizations.contains(refuse.organization()) ? refuse.connector() : "";
      case InboundDecision.VerdictNeeded needed -> "";
    };
  }

  /** A 451 for want of a verdict says nothing of the draft. */
  private static boolean isUnknown(InboundDecision decision) {
    return decision instanceof InboundDecision.Refuse refuse
        && refuse.verdict().equals("unknown/unavailable");
  }

  private static String localPart(String address) {
    int at = address.lastIndexOf('@');
    return at < 0 ? "" : address.substring(0, at);
  }
}
