package io.postern.operator.audit.wire;

import io.postern.contracts.v1.ScheduleEntry;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A ScheduleEntry, reused from record to record. One thread. */
public final class EntryFields {
  public int state;
  public int attempt;
  public long dueMillis;
  public long acceptedOffset;

  public void read(ByteBuffer value) throws IOException {
    state = 0;
    attempt = 0;
    dueMillis = 0;
    acceptedOffset = 0;
    Reading in = Reading.of(value);
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (Reading.field(tag)) {
        case ScheduleEntry.STATE_FIELD_NUMBER -> state = (int) in.number(tag);
        case ScheduleEntry.ATTEMPT_FIELD_NUMBER -> attempt = (int) in.number(tag);
        case ScheduleEntry.DUE_MILLIS_FIELD_NUMBER -> dueMillis = in.number(tag);
        case ScheduleEntry.ACCEPTED_OFFSET_FIELD_NUMBER -> acceptedOffset = in.number(tag);
        default -> in.skip(tag);
      }
    }
  }
}
