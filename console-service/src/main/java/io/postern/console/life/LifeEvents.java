package io.postern.console.life;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.console.life.Life.Control;
import io.postern.console.life.Life.Event;
import io.postern.console.life.Life.Part;
import io.postern.console.sight.Sight;
import io.postern.contracts.OutcomeConnections;
import io.postern.contracts.Spelling;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.AttemptDue;
import io.postern.contracts.v1.Decision;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.MessageControl;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.NoticeRequested;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.RemoteReply;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The events of one message for one reader: what {@link Sight} says is left out here. Owner: one
 * thread.
 */
final class LifeEvents {
  private record Placed(long at, Event event) {}

  private final MessageAccepted message;
  private final Set<Integer> seen;
  private final Sight sight;
  private final List<Placed> events = new ArrayList<>();
  private final Set<String> controls = new HashSet<>();

  /**
   * @param seen indexes of the recipients that the reader sees
   */
  LifeEvents(MessageAccepted message, Set<Integer> seen, Sight sight) {
    this.message = message;
    this.seen = seen;
    this.sight = sight;
  }

  List<Event> inOrder() {
    return events.stream().sorted(Comparator.comparingLong(Placed::at)).map(Placed::event).toList();
  }

  void add(String topic, long at, String worth, byte[] record)
      throws InvalidProtocolBufferException {
    switch (topic) {
      case Topics.MAIL_DELIVERIES -> decision(Decision.parseFrom(record), at, worth);
      case Topics.MAIL_OUTCOMES -> outcome(OutcomeRecorded.parseFrom(record), at, worth, "attempt");
      case Topics.MAIL_SCHEDULE_OUTCOMES ->
          outcome(OutcomeRecorded.parseFrom(record), at, "", "state");
      case Topics.MAIL_DUE -> due(AttemptDue.parseFrom(record), at);
      case Topics.MAIL_NOTICES -> notice(NoticeRequested.parseFrom(record), at);
      default -> {
        // of a later version of this service
      }
    }
  }

  private void decision(Decision decision, long at, String worth) {
    boolean counts = worth.equals("next");
    for (DeliveryRequested delivery : decision.getDeliveriesList()) {
      List<Part> parts = addresses(delivery.getRecipientsList());
      if (!sight.sees(delivery.getOrganization()) || parts.isEmpty()) {
        continue;
      }
      NextHop hop = delivery.getNextHop();
      Life.Decision shown =
          new Life.Decision(
              delivery.getOrganization(),
              delivery.getConnector(),
              hop.getRoute(),
              hop.getMxDomain(),
              hop.getSmartHostsList().stream().map(h -> h.getHost() + port(h.getPort())).toList(),
              Words.requirement(delivery.getRequirement()),
              Words.why(delivery.getExplanation()));
      add(
          at,
          "decision",
          counts,
          counts ? "" : worth,
          delivery.getAttempt(),
          parts,
          shown,
          null,
          null,
          "");
    }
  }

  private static String port(int port) {
    return port == 0 ? "" : ":" + port;
  }

  /**
   * @param worth a letter a recipient; empty: all count
   */
  private void outcome(OutcomeRecorded outcome, long at, String worth, String kind) {
    boolean own = seesDecision(outcome.getOrganization(), outcome);
    outcome.getRecipientsList().stream()
        .map(RecipientOutcome::getConnection)
        .distinct()
        .sorted()
        .forEach(connection -> outcome(outcome, connection, own, at, worth, kind));
  }

  /** An event for each connection: hosts of different TLS may have taken one message. */
  private void outcome(
      OutcomeRecorded outcome, int connection, boolean own, long at, String worth, String kind) {
    List<Part> parts = new ArrayList<>();
    boolean counts = false;
    OutcomeRecorded over = outcome;
    for (int i = 0; i < outcome.getRecipientsCount(); i++) {
      RecipientOutcome part = outcome.getRecipients(i);
      char letter = i < worth.length() ? worth.charAt(i) : 'c';
      if (part.getConnection() == connection && seen.contains(part.getRecipient())) {
        over = OutcomeConnections.of(outcome, part);
        parts.add(part(part, own, letter));
        counts |= letter != 's';
      }
    }
    if (parts.isEmpty()) {
      return;
    }
    add(
        at,
        kind,
        counts,
        counts ? "" : "skipped",
        outcome.getAttempt() == 0 ? null : outcome.getAttempt(),
        parts,
        null,
        own ? AttemptView.of(over) : null,
        null,
        "");
  }

  private Part part(RecipientOutcome part, boolean own, char letter) {
    RemoteReply reply = part.getReply();
    String said =
        reply.getCode() == 0
            ? ""
            : (reply.getCode() + " " + reply.getEnhancedCode() + " " + reply.getText())
                .strip()
                .replace("  ", " ");
    return new Part(
        address(part.getRecipient()),
        state(part),
        own ? part.getReason() : "",
        own ? part.getDetail() : "",
        own ? reply.getCommand() : "",
        own ? said : "",
        letter == 'l',
        letter != 's');
  }

  private static String state(RecipientOutcome part) {
    return switch (part.getKind()) {
      case OUTCOME_KIND_UNSPECIFIED -> "";
      case EXPIRED_OUTCOME -> "expired";
      case MOVED -> "content-moved";
      case UNRECOGNIZED -> Spelling.UNKNOWN;
      default -> Spelling.hyphens(part.getKind());
    };
  }

  private void due(AttemptDue due, long at) {
    List<Part> parts =
        addresses(due.getRecipientsList().stream().filter(this::isOwnDecision).toList());
    if (!parts.isEmpty()) {
      add(
          at,
          "due",
          true,
          "",
          due.getAttempt(),
          parts,
          null,
          null,
          null,
          Words.of(due.getCause(), "due-"));
    }
  }

  private void notice(NoticeRequested notice, long at) {
    List<Part> parts =
        addresses(
            notice.getRecipientsList().stream()
                .map(RecipientOutcome::getRecipient)
                .filter(this::isOwnDecision)
                .toList());
    if (!parts.isEmpty()) {
      String kind = Words.of(notice.getKind(), "");
      add(at, "notice", true, "", null, parts, null, null, null, kind.replace("notice-", ""));
    }
  }

  /**
   * @param routes of the recipients: a control of another route is none of the message's
   */
  void addControl(long at, byte[] record, Set<String> routes)
      throws InvalidProtocolBufferException {
    MessageControl control = MessageControl.parseFrom(record);
    boolean ofRoute = control.getQueueId().isEmpty();
    if (ofRoute && !routes.contains(control.getRoute())
        || !sight.sees(control.getOrganization())
        || !control.getControlId().isEmpty() && !controls.add(control.getControlId())) {
      return;
    }
    Control shown =
        new Control(
            Words.of(control.getKind(), ""),
            control.getBy(),
            control.getControlId(),
            control.getRoute());
    add(
        at,
        "control",
        true,
        "",
        null,
        addresses(control.getRecipientsList()),
        null,
        null,
        shown,
        "");
  }

  /** At this place there are more records than are read. */
  void addLeftOut(long at) {
    add(at, "left-out", true, "", null, List.of(), null, null, null, "");
  }

  private void add(
      long at,
      String kind,
      boolean counts,
      String worth,
      @Nullable Integer attempt,
      List<Part> parts,
      Life.@Nullable Decision decision,
      Life.@Nullable Attempt detail,
      @Nullable Control control,
      String cause) {
    events.add(
        new Placed(
            at,
            new Event(
                Words.time(at),
                kind,
                counts,
                worth,
                attempt,
                parts,
                decision,
                detail,
                control,
                cause)));
  }

  private List<Part> addresses(List<Integer> recipients) {
    return recipients.stream()
        .filter(seen::contains)
        .map(index -> new Part(address(index), "", "", "", "", "", false, true))
        .toList();
  }

  private String address(int index) {
    return index >= 0 && index < message.getEnvelope().getRecipientsCount()
        ? message.getEnvelope().getRecipients(index).getAddress()
        : "";
  }

  /** An outcome that names no organization is of its recipients' decisions. */
  private boolean seesDecision(String organization, OutcomeRecorded outcome) {
    return organization.isEmpty()
        ? outcome.getRecipientsList().stream().allMatch(r -> isOwnDecision(r.getRecipient()))
        : sight.sees(organization);
  }

  private boolean isOwnDecision(int recipient) {
    return message.getGroupsList().stream()
        .filter(group -> group.getRecipientsList().contains(recipient))
        .map(RecipientGroup::getOrganization)
        .allMatch(sight::sees);
  }
}
