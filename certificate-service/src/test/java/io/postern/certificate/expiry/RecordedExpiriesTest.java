package io.postern.certificate.expiry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class RecordedExpiriesTest {
  private final AtomicInteger untold = new AtomicInteger();
  private final RecordedExpiries told = new RecordedExpiries(untold::incrementAndGet);

  private static ConsumerRecord<String, byte[]> record(String key) {
    return new ConsumerRecord<>("certificate.expiries", 0, 0, key, new byte[0]);
  }

  @Test
  void nothingIsNewBeforeAllThatWasToldIsRead() {
    assertThat(told.isNew("own/a/60")).isFalse();
    told.take(record("own/b/60"));
    told.complete();
    assertThat(told.isNew("own/a/60")).isTrue();
    assertThat(told.isNew("own/a/60")).isFalse();
    assertThat(told.isNew("own/b/60")).isFalse();
    told.failed("own/a/60");
    assertThat(told.isNew("own/a/60")).isTrue();
    assertThat(untold).hasValue(0);
  }

  @Test
  void whateverPartnersDoOursAndAnchorsAreTold() {
    for (int i = 0; i < RecordedExpiries.MOST_OF_PARTNERS + 10; i++) {
      told.take(record("partner/" + i + "/60"));
    }
    told.complete();
    assertThat(told.isNew("partner/one more/60")).isFalse();
    assertThat(untold).hasValue(1);
    assertThat(told.isNew("partner/7/60")).isFalse();
    assertThat(untold).as("that one was told").hasValue(1);
    assertThat(told.isNew("own/a/60")).isTrue();
    assertThat(told.isNew("anchor/a/60")).isTrue();
    assertThat(untold).hasValue(1);
  }

  @Test
  void thoseHaveABoundToo() {
    told.complete();
    for (int i = 0; i < RecordedExpiries.MOST; i++) {
      assertThat(told.isNew("anchor/" + i + "/60")).isTrue();
    }
    assertThat(told.isNew("own/a/60")).isFalse();
    assertThat(untold).hasValue(1);
    assertThat(told.isNew("partner/a/60")).isTrue();
  }
}
