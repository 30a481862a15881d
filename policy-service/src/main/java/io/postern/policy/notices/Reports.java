package io.postern.policy.notices;

import io.postern.contracts.OutcomeConnections;
import io.postern.contracts.QueueId;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.NoticeRequested;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.OutcomeWriter;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.RemoteReply;
import io.postern.contracts.v1.TlsRequirement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The reports of one notice, from the message that it is about and the last attempt's outcome: one
 * for each organization (G8) and each {@link #MOST_RECIPIENTS}. The same notice always makes the
 * same reports, with the same queue ids. Pure.
 */
final class Reports {
  /** So that a DSN fits into a record with any addresses and replies. */
  static final int MOST_RECIPIENTS = 100;

  private static final String HOST = "[A-Za-z0-9._:\\[\\]-]{1,255}";

  private final Action action;
  private final NoticeRequested notice;
  private final MessageAccepted original;
  private final OutcomeRecorded outcome;
  private final Map<Integer, RecipientOutcome> last = new HashMap<>();
  private final TlsRequirement requirement;
  private final String hostName;

  /**
   * @param outcome the last attempt's; the default instance: not known
   * @param configured our host name; empty: as the ingress-service that took the message
   */
  Reports(
      Action action,
      NoticeRequested notice,
      MessageAccepted original,
      OutcomeRecorded outcome,
      Optional<String> configured) {
    this.action = action;
    this.notice = notice;
    this.original = original;
    this.outcome = outcome;
    outcome.getRecipientsList().forEach(r -> last.put(r.getRecipient(), r));
    requirement = notice.hasRequirement() ? notice.getRequirement() : outcome.getRequirement();
    hostName = host(configured.orElse(original.getSession().getServerName()), "localhost");
  }

  /**
   * @param wanted those of the notice that the sender wants to hear of; each an index into the
   *     envelope
   */
  List<Report> of(List<RecipientOutcome> wanted, int home) throws UnreadableNoticeException {
    Map<String, List<RecipientOutcome>> byOrganization = new LinkedHashMap<>();
    for (RecipientOutcome recipient : wanted) {
      byOrganization
          .computeIfAbsent(
              group(recipient.getRecipient()).getOrganization(), organization -> new ArrayList<>())
          .add(recipient);
    }
    List<Report> reports = new ArrayList<>();
    for (List<RecipientOutcome> all : byOrganization.values()) {
      for (int from = 0; from < all.size(); from += MOST_RECIPIENTS) {
        List<RecipientOutcome> some =
            all.subList(from, Math.min(from + MOST_RECIPIENTS, all.size()));
        reports.add(report(some, queueId(home, reports.size())));
      }
    }
    return reports;
  }

  private Report report(List<RecipientOutcome> recipients, QueueId queueId) {
    RecipientGroup group = group(recipients.getFirst().getRecipient());
    return new Report(
        action,
        queueId,
        original,
        hostName,
        group.getOrganization(),
        group.getDirection(),
        notice.getAtMillis(),
        notice.getExpiresMillis(),
        FullReturn.allowed(
            action, original, requirement, outcome, recipients.size(), notice.getAtMillis()),
        recipients.stream().map(this::reported).toList());
  }

  private QueueId queueId(int home, int number) throws UnreadableNoticeException {
    String cause = number == 0 ? notice.getNoticeId() : notice.getNoticeId() + "/" + number;
    try {
      return QueueId.derived(home, cause, notice.getAtMillis());
    } catch (IllegalArgumentException e) {
      throw new UnreadableNoticeException("no queue id can be made of its time");
    }
  }

  /** The notice has the end of a recipient, the last attempt its cause. */
  private ReportedRecipient reported(RecipientOutcome said) {
    RecipientOutcome attempt = last.get(said.getRecipient());
    boolean ended = said.getKind() == OutcomeKind.FAILED || said.getKind() == OutcomeKind.DELIVERED;
    boolean cancelled = said.getKind() == OutcomeKind.CANCELLED;
    String reason = cancelled ? "" : said.getReason();
    RemoteReply reply = said.getReply();
    if (attempt != null) {
      reason = ended && !reason.isEmpty() ? reason : attempt.getReason();
      reply = ended && said.hasReply() ? reply : attempt.getReply();
    }
    OutcomeRecorded over = attempt == null ? outcome : OutcomeConnections.of(outcome, attempt);
    boolean dialled =
        attempt != null
            && outcome.getWriter() == OutcomeWriter.WRITER_DELIVERY
            && !outcome.getNoAttempt();
    return new ReportedRecipient(
        said.getRecipient(),
        original.getEnvelope().getRecipients(said.getRecipient()),
        said.getKind(),
        cancelled ? said.getReason() : "",
        reason,
        reply,
        requirement,
        attempt == null ? "" : host(over.getHost(), ""),
        attempt == null ? "" : over.getToken(),
        dialled ? outcome.getAtMillis() : 0);
  }

  private RecipientGroup group(int recipient) {
    for (RecipientGroup group : original.getGroupsList()) {
      if (group.getRecipientsList().contains(recipient)) {
        return group;
      }
    }
    return RecipientGroup.newBuilder()
        .setOrganization(notice.getOrganization())
        .setDirection(Direction.INCOMING) // its DSN says less
        .build();
  }

  static boolean isHostName(String name) {
    return name.matches(HOST);
  }

  private static String host(String name, String otherwise) {
    return isHostName(name) ? name : otherwise;
  }
}
