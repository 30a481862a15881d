package io.postern.operator.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.QueueId;
import io.postern.contracts.v1.DecisionSource;
import io.postern.contracts.v1.NoticeKind;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.ScheduleState;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Broken bytes are counted as unreadable or read as something else; nothing else happens. */
final class WireFuzzTest {
  @Test
  void brokenRecordsNeverEndTheFold() {
    Random random = new Random(7);
    QueueId id = Mail.id();
    List<byte[]> seeds =
        List.of(
            Mail.accepted(id, 3).build().toByteArray(),
            Mail.notice(id, NoticeKind.NOTICE_FAILED, "failed/1/0", 0, 2).build().toByteArray(),
            Mail.due(id, 2, 0, 1).build().toByteArray(),
            Mail.decision(id, 1)
                .setSource(DecisionSource.SOURCE_ACCEPTED)
                .setPrevious(-1)
                .addDeliveries(Mail.delivery(id, 1, 0, 1))
                .addOutcomes(Mail.outcome(id, 1, OutcomeKind.HELD, 2))
                .build()
                .toByteArray(),
            Mail.taken(Mail.OWNER).toByteArray(),
            Mail.own(id, 1, OutcomeKind.HELD, 1).toByteArray(),
            Mail.outcome(id, 1, OutcomeKind.DELIVERED, 0, 1).build().toByteArray(),
            Mail.entry(ScheduleState.WAITING, 1).build().toByteArray());
    HandLog log = new HandLog();
    LogExtent extent = log.extents().values().iterator().next();
    PartitionState state = new PartitionState(0, 10);
    PartitionFold fold = new PartitionFold(state, extent);
    int folded = 0;
    for (int i = 0; i < 60_000; i++) {
      Topic topic = Topic.values()[random.nextInt(Topic.values().length)];
      byte[] value = seeds.get(random.nextInt(seeds.size())).clone();
      for (int n = random.nextInt(4); n > 0; n--) {
        value[random.nextInt(value.length)] = (byte) random.nextInt(256);
      }
      int length = random.nextInt(4) == 0 ? random.nextInt(value.length) : value.length;
      ByteBuffer bytes = ByteBuffer.wrap(value, 0, length).slice();
      ByteBuffer key =
          ByteBuffer.wrap(
              (id + "/" + random.nextInt(5)).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      fold.fold(topic, new LogRecord(i, 0, key, bytes));
      folded++;
    }
    assertThat(folded).isEqualTo(60_000);
    assertThat(state.findings.unreadableCount()).isPositive();
    assertThat(state.findings.unreadable().size()).isLessThanOrEqualTo(100);
    assertThat(state.messages.size()).isPositive();
  }
}
