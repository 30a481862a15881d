package io.postern.operator.audit.wire;

import io.postern.contracts.v1.Decision;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A Decision with its deliveries and outcomes, reused from record to record: as many of each are
 * kept as the largest one has. One thread.
 */
public final class DecisionFields {
  public final Slice queueId = new Slice();

  /** Number on the wire; 0: it names none. */
  public int source;

  public long sourceOffset;
  public long previous;

  public int deliveries;
  public int outcomes;

  private AttemptFields[] eachDelivery = new AttemptFields[0];
  private OutcomeFields[] eachOutcome = new OutcomeFields[0];

  public AttemptFields delivery(int index) {
    return eachDelivery[index];
  }

  public OutcomeFields outcome(int index) {
    return eachOutcome[index];
  }

  public void read(ByteBuffer value) throws IOException {
    queueId.clear();
    source = 0;
    sourceOffset = 0;
    previous = 0;
    deliveries = 0;
    outcomes = 0;
    Reading in = Reading.of(value);
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (Reading.field(tag)) {
        case Decision.SOURCE_FIELD_NUMBER -> source = (int) in.number(tag);
        case Decision.SOURCE_OFFSET_FIELD_NUMBER -> sourceOffset = in.number(tag);
        case Decision.PREVIOUS_FIELD_NUMBER -> previous = in.number(tag);
        case Decision.QUEUE_ID_FIELD_NUMBER -> in.bytes(tag, queueId);
        case Decision.DELIVERIES_FIELD_NUMBER -> nextDelivery().readDelivery(in, in.enter(tag));
        case Decision.OUTCOMES_FIELD_NUMBER -> nextOutcome().read(in, in.enter(tag));
        default -> in.skip(tag);
      }
    }
  }

  private AttemptFields nextDelivery() {
    if (deliveries == eachDelivery.length) {
      eachDelivery = Arrays.copyOf(eachDelivery, deliveries + deliveries / 2 + 4);
      for (int i = deliveries; i < eachDelivery.length; i++) {
        eachDelivery[i] = new AttemptFields();
      }
    }
    return eachDelivery[deliveries++];
  }

  private OutcomeFields nextOutcome() {
    if (outcomes == eachOutcome.length) {
      eachOutcome = Arrays.copyOf(eachOutcome, outcomes + outcomes / 2 + 4);
      for (int i = outcomes; i < eachOutcome.length; i++) {
        eachOutcome[i] = new OutcomeFields();
      }
    }
    return eachOutcome[outcomes++];
  }
}
