package io.postern.operator.audit;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Result of an audit. Keeps the folded state, about 100 bytes a recipient, so that single
 * recipients can be asked for. Immutable for its reader; any thread.
 *
 * @param mail everybody's mail, DSNs apart
 * @param dsns the messages that were written here because of others
 * @param organizations mail by organization, sorted
 * @param dsnsByOrganization DSNs by organization, sorted
 * @param uncounted records that change nobody's state, by kind
 * @param leftOut messages older than the records that all topics still have
 * @param alarmCounts exact, by kind
 * @param alarms at most {@link AuditOptions#maxAlarms}
 * @param unreadableCount exact
 * @param unreadable the first of them
 * @param notes further facts for the reader, such as an end held back by an open transaction
 * @param looks number of looks
 */
public record AuditReport(
    Tally mail,
    Tally dsns,
    Map<String, Tally> organizations,
    Map<String, Tally> dsnsByOrganization,
    Map<UncountedRecord, Long> uncounted,
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
   * Whether there is no finding. A record that cannot be read may be the only one of a recipient,
   * whose loss nothing else would show: with one, nothing is clean.
   */
  public boolean clean() {
    return alarmCounts.isEmpty() && unreadableCount == 0 && mail.balanced() && dsns.balanced();
  }

  /**
   * 0 clean, 1 alarm, or a record that cannot be read. (An {@link AuditUnavailableException} is 3.)
   */
  public int exitCode() {
    return clean() ? 0 : 1;
  }

  public Optional<RecipientAnswer> recipient(String queueId, int recipient) {
    return recipients.find(queueId, recipient);
  }
}
