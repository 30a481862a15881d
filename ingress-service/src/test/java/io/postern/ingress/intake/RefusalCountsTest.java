package io.postern.ingress.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.postern.contracts.RefusalReference;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.SessionFacts;
import io.postern.ingress.bounds.SourceBound;
import io.postern.ingress.rcpt.RefusalKind;
import io.postern.ingress.source.Source;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** G6: refusals by source and kind, with a held clock. */
class RefusalCountsTest {
  private static final RefusalKind RELAY =
      new RefusalKind(550, "5.7.64", "tenantAttribution", "", "");

  private final List<MessageRefused> published = new ArrayList<>();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final AtomicLong nanos = new AtomicLong();
  private final RefusalCounts counts = new RefusalCounts(published::add, registry, nanos::get);

  private static Source source(int number) {
    return Source.of(
        InetAddress.ofLiteral("10.%d.%d.1".formatted(number / 256 % 256, number % 256)));
  }

  private static RefusalKind kind(int number) {
    return new RefusalKind(550, "5.7.51", "requireTls", "contoso", "From " + number);
  }

  private String refuse(Source source, RefusalKind kind) {
    return refuse(source, kind, "");
  }

  private String refuse(Source source, RefusalKind kind, String recipient) {
    return counts.add(
        source,
        kind,
        () ->
            MessageRefused.newBuilder()
                .setSession(
                    SessionFacts.newBuilder()
                        .setClientIp(source.network().getHostAddress())
                        .setGreeting("client.example"))
                .setCode(kind.code())
                .setRule(kind.rule())
                .setText("No")
                .setRecipient(recipient)
                .build());
  }

  private long total() {
    return published.stream().mapToLong(MessageRefused::getCount).sum();
  }

  private void minutePasses() {
    nanos.addAndGet(RefusalCounts.MINUTE.toNanos());
    counts.publishEnded();
  }

  /** The facts of a recipient take locks of others, of which one sends records. */
  @Test
  void the_facts_are_asked_for_outside_of_the_lock() {
    List<Boolean> locked = new ArrayList<>();
    String reference =
        counts.add(
            source(1),
            RELAY,
            () -> {
              refuse(source(1), RELAY); // another session, at the same moment
              return MessageRefused.getDefaultInstance();
            },
            () -> {
              locked.add(Thread.holdsLock(counts));
              return Optional.empty();
            });
    assertThat(locked).containsExactly(false);
    assertThat(reference).isEqualTo(published.getFirst().getReference());
  }

  @Test
  void the_first_of_a_minute_is_published_in_full_and_the_rest_as_a_count_with_its_reference() {
    String reference = refuse(source(1), RELAY, "a@b.example");
    for (int i = 0; i < 999; i++) {
      assertThat(refuse(source(1), RELAY, i + "@b.example")).isEqualTo(reference);
    }
    assertThat(published).hasSize(1);
    assertThat(published.getFirst().getReference()).isEqualTo(reference);
    assertThat(published.getFirst().getCount()).isEqualTo(1);
    assertThat(published.getFirst().getRecipient()).isEqualTo("a@b.example");
    counts.publishEnded();
    assertThat(published).hasSize(1); // the minute is not over
    minutePasses();
    assertThat(published).hasSize(2);
    MessageRefused count = published.getLast();
    assertThat(count.getReference()).isEqualTo(reference);
    assertThat(count.getCount()).isEqualTo(999);
    assertThat(count.getCode()).isEqualTo(550);
    assertThat(count.getRule()).isEqualTo("tenantAttribution");
    assertThat(count.getSession().getClientIp()).isEqualTo("10.0.1.1");
    assertThat(count.getSession().getGreeting()).isEmpty();
    assertThat(count.getRecipient()).isEmpty();
    assertThat(count.getFromMillis()).isPositive().isLessThanOrEqualTo(count.getUntilMillis());
    assertThat(refuse(source(1), RELAY)).isNotEqualTo(reference);
  }

  @Test
  void another_source_and_another_kind_are_counted_apart_and_a_single_one_has_no_count() {
    Set<String> references = new HashSet<>();
    references.add(refuse(source(1), RELAY));
    references.add(refuse(source(2), RELAY));
    references.add(refuse(source(1), kind(1)));
    assertThat(references)
        .hasSize(3)
        .allSatisfy(each -> assertThat(RefusalReference.parse(each)).isEqualTo(each));
    minutePasses();
    assertThat(published).hasSize(3);
  }

  @Test
  void an_IPv6_network_is_one_source() {
    String first = refuse(Source.of(InetAddress.ofLiteral("2001:db8::1")), RELAY);
    assertThat(refuse(Source.of(InetAddress.ofLiteral("2001:db8::ffff:2")), RELAY))
        .isEqualTo(first);
    assertThat(refuse(Source.of(InetAddress.ofLiteral("2001:db8:0:1::1")), RELAY))
        .isNotEqualTo(first);
  }

  @Test
  void a_source_with_many_kinds_has_one_more_for_all_further_ones() {
    for (int i = 0; i < 1_000; i++) {
      refuse(source(1), kind(i));
    }
    assertThat(published).hasSize(SourceBound.REFUSAL_KINDS.most() + 1);
    minutePasses();
    assertThat(published.getLast().getRule()).isEqualTo("several");
    assertThat(total()).isEqualTo(1_000);
    refuse(source(1), kind(999)); // its kinds have gone with the minute
    assertThat(published.getLast().getRule()).isEqualTo("requireTls");
  }

  @Test
  void a_flood_of_sources_is_published_up_to_a_bound_and_counted_in_total_beyond_it() {
    Set<String> references = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      references.add(refuse(source(i), RELAY));
    }
    assertThat(published).hasSize(RefusalCounts.RECORDS);
    assertThat(references).hasSize(RefusalCounts.RECORDS + 1);
    minutePasses();
    assertThat(published.getLast().getRule()).isEqualTo("beyond-bounds");
    assertThat(references).contains(published.getLast().getReference());
    assertThat(total()).isEqualTo(10_000);
    assertThat(
            registry
                .get("postern.ingress.refusal.records")
                .tag("result", "beyond")
                .counter()
                .count())
        .isEqualTo(10_000 - RefusalCounts.RECORDS);
  }

  @Test
  void a_full_table_ends_the_oldest_by_publishing_its_count() {
    nanos.addAndGet(RefusalCounts.MINUTE.toNanos() - 1);
    for (int i = 0; i < RefusalCounts.MOST; i++) {
      refuse(source(i), RELAY);
      refuse(source(i), RELAY);
    }
    published.clear();
    nanos.addAndGet(1); // records of another minute may be published, none of those open has ended
    refuse(source(5_000), RELAY);
    assertThat(published).hasSize(2);
    assertThat(published.getFirst().getCount()).isEqualTo(1);
    assertThat(published.getFirst().getSession().getGreeting()).isEmpty();
    assertThat(published.getFirst().getSession().getClientIp()).isEqualTo("10.0.0.1");
  }

  @Test
  void large_records_of_many_sources_are_bounded_in_bytes() {
    String recipient = "x".repeat(50_000);
    for (int i = 0; i < 100; i++) {
      refuse(source(i), RELAY, recipient);
    }
    assertThat(published.stream().mapToInt(MessageRefused::getSerializedSize).sum())
        .isLessThan(RefusalCounts.BYTES + 50_000);
    minutePasses();
    assertThat(total()).isEqualTo(100);
    assertThat(published.getLast().getSerializedSize()).isLessThan(2_048);
  }

  @Test
  void closing_publishes_the_counts() {
    refuse(source(1), RELAY);
    refuse(source(1), RELAY);
    counts.close();
    assertThat(total()).isEqualTo(2);
  }
}
