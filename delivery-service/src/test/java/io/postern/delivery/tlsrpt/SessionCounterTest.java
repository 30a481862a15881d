package io.postern.delivery.tlsrpt;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.postern.contracts.v1.TlsSessionCounts;
import io.postern.contracts.v1.TlsSessionRecord;
import io.postern.delivery.gate.HostDemand;
import io.postern.dns.DnsSettings;
import io.postern.dns.Dnssec;
import io.postern.dns.MailResolver;
import io.postern.lab.LabDns;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SessionCounterTest {
  private static final long DAY_MILLIS = 86_400_000;
  private static final int PATIENCE = 60;

  private record Sent(String key, TlsSessionCounts counts) {}

  private final LabDns dns = LabDns.start();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final AtomicLong clock = new AtomicLong(20_000 * DAY_MILLIS);
  private final List<Sent> sent = Collections.synchronizedList(new ArrayList<>());
  private CompletionStage<Void> answer = CompletableFuture.completedFuture(null);
  private final SessionCounter counter;

  SessionCounterTest() throws Exception {
    counter =
        new SessionCounter(
            new MailResolver(
                new DnsSettings(
                    List.of(dns.address()),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(20),
                    1 << 20,
                    Dnssec.OFF,
                    Optional.empty()),
                InstantSource.system()),
            this::send,
            clock::get,
            registry);
  }

  private CompletionStage<Void> send(String topic, String key, byte @Nullable [] value) {
    try {
      sent.add(new Sent(key, TlsSessionRecord.parseFrom(requireNonNull(value)).getCounts()));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    return answer;
  }

  @AfterEach
  void end() throws Exception {
    counter.close();
    dns.close();
  }

  private void count(String domain) {
    counter.add(
        new SessionResult(domain, HostDemand.NONE, "mx." + domain, "192.0.2.9", "", "", "", ""));
  }

  private double metric(String name, String result) {
    return registry.counter(name, "result", result).count();
  }

  @Test
  void onlyDomainsThatWantReportsAreKept() {
    dns.txt(
        "_smtp._tls.fabrikam.example",
        "v=TLSRPTv1; rua=mailto:tls@fabrikam.example,https://fabrikam.example/tls");
    count("fabrikam.example");
    count("contoso.example");
    counter.publish(PATIENCE);
    assertThat(sent).hasSize(1);
    assertThat(sent.getFirst().key()).isEqualTo("fabrikam.example");
    TlsSessionCounts counts = sent.getFirst().counts();
    assertThat(counts.getReportToList())
        .containsExactly("mailto:tls@fabrikam.example", "https://fabrikam.example/tls");
    assertThat(counts.getDay()).isEqualTo(20_000);
    assertThat(counts.getPolicies(0).getSuccessful()).isEqualTo(1);
    assertThat(metric("postern.delivery.tls.session.records", "told")).isEqualTo(1);
    assertThat(metric("postern.delivery.tls.session.records", "dropped")).isZero();
    counter.publish(PATIENCE);
    assertThat(sent).as("each session once").hasSize(1);
  }

  @Test
  void countsThatTheLogDoesNotTakeAreDroppedAndCounted() {
    dns.txt("_smtp._tls.fabrikam.example", "v=TLSRPTv1; rua=mailto:tls@fabrikam.example");
    answer = CompletableFuture.failedFuture(new IllegalStateException("the log is away"));
    count("fabrikam.example");
    counter.publish(PATIENCE);
    assertThat(metric("postern.delivery.tls.session.records", "dropped")).isEqualTo(1);
    answer = CompletableFuture.completedFuture(null);
    count("fabrikam.example");
    counter.publish(PATIENCE);
    assertThat(metric("postern.delivery.tls.session.records", "told")).isEqualTo(1);
  }

  @Test
  void aDomainWhoseDnsFailsKeepsNoOtherFromBeingCounted() {
    dns.servfail("_smtp._tls.lost.example");
    dns.txt("_smtp._tls.fabrikam.example", "v=TLSRPTv1; rua=mailto:tls@fabrikam.example");
    count("lost.example");
    count("fabrikam.example");
    counter.publish(PATIENCE);
    assertThat(sent).extracting(Sent::key).containsExactly("fabrikam.example");
    assertThat(metric("postern.delivery.tls.session.records", "dropped")).isEqualTo(1);
  }

  @Test
  void aLogThatNeverAnswersHoldsTheCounterForItsPatienceAndNoDelivery() {
    dns.txt("_smtp._tls.fabrikam.example", "v=TLSRPTv1; rua=mailto:tls@fabrikam.example");
    answer = new CompletableFuture<>();
    count("fabrikam.example");
    counter.publish(1);
    assertThat(metric("postern.delivery.tls.session.records", "dropped")).isEqualTo(1);
    count("fabrikam.example"); // returns at once
    assertThat(metric("postern.delivery.tls.sessions", "counted")).isEqualTo(2);
    answer = CompletableFuture.completedFuture(null);
  }

  @Test
  void theRestIsPublishedWhenTheServiceStops() throws Exception {
    dns.txt("_smtp._tls.fabrikam.example", "v=TLSRPTv1; rua=mailto:tls@fabrikam.example");
    count("fabrikam.example");
    counter.close();
    assertThat(sent).hasSize(1);
  }
}
