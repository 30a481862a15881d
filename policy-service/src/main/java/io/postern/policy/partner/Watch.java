package io.postern.policy.partner;

import io.postern.contracts.Spelling;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.RefusedVariant;
import io.postern.contracts.v1.SessionFacts;
import io.postern.names.DomainNames;
import io.postern.rules.Directory;
import io.postern.rules.inbound.InboundFacts;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of one partner that an administrator watches, until {@value #MOST} came or its time
 * is over. Of others' mail nothing is taken: a session counts if a recipient is in a domain of the
 * organization, or its connector decided (G8). Strangers can fill it by claiming to be the partner;
 * further sessions are counted. Thread-safe.
 */
final class Watch {
  static final int MOST = 50;
  static final Duration LONGEST = Duration.ofMinutes(30);
  private static final int MOST_TEXT = 500;

  private final String id;
  private final String organization;
  private final ClaimedPartner partner;
  private final Instant began;
  private final Supplier<Directory> directory;
  private final List<WatchedSession> sessions = new ArrayList<>();
  private long further;
  private boolean ended;

  Watch(
      String id,
      String organization,
      ClaimedPartner partner,
      Instant began,
      Supplier<Directory> directory) {
    this.id = id;
    this.organization = organization;
    this.partner = partner;
    this.began = began;
    this.directory = directory;
  }

  String id() {
    return id;
  }

  String organization() {
    return organization;
  }

  Instant began() {
    return began;
  }

  /** No more session is taken. */
  synchronized boolean over(Instant now) {
    return ended || sessions.size() >= MOST || now.isAfter(began.plus(LONGEST));
  }

  synchronized void end() {
    ended = true;
  }

  synchronized WatchView view(Instant now) {
    boolean over = over(now);
    return new WatchView(
        id,
        organization,
        over ? "ended" : "watching",
        began.toString(),
        began.plus(LONGEST).toString(),
        further,
        sessions);
  }

  void accepted(MessageAccepted accepted, long millis) {
    String sender = DomainNames.ofAddress(accepted.getEnvelope().getReversePath());
    List<String> names = accepted.getSession().getTlsFacts().getPeerNamesList();
    List<String> claims = partner.claims(accepted.getSession(), names, sender);
    if (claims.isEmpty()) {
      return;
    }
    for (RecipientGroup group : accepted.getGroupsList()) {
      RecipientGroup own =
          group.getOrganization().equals(organization)
              ? group
              : group.getIncoming().getOrganization().equals(organization)
                  ? group.getIncoming()
                  : null;
      if (own != null) {
        List<String> recipients =
            group.getRecipientsList().stream()
                .map(i -> accepted.getEnvelope().getRecipients(i).getAddress())
                .toList();
        List<String> domains = domains(recipients, own == group);
        SessionConditions conditions =
            new SessionConditions(
                facts(accepted.getSession(), names, sender),
                isWhole(accepted.getSession(), names)
                    ? recipients.stream()
                        .map(DomainNames::ofAddress)
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse("")
                    : "",
                own.getConnector(),
                own.getVerdict(),
                "",
                250);
        add(
            session(
                    accepted.getSession(),
                    names,
                    millis,
                    "accepted",
                    sender,
                    claims,
                    own.getExplanation(),
                    conditions)
                .recipients(domains)
                .result(
                    own.getConnector(), accepted.getQueueId(), "", 250, "", "", own.getVerdict())
                .build());
      }
    }
  }

  /** A count's variants are refusals each; what is beyond them has no facts. */
  void refused(MessageRefused refused, List<String> names, long millis) {
    if (refused.getVariantsCount() == 0) {
      one(refused, names, millis);
    }
    for (RefusedVariant variant : refused.getVariantsList()) {
      one(
          refused.toBuilder()
              .setSession(
                  refused.getSession().toBuilder()
                      .setTls(variant.getTls())
                      .setClientIp(
                          variant.getClientIp().isEmpty()
                              ? refused.getSession().getClientIp()
                              : variant.getClientIp()))
              .setReversePath(
                  variant.getSenderDomain().isEmpty() ? "" : "@" + variant.getSenderDomain())
              .setRecipient("@" + variant.getRecipientDomain())
              .setCount(variant.getCount())
              .build(),
          List.of(),
          millis);
    }
  }

  private void one(MessageRefused refused, List<String> names, long millis) {
    String sender = DomainNames.ofAddress(refused.getReversePath());
    List<String> claims = partner.claims(refused.getSession(), names, sender);
    boolean handshake = refused.getRule().equals("handshake");
    List<String> recipients = domains(List.of(refused.getRecipient()), false);
    boolean ours =
        handshake || refused.getOrganization().equals(organization) || !recipients.isEmpty();
    if (claims.isEmpty() || !ours) {
      return;
    }
    boolean own = refused.getOrganization().equals(organization);
    String recipient = DomainNames.ofAddress(refused.getRecipient());
    SessionConditions conditions =
        new SessionConditions(
            facts(refused.getSession(), names, sender),
            own
                    && recipient != null
                    && names.size() < PresentedNames.MOST_NAMES
                    && isWhole(refused.getSession(), names)
                ? recipient
                : "",
            refused.getConnector(),
            refused.getVerdict(),
            refused.getRule(),
            refused.getCode());
    WatchedSessionBuilder session =
        session(
                refused.getSession(),
                names,
                millis,
                handshake ? "handshake-failed" : "refused",
                sender,
                claims,
                own ? refused.getExplanation() : Explanation.getDefaultInstance(),
                conditions)
            .recipients(recipients)
            .count(Math.max(1, refused.getCount()))
            .result(
                own ? refused.getConnector() : "",
                "",
                refused.getReference(),
                refused.getCode(),
                cut(refused.getText()),
                handshake ? Spelling.of(refused.getHandshakeFailure()) : refused.getRule(),
                own ? refused.getVerdict() : "");
    add(session.build());
  }

  private WatchedSessionBuilder session(
      SessionFacts facts,
      List<String> names,
      long millis,
      String result,
      @Nullable String sender,
      List<String> claims,
      Explanation explanation,
      SessionConditions conditions) {
    return new WatchedSessionBuilder(
            facts,
            names,
            Instant.ofEpochMilli(millis),
            result,
            sender == null ? "" : sender,
            claims)
        .explanation(
            cut(explanation.getSummary()),
            conditions.of(directory.get(), organization, explanation));
  }

  /** The record has all by which it was decided: another source, or names not known, it has not. */
  private static boolean isWhole(SessionFacts session, List<String> names) {
    return !session.hasTrueSource()
        && (session.getTlsFacts().getPeerChainFingerprint().isEmpty() || !names.isEmpty());
  }

  /** Names without a chain prove nothing to the rules; the recorded verdict stands for its. */
  private static InboundFacts facts(
      SessionFacts session, List<String> names, @Nullable String sender) {
    return new InboundFacts(
        session.getClientIp(),
        session.getTls(),
        names.isEmpty() ? List.of() : List.of(new byte[] {0}),
        new byte[0],
        names,
        sender);
  }

  /** Of the organization's own domains; of all, where its own server sent. */
  private List<String> domains(List<String> recipients, boolean all) {
    Directory now = directory.get();
    Stream<String> domains =
        recipients.stream().map(DomainNames::ofAddress).filter(Objects::nonNull).distinct();
    return domains.filter(domain -> all || now.accepts(organization, domain)).limit(20).toList();
  }

  private synchronized void add(WatchedSession session) {
    if (sessions.size() < MOST && !ended) {
      sessions.add(session);
    } else {
      further++;
    }
  }

  private static String cut(String text) {
    return text.length() <= MOST_TEXT ? text : text.substring(0, MOST_TEXT - 3) + "...";
  }
}
