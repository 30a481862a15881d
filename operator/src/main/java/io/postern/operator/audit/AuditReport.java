package io.postern.operator.audit;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What the audit found. Keeps the folded state, about 100 bytes a recipient, so that single
 * recipients can be asked for. Immutable for its reader; any thread.
 *
 * @param mail everybody's mail, DSNs apart
 * @param dsns the messages that were written here because of others
 * @param organizations mail by organization, sorted
 * @param dsnsByOrganization DSNs by organization, sorted
 * @param uncounted records that change nobody's state, by kind
 * @param leftOut messages older than what the topics still have of everything
 * @param alarmCounts exact, by kind
 * @param alarms at most {@link AuditOptions#maxAlarms}
 * @param unreadableCount exact
 * @param unreadable the first of them
 * @param notes what else a reader must know, such as an end held back by an open transaction
 * @param looks how often somebody was looked for
 */
public record AuditReport(
    Tally mail,
    Tally dsns,
    Map<String, Tally> organizations,
    Map<String, Tally> dsnsByOrganization,
    Map<Uncounted, Long> uncounted,
    long leftOut,
    Map<AlarmKind, Long> alarmCounts,
    List<Alarm> alarms,
    long unreadableCount,
    List<UnreadableRecord> unreadable,
    List<String> notes,
    int looks,
    Recipients recipients) {

  /** Single answers from the folded state. */
  public interface Recipients {
    /** Empty: no such message, or it is left out, or it has no such recipient. */
    Optional<RecipientAnswer> find(String queueId, int recipient);

    /** All of them, in no order that means anything. */
    void forEach(Consumer<RecipientAnswer> each);
  }

  /**
   * A record that cannot be read may be the only one about somebody, who then is found missing by
   * nothing else: with one, nothing is clean.
   */
  public boolean clean() {
    return alarmCounts.isEmpty() && unreadableCount == 0 && mail.balanced() && dsns.balanced();
  }

  /**
   * 0 clean, 1 alarm, or a record that cannot be read. (2 is said by {@link
   * AuditUnavailableException}.)
   */
  public int exitCode() {
    return clean() ? 0 : 1;
  }

  public Optional<RecipientAnswer> recipient(String queueId, int recipient) {
    return recipients.find(queueId, recipient);
  }
}
