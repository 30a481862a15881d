package io.postern.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.Organization;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.Timings;
import io.postern.rules.Directory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What an outcome leaves in the metrics. */
class DeliveryMetricsTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final List<DirectoryObject> objects = new ArrayList<>();
  private final DeliveryMetrics metrics =
      new DeliveryMetrics(
          registry,
          new ConnectorLabels(() -> Optional.of(Directory.of(objects, 1, Map.of("contoso", 1L)))));

  DeliveryMetricsTest() {
    objects.add(
        DirectoryObject.newBuilder()
            .setOrganization(Organization.newBuilder().setId("contoso"))
            .build());
  }

  private void connector(String name) {
    objects.add(
        DirectoryObject.newBuilder()
            .setOutboundConnector(
                OutboundConnector.newBuilder().setOrganization("contoso").setName(name))
            .build());
  }

  private static OutcomeRecorded.Builder outcome(String connector) {
    return OutcomeRecorded.newBuilder()
        .setOrganization("contoso")
        .setConnector(connector)
        .setAttempt(1)
        .setToken("encryption-only:encryption-only")
        .setAddress("192.0.2.1:25")
        .setAcceptedMillis(1_000)
        .setTimings(
            Timings.newBuilder()
                .setStartedMillis(1_300)
                .setSlotMillis(200)
                .setDnsMillis(7)
                .setEndMillis(40))
        .addRecipients(RecipientOutcome.newBuilder().setKind(OutcomeKind.DELIVERED));
  }

  private double count(String counter, String connector) {
    return registry
        .find("postern.delivery.connector." + counter)
        .tag("connector", connector)
        .counters()
        .stream()
        .mapToDouble(Counter::count)
        .sum();
  }

  private double stage(String stage) {
    Timer timer = registry.find("postern.delivery.stage").tag("stage", stage).timer();
    return timer == null ? -1 : timer.totalTime(TimeUnit.MILLISECONDS);
  }

  @Test
  void theFirstAttemptBeginsWithItsSlot() {
    metrics.recorded(outcome("").build());
    metrics.recorded(outcome("").setAttempt(2).build());
    metrics.recorded(outcome("").setNoAttempt(true).build());
    Timer timer = registry.get("postern.delivery.first.attempt").timer();
    assertThat(timer.count()).isEqualTo(1);
    assertThat(timer.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(500);
    assertThat(timer.takeSnapshot().histogramCounts()).isNotEmpty();
  }

  @Test
  void stagesAreThoseOfAttemptsThatReachedAHost() {
    metrics.recorded(outcome("").build());
    metrics.recorded(outcome("").clearAddress().build());
    assertThat(stage("slot")).isEqualTo(200);
    assertThat(stage("dns")).isEqualTo(7);
    assertThat(stage("final-dot")).isEqualTo(40);
    assertThat(stage("open")).isZero();
  }

  @Test
  void connectorsAreThoseOfTheDirectory() {
    connector("To Fabrikam");
    metrics.recorded(outcome("To Fabrikam").build());
    metrics.recorded(outcome("").build());
    metrics.recorded(outcome("Gone").build());
    metrics.recorded(outcome("To Fabrikam").setOrganization("fabrikam").build());
    assertThat(count("attempts", "contoso/To Fabrikam")).isEqualTo(1);
    assertThat(count("recipients", "contoso/To Fabrikam")).isEqualTo(1);
    assertThat(count("attempts", "none")).isEqualTo(1);
    assertThat(count("attempts", "other")).isEqualTo(2);
  }

  @Test
  void moreConnectorsThanTheBoundShareOneLabel() {
    for (int i = 0; i < ConnectorLabels.MOST + 50; i++) {
      connector("c" + i);
      metrics.recorded(outcome("c" + i).build());
    }
    metrics.recorded(outcome("c0").build());
    assertThat(count("attempts", "contoso/c0")).isEqualTo(2);
    assertThat(count("attempts", "other")).isEqualTo(50);
    assertThat(registry.find("postern.delivery.connector.attempts").counters())
        .hasSize(ConnectorLabels.MOST + 1);
  }
}
