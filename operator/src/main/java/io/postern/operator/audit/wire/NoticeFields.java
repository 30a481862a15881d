package io.postern.operator.audit.wire;

import io.postern.contracts.v1.NoticeRequested;
import io.postern.contracts.v1.RecipientOutcome;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A NoticeRequested, reused from record to record. One thread. */
public final class NoticeFields {
  public final Slice noticeId = new Slice();
  public final Slice queueId = new Slice();
  public final Ints recipients = new Ints();
  public int kind;
  public long acceptedOffset;
  public long atMillis;

  public void read(ByteBuffer value) throws IOException {
    noticeId.clear();
    queueId.clear();
    recipients.clear();
    kind = 0;
    acceptedOffset = 0;
    atMillis = 0;
    Reading in = Reading.of(value);
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (Reading.field(tag)) {
        case NoticeRequested.NOTICE_ID_FIELD_NUMBER -> in.bytes(tag, noticeId);
        case NoticeRequested.KIND_FIELD_NUMBER -> kind = (int) in.number(tag);
        case NoticeRequested.QUEUE_ID_FIELD_NUMBER -> in.bytes(tag, queueId);
        case NoticeRequested.ACCEPTED_OFFSET_FIELD_NUMBER -> acceptedOffset = in.number(tag);
        case NoticeRequested.RECIPIENTS_FIELD_NUMBER -> recipient(in, in.enter(tag));
        case NoticeRequested.AT_MILLIS_FIELD_NUMBER -> atMillis = in.number(tag);
        default -> in.skip(tag);
      }
    }
  }

  private void recipient(Reading in, int entered) throws IOException {
    recipients.add(0);
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      if (Reading.field(tag) == RecipientOutcome.RECIPIENT_FIELD_NUMBER) {
        recipients.setLast((int) in.number(tag));
      } else {
        in.skip(tag);
      }
    }
    in.leave(entered);
  }
}
