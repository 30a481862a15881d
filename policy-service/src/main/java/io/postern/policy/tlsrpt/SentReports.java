package io.postern.policy.tlsrpt;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.TlsReportMade;
import io.postern.contracts.v1.TlsReportPosted;
import io.postern.contracts.v1.TlsSessionRecord;
import io.postern.log.LogSettings;
import io.postern.log.reading.TopicOnDemand;
import io.postern.log.rules.Newest;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The reports that we have sent, from {@code tls.sessions}, which is kept for three days: the
 * {@value #MOST} that were made last, without their content. Reading begins with the first
 * question. Thread-safe.
 */
@Singleton
public class SentReports {
  static final int MOST = 2_000;

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final TopicOnDemand topic;
  private final Map<DomainDay, Sent> newest = new Newest<>(MOST);

  /**
   * A report of one domain and day.
   *
   * @param day in UTC
   * @param queueIds of the mails that carry it
   * @param posts by address; null: not tried to its end yet
   */
  public record Sent(
      String domain,
      LocalDate day,
      String reportId,
      List<String> queueIds,
      Map<String, @Nullable TlsReportPosted> posts) {}

  SentReports(LogSettings settings) {
    topic = new TopicOnDemand(settings, Topics.TLS_SESSIONS, this::take);
  }

  private void take(ConsumerRecord<String, byte @Nullable []> record)
      throws InvalidProtocolBufferException {
    byte[] value = record.value();
    if (value == null) {
      return;
    }
    TlsSessionRecord parsed = TlsSessionRecord.parseFrom(value);
    if (parsed.hasMade()) {
      made(parsed.getMade());
    } else if (parsed.hasPosted()) {
      posted(parsed.getPosted());
    }
  }

  private synchronized void made(TlsReportMade made) {
    Map<String, @Nullable TlsReportPosted> posts = new LinkedHashMap<>();
    made.getPostToList().forEach(address -> posts.put(address, null));
    newest.put(
        new DomainDay(made.getDomain(), made.getDay()),
        new Sent(
            made.getDomain(),
            LocalDate.ofEpochDay(made.getDay()),
            made.getReportId(),
            List.copyOf(made.getQueueIdsList()),
            posts));
  }

  /** An address that the report does not name is another report's of the same day: passed over. */
  private synchronized void posted(TlsReportPosted posted) {
    Sent sent = newest.get(new DomainDay(posted.getDomain(), posted.getDay()));
    if (sent != null && sent.posts().containsKey(posted.getPostTo())) {
      sent.posts().put(posted.getPostTo(), posted);
    }
  }

  /**
   * The newest day first, by domain.
   *
   * @param domain A-labels, lower case; empty: of all
   * @return null: the log has not been read to its end within 10 s
   */
  public @Nullable List<Sent> of(String domain) throws InterruptedException {
    if (!topic.awaitRead(PATIENCE)) {
      return null;
    }
    synchronized (this) {
      return newest.values().stream()
          .filter(sent -> domain.isEmpty() || sent.domain().equals(domain))
          .sorted(Comparator.comparing(Sent::day).reversed().thenComparing(Sent::domain))
          .map(SentReports::copy)
          .toList();
    }
  }

  private static Sent copy(Sent sent) {
    return new Sent(
        sent.domain(),
        sent.day(),
        sent.reportId(),
        sent.queueIds(),
        new LinkedHashMap<>(sent.posts()));
  }

  @PreDestroy
  void close() {
    topic.close();
  }
}
