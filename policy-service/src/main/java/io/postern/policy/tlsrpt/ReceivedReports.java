package io.postern.policy.tlsrpt;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.PolicySessions;
import io.postern.contracts.v1.TlsReportReceived;
import io.postern.log.LogSettings;
import io.postern.log.reading.TopicOnDemand;
import io.postern.log.rules.Newest;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The reports that others have sent us, from {@code tls.reports}: the {@value #MOST} that came
 * last, each of 40 KB at most. Reading begins with the first question, since most installations are
 * never asked. Thread-safe.
 */
@Singleton
public class ReceivedReports {
  static final int MOST = 2_000;

  private static final int MOST_BYTES = 40_000; // of one; delivery-service publishes none larger

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final TopicOnDemand topic;
  private final Map<String, TlsReportReceived> newest = new Newest<>(MOST);

  ReceivedReports(LogSettings settings) {
    topic = new TopicOnDemand(settings, Topics.TLS_REPORTS, this::take);
  }

  private synchronized void take(ConsumerRecord<String, byte @Nullable []> record)
      throws InvalidProtocolBufferException {
    newest.remove(record.key());
    byte[] value = record.value();
    if (value == null || value.length > MOST_BYTES) {
      return;
    }
    newest.put(record.key(), TlsReportReceived.parseFrom(value));
  }

  /**
   * Reports about sessions with hosts of a domain, the newest first.
   *
   * @param domain A-labels, lower case; empty: of all
   * @param sinceMillis when they came
   * @return null: the log has not been read to its end within 10 s
   */
  public @Nullable List<TlsReportReceived> of(String domain, long sinceMillis)
      throws InterruptedException {
    if (!topic.awaitRead(PATIENCE)) {
      return null;
    }
    synchronized (this) {
      return newest.values().stream()
          .filter(report -> report.getReceivedMillis() >= sinceMillis)
          .filter(report -> domain.isEmpty() || isAbout(report, domain))
          .sorted(Comparator.comparingLong(TlsReportReceived::getReceivedMillis).reversed())
          .toList();
    }
  }

  /** The policy domain of DANE is the host. */
  private static boolean isAbout(TlsReportReceived report, String domain) {
    return report.getPoliciesList().stream()
        .map(PolicySessions::getDomain)
        .anyMatch(policy -> policy.equals(domain) || policy.endsWith("." + domain));
  }

  @PreDestroy
  void close() {
    topic.close();
  }
}
