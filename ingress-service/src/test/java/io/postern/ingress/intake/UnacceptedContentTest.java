package io.postern.ingress.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ingress.bounds.SourceBound;
import io.postern.ingress.source.Source;
import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** G6: the content that one address may leave in the log, with a held clock. */
class UnacceptedContentTest {
  private final AtomicLong nanos = new AtomicLong();
  private final UnacceptedContent contents = new UnacceptedContent(1_000, nanos::get);

  private static Source source(int number) {
    return Source.of(
        InetAddress.ofLiteral("10.%d.%d.1".formatted(number / 256 % 256, number % 256)));
  }

  private void leave(Source source, long bytes) {
    try (UnacceptedContent.Message message = contents.begin(source, 0)) {
      message.update(bytes);
    }
  }

  @Test
  void content_left_behind_counts_for_an_hour_and_for_its_source_alone() {
    leave(source(1), 600);
    assertThat(contents.full(source(1), 0)).isFalse();
    leave(source(1), 400);
    assertThat(contents.full(source(1), 0)).isTrue();
    assertThat(contents.full(source(2), 0)).isFalse();
    nanos.addAndGet(Duration.ofHours(1).toNanos());
    assertThat(contents.full(source(1), 0)).isFalse();
    leave(source(1), 999);
    assertThat(contents.full(source(1), 0)).isFalse();
  }

  @Test
  void messages_under_way_count_together_and_forgiven_ones_count_no_more() {
    UnacceptedContent.Message one = contents.begin(source(1), 0);
    UnacceptedContent.Message two = contents.begin(source(1), 0);
    assertThat(one.update(500)).isTrue();
    assertThat(two.update(400)).isTrue();
    assertThat(two.update(501)).isFalse();
    assertThat(contents.full(source(1), 0)).isTrue();
    one.forgive();
    one.close();
    one.close();
    assertThat(contents.full(source(1), 0)).isFalse();
    two.close();
    leave(source(1), 498);
    assertThat(contents.full(source(1), 0)).isFalse();
    leave(source(1), 1);
    assertThat(contents.full(source(1), 0)).isTrue();
  }

  @Test
  void the_table_is_bounded_and_a_source_with_a_message_under_way_stays() {
    UnacceptedContent.Message under = contents.begin(source(0), 0);
    under.update(1_000);
    leave(source(1), 1_000);
    for (int i = 2; i < SourceBound.UNACCEPTED.remembered() + 2; i++) {
      leave(source(i), 1);
    }
    assertThat(contents.full(source(1), 0)).isFalse(); // the oldest was forgotten
    assertThat(contents.full(source(0), 0)).isTrue();
    under.close();
  }

  @Test
  void a_gateway_that_declares_its_sizes_waits_at_MAIL_and_leaves_nothing_behind() {
    UnacceptedContent.Message one = contents.begin(source(1), 600);
    assertThat(contents.full(source(1), 401)).isTrue();
    assertThat(contents.full(source(1), 400)).isFalse();
    UnacceptedContent.Message two = contents.begin(source(1), 400);
    UnacceptedContent.Message silent = contents.begin(source(1), 0);
    assertThat(silent.update(1)).isFalse(); // it did not say
    assertThat(one.update(600)).isTrue();
    assertThat(two.update(400)).isTrue();
    one.forgive();
    one.close();
    assertThat(contents.full(source(1), 400)).isFalse();
    two.forgive();
    two.close();
    silent.close();
    assertThat(contents.full(source(1), 999)).isFalse();
    assertThat(contents.full(source(1), 1_000)).isTrue();
  }
}
