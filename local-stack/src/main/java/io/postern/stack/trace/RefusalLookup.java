package io.postern.stack.trace;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.RefusalReference;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.MessageRefused;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** Finds a refusal by the reference that its reply gave. Reads all of mail.refusals, a week's. */
public final class RefusalLookup {
  private static final Duration ANSWER = Duration.ofSeconds(10);

  private RefusalLookup() {}

  /**
   * The first refusal, then the counts of further ones; empty: there is none, or it is older.
   *
   * @param reference as it was heard or typed ({@link RefusalReference#parse})
   */
  public static List<MessageRefused> find(String bootstrap, String reference)
      throws TimeoutException {
    String wanted = RefusalReference.parse(reference);
    List<MessageRefused> found = new ArrayList<>();
    try (TopicScan scan = new TopicScan(bootstrap, ANSWER)) {
      scan.read(
          scan.partitions(Topics.MAIL_REFUSALS),
          0,
          record -> {
            MessageRefused refused = parsed(record.value());
            if (refused.getReference().equals(wanted)) {
              found.add(refused);
            }
          });
    }
    return found;
  }

  private static MessageRefused parsed(byte[] value) {
    try {
      return MessageRefused.parseFrom(value);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("unreadable record in " + Topics.MAIL_REFUSALS, e);
    }
  }
}
