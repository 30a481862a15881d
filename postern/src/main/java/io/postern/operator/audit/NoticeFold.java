package io.postern.operator.audit;

import io.postern.contracts.QueueId;
import io.postern.contracts.v1.NoticeKind;
import io.postern.contracts.v1.NoticeRequested;
import io.postern.contracts.v1.RecipientOutcome;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The DSNs that a notice asks for. Their queue ids follow from the notice's id and time; where one
 * notice needs several, the later ones from the id and "/1", "/2" ...: one an organization (G8), in
 * the order of the notice, and one for each hundred recipients. One thread.
 */
final class NoticeFold {
  private static final int MOST_RECIPIENTS = 100;
  private static final int MOST_OF_UNKNOWN = 20;

  private final PartitionState state;

  NoticeFold(PartitionState state) {
    this.state = state;
  }

  /**
   * @param message negative: one that is left out
   * @param again only suspects count
   */
  void fold(NoticeRequested notice, int message, LogRecord record, boolean again)
      throws IOException {
    int first = add(notice, 0, message, record);
    if (message < 0) {
      int most = Math.min(notice.getRecipientsCount() - 1, MOST_OF_UNKNOWN);
      for (int number = 1; number <= most; number++) {
        add(notice, number, message, record);
      }
      return;
    }
    boolean failure = notice.getKind() == NoticeKind.NOTICE_FAILED;
    Map<Short, List<Integer>> byOrganization = new LinkedHashMap<>();
    for (int recipient : recipients(notice, message)) {
      // The recipients of a delay's or a relay's DSN are not followed: all that there may be.
      if (!failure || state.recipients.is(recipient, Recipients.WANTS_NOTICE)) {
        byOrganization
            .computeIfAbsent(state.recipients.organization[recipient], o -> new ArrayList<>())
            .add(recipient);
      } else {
        asked(recipient, first, record, again);
      }
    }
    int number = 0;
    for (List<Integer> all : byOrganization.values()) {
      for (int from = 0; from < all.size(); from += MOST_RECIPIENTS) {
        int dsn = add(notice, number++, message, record);
        if (failure) {
          for (int recipient : all.subList(from, Math.min(from + MOST_RECIPIENTS, all.size()))) {
            asked(recipient, dsn, record, again);
          }
        }
      }
    }
  }

  private Set<Integer> recipients(NoticeRequested notice, int message) throws IOException {
    Set<Integer> all = new LinkedHashSet<>();
    for (RecipientOutcome one : notice.getRecipientsList()) {
      all.add(state.recipient(message, one.getRecipient()));
    }
    return all;
  }

  private int add(NoticeRequested notice, int number, int message, LogRecord record) {
    String noticeId = notice.getNoticeId();
    QueueId dsn =
        QueueId.derived(
            state.partition,
            number == 0 ? noticeId : noticeId + "/" + number,
            notice.getAtMillis());
    return state.notices.number(dsn, record.offset(), message);
  }

  private void asked(int recipient, int dsn, LogRecord record, boolean again) {
    if (again && !state.recipients.is(recipient, Recipients.SUSPECT)) {
      return;
    }
    int before = state.recipients.notice[recipient];
    if (before == 0) {
      state.recipients.notice[recipient] = dsn + 1;
    } else if (before != dsn + 1) {
      state.raise(
          AlarmKind.DSN_TWICE,
          recipient,
          "two notices of its failure were requested: mail.notices offsets "
              + state.notices.offset(before - 1)
              + " and "
              + record.offset());
    }
  }
}
