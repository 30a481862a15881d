package io.postern.policy.notices;

import io.postern.contracts.QueueId;
import io.postern.contracts.v1.ContentSegment;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import io.postern.log.rules.Newest;
import io.postern.log.sending.OwnContent;
import java.util.Map;

/**
 * The texts of DSNs in {@code mail.content}: each is written once, so that the DSN's acceptance,
 * and each Decision about it, carry a reference. A DSN that returns the original's content keeps
 * its own few lines inline.
 *
 * <p>It remembers the DSNs whose commit failed, 200 at most, and does not write them again: an
 * outage must not fill the log. Owner: the notice writer's thread.
 */
final class DsnTexts implements AutoCloseable {
  private static final int REMEMBERED = 200;

  private final OwnContent contents;
  private final Map<String, MessageAccepted> uncommitted = new Newest<>(REMEMBERED);

  DsnTexts(LogSettings settings) {
    contents = new OwnContent(settings);
  }

  /** A DSN whose text is on its way into the log. */
  interface DurableDsn {
    MessageAccepted await() throws LogUnavailableException;
  }

  /**
   * @param dsn as {@link Dsn} makes it
   */
  DurableDsn send(QueueId queueId, MessageAccepted dsn) throws LogUnavailableException {
    MessageAccepted before = uncommitted.get(queueId.value());
    if (before != null) {
      return () -> before;
    }
    if (dsn.getContentCount() != 1 || !dsn.getContent(0).hasInline()) {
      return () -> dsn;
    }
    OwnContent.PendingText text =
        contents.send(queueId, dsn.getContent(0).getInline().toByteArray());
    MessageAccepted.Builder referring = dsn.toBuilder().clearContent();
    return () -> {
      if (referring.getContentCount() == 0) {
        referring.addContent(ContentSegment.newBuilder().setReference(text.reference()));
      }
      MessageAccepted made = referring.build();
      uncommitted.put(queueId.value(), made);
      return made;
    };
  }

  /** All sent DSNs are committed. */
  void committed() {
    uncommitted.clear();
  }

  @Override
  public void close() {
    contents.close();
  }
}
