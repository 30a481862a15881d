package io.postern.operator.audit.wire;

import io.postern.contracts.v1.AttemptDue;
import io.postern.contracts.v1.DeliveryRequested;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A DeliveryRequested of a Decision, or an AttemptDue, reused from one to the next. One thread. */
public final class AttemptFields {
  public final Slice queueId = new Slice();
  public final Ints recipients = new Ints();
  public final RequirementFields requirement = new RequirementFields();
  public int attempt;
  public long acceptedOffset;

  void readDelivery(Reading in, int entered) throws IOException {
    clear();
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (Reading.field(tag)) {
        case DeliveryRequested.QUEUE_ID_FIELD_NUMBER -> in.bytes(tag, queueId);
        case DeliveryRequested.ATTEMPT_FIELD_NUMBER -> attempt = (int) in.number(tag);
        case DeliveryRequested.RECIPIENTS_FIELD_NUMBER -> in.numbers(tag, recipients);
        case DeliveryRequested.REQUIREMENT_FIELD_NUMBER -> requirement.read(in, in.enter(tag));
        case DeliveryRequested.ACCEPTED_OFFSET_FIELD_NUMBER -> acceptedOffset = in.number(tag);
        default -> in.skip(tag);
      }
    }
    in.leave(entered);
  }

  public void readDue(ByteBuffer value) throws IOException {
    clear();
    Reading in = Reading.of(value);
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (Reading.field(tag)) {
        case AttemptDue.QUEUE_ID_FIELD_NUMBER -> in.bytes(tag, queueId);
        case AttemptDue.ATTEMPT_FIELD_NUMBER -> attempt = (int) in.number(tag);
        case AttemptDue.RECIPIENTS_FIELD_NUMBER -> in.numbers(tag, recipients);
        case AttemptDue.ACCEPTED_OFFSET_FIELD_NUMBER -> acceptedOffset = in.number(tag);
        default -> in.skip(tag);
      }
    }
  }

  private void clear() {
    queueId.clear();
    recipients.clear();
    requirement.clear();
    attempt = 0;
    acceptedOffset = 0;
  }
}
