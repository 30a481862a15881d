package io.postern.log.reading;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.Topics;
import io.postern.log.TestLog;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** With a real broker: 1,000 records of the size of an envelope. */
@Timeout(120)
class RecordReaderTest {
  private static final int MANY = 1_000;
  private static final int BYTES = 2_400;

  private TestLog log;
  private RecordReader reader;

  @BeforeEach
  void fill() throws Exception {
    log = TestLog.shared();
    try (KafkaProducer<String, byte[]> producer = log.producer()) {
      for (int i = 0; i < MANY; i++) {
        var unused = producer.send(record(0, i));
      }
      producer.send(record(1, 0)).get(20, TimeUnit.SECONDS);
    }
    reader = new RecordReader(log.settings, Topics.MAIL_ACCEPTED);
  }

  @AfterEach
  void close() {
    reader.close();
    log.close();
  }

  private static ProducerRecord<String, byte[]> record(int partition, int number) {
    return new ProducerRecord<>(
        Topics.MAIL_ACCEPTED, partition, "record " + number, new byte[BYTES]);
  }

  private void find(long offset) {
    assertThat(reader.read(0, offset)).map(ConsumerRecord::key).hasValue("record " + offset);
  }

  /** Of a mailing of which each third recipient's host is dead, say. */
  private static List<Long> eachThird() {
    List<Long> offsets = new ArrayList<>();
    for (long offset = 0; offset < MANY; offset += 3) {
      offsets.add(offset);
    }
    return offsets;
  }

  @Test
  void ascendingOffsetsCostAFetchABlockAndNotARecord() {
    List<Long> offsets = eachThird();
    offsets.forEach(this::find);
    double ascending = reader.fetches();
    assertThat(ascending).isLessThan(MANY * BYTES / (64 << 10) * 2 + 5);
    Collections.shuffle(offsets, new Random(1));
    offsets.forEach(this::find);
    double shuffled = reader.fetches() - ascending;
    assertThat(shuffled).as("the same at random").isGreaterThan(5 * ascending);
  }

  @Test
  void theSameRecordAgainCostsNothing() {
    find(500);
    double before = reader.fetches();
    find(500);
    find(500);
    assertThat(reader.fetches()).isEqualTo(before);
    assertThat(reader.read(1, 500)).as("of another partition").isEmpty();
  }

  @Test
  void backForwardsAndBeyondTheEnd() {
    find(10);
    find(9);
    find(9 + RecordReader.NEAR);
    find(900);
    find(MANY - 5);
    assertThat(reader.read(0, MANY + 3)).as("near, and not there").isEmpty();
    assertThat(reader.read(0, MANY)).isEmpty();
    assertThat(reader.read(0, -1)).isEmpty();
    find(MANY - 1);
    assertThat(reader.read(1, 0)).isPresent();
    find(0);
  }
}
