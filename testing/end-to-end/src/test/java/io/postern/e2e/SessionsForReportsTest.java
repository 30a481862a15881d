package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.TlsSessionCounts;
import io.postern.contracts.v1.TlsSessionRecord;
import io.postern.lab.Issue;
import io.postern.lab.ScriptedPeer;
import io.postern.programs.FreePorts;
import io.postern.stack.Processes;
import io.postern.stack.Service;
import io.postern.stack.Size;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Sessions of the running service get into the log for the reports about TLS (RFC 8460). */
class SessionsForReportsTest {
  // Counts are published once a minute.
  private static final Duration PATIENCE = Duration.ofSeconds(150);
  private static final String DOMAIN = "reported.example";

  @Test
  void aSessionWithADomainThatWantsReportsIsCounted() throws Exception {
    int port = FreePorts.next();
    Processes processes =
        Processes.of(Size.SMALL)
            .settings(
                Service.DELIVERY,
                Map.of(
                    "postern.delivery.tls-reports",
                    "true",
                    "postern.delivery.mx-port",
                    Integer.toString(port)));
    try (TestStack stack = TestStack.start(processes);
        TestOrganization organization = stack.organization("reported")) {
      String host = "mx." + DOMAIN;
      organization.peer(
          ScriptedPeer.named(host).port(port).identity(stack.ca().issue(Issue.to(host))));
      stack.dns().mx(DOMAIN, 10, host);
      stack.dns().txt("_smtp._tls." + DOMAIN, "v=TLSRPTv1; rua=mailto:tls@" + DOMAIN);
      organization.apply();
      String recipient = "ann@" + DOMAIN;
      QueueId queueId = organization.relayed(List.of(recipient), Messages.small("counted"));
      assertThat(organization.outcome(queueId, recipient))
          .isEqualTo("delivered opportunistic:encryption-only");
      List<TlsSessionCounts> counts = new CopyOnWriteArrayList<>();
      try (KafkaConsumer<String, byte[]> reader = new KafkaConsumer<>(stack.kafka().reader(true))) {
        List<TopicPartition> partitions =
            reader.partitionsFor(Topics.TLS_SESSIONS).stream()
                .map(p -> new TopicPartition(p.topic(), p.partition()))
                .toList();
        reader.assign(partitions);
        reader.seekToBeginning(partitions);
        Awaitility.await()
            .pollInSameThread()
            .atMost(PATIENCE)
            .until(
                () -> {
                  reader.poll(Duration.ofMillis(200)).forEach(r -> counts.add(counts(r)));
                  return !counts.isEmpty();
                });
      }
      TlsSessionCounts first = counts.getFirst();
      assertThat(first.getDomain()).isEqualTo(DOMAIN);
      assertThat(first.getReportToList()).containsExactly("mailto:tls@" + DOMAIN);
      assertThat(first.getPolicies(0).getType()).isEqualTo("no-policy-found");
      assertThat(first.getPolicies(0).getSuccessful()).isEqualTo(1);
    }
  }

  private static TlsSessionCounts counts(ConsumerRecord<String, byte[]> record) {
    try {
      return TlsSessionRecord.parseFrom(record.value()).getCounts();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
