package io.postern.delivery.tlsrpt;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.postern.contracts.Deployment;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.ContentSegment;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.Envelope;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.SessionFacts;
import io.postern.contracts.v1.TlsFacts;
import io.postern.contracts.v1.TlsReportReceived;
import io.postern.contracts.v1.TlsVersion;
import io.postern.delivery.position.DeliveryTask;
import io.postern.lab.SharedBroker;
import io.postern.log.LogSettings;
import io.postern.log.content.ContentStream;
import io.postern.log.topics.TopicsSetup;
import io.postern.programs.KafkaBroker;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Mails to the address for reports, delivered by a relay that a test decides. */
class ReportMailReaderTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final String ADDRESS = "tls@company-y.example";

  private final LogSettings settings;
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final List<TlsReportReceived> published = new CopyOnWriteArrayList<>();
  private String mail;
  private OutcomeKind outcome = OutcomeKind.DELIVERED;
  private final ReportMailReader reports;

  ReportMailReaderTest() throws Exception {
    KafkaBroker broker = SharedBroker.empty();
    settings = new LogSettings(Map.of("bootstrap.servers", broker.bootstrap()));
    TopicsSetup.createOrVerify(settings, Deployment.singleNode(4));
    reports =
        new ReportMailReader(
            (task, ownership) ->
                OutcomeRecorded.newBuilder()
                    .addRecipients(RecipientOutcome.newBuilder().setRecipient(3).setKind(outcome)),
            ADDRESS,
            segments -> stream(segments.getFirst().getInline().toByteArray()),
            settings,
            (topic, key, value) -> {
              published.add(parsed(value));
              return CompletableFuture.completedFuture(null);
            },
            registry);
    mail =
        ReportMessageTest.mail(
            "noreply@company-x.example",
            "application/tlsrpt+gzip",
            ReportMessageTest.gzip(ReportMessageTest.JSON.getBytes(StandardCharsets.UTF_8)));
    reports.start();
  }

  @AfterEach
  void end() throws Exception {
    reports.close();
  }

  private static TlsReportReceived parsed(byte @Nullable [] value) {
    try {
      return TlsReportReceived.parseFrom(requireNonNull(value));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static ContentStream stream(byte[] bytes) {
    Iterator<ByteBuffer> buffers = List.of(ByteBuffer.wrap(bytes)).iterator();
    return new ContentStream() {
      @Override
      public @Nullable ByteBuffer next() {
        return buffers.hasNext() ? buffers.next() : null;
      }

      @Override
      public void close() {}
    };
  }

  private QueueId deliver(String recipient) throws Exception {
    QueueId id = QueueId.next(1);
    MessageAccepted accepted =
        MessageAccepted.newBuilder()
            .setQueueId(id.value())
            .setSession(
                SessionFacts.newBuilder()
                    .setClientIp("192.0.2.25")
                    .setTls(true)
                    .setTlsFacts(TlsFacts.newBuilder().setVersion(TlsVersion.TLS_1_3)))
            .addGroups(RecipientGroup.newBuilder().setVerdict("good"))
            .build();
    long offset;
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(settings.producer())) {
      offset =
          producer
              .send(
                  new ProducerRecord<>(Topics.MAIL_ACCEPTED, 1, id.value(), accepted.toByteArray()))
              .get(20, TimeUnit.SECONDS)
              .offset();
    }
    DeliveryRequested request =
        DeliveryRequested.newBuilder()
            .setQueueId(id.value())
            .setDeliveryId(id + "/1/0")
            .addRecipients(3)
            .setEnvelope(
                Envelope.newBuilder()
                    .addRecipients(EnvelopeRecipient.newBuilder().setAddress(recipient)))
            .addContent(ContentSegment.newBuilder().setInline(ByteString.copyFromUtf8(mail)))
            .setAcceptedOffset(offset)
            .setAcceptedMillis(1_790_000_000_000L)
            .build();
    OutcomeRecorded.Builder result = reports.deliver(new DeliveryTask(request, 1), () -> true);
    assertThat(result).isNotNull();
    return id;
  }

  private double counted(String result) {
    return registry.counter("postern.delivery.tls.reports", "result", result).count();
  }

  @Test
  void aReportIsPublishedOnceWithOurFactsOfItsSession() throws Exception {
    QueueId id = deliver("TLS@company-y.example");
    await().atMost(LONG).until(() -> published.size() == 1);
    TlsReportReceived report = published.getFirst();
    assertThat(report.getQueueId()).isEqualTo(id.value());
    assertThat(report.getReceivedMillis()).isEqualTo(1_790_000_000_000L);
    assertThat(report.getSenderDomain()).isEqualTo("company-x.example");
    assertThat(report.getClientIp()).isEqualTo("192.0.2.25");
    assertThat(report.getTls()).isEqualTo("TLSv1.3");
    assertThat(report.getVerdict()).isEqualTo("good");

    deliver(ADDRESS); // the same, mailed twice
    mail = mail.replace("company-x.example", "other.example");
    deliver(ADDRESS);
    await().atMost(LONG).until(() -> published.size() > 1);
    assertThat(published)
        .extracting(TlsReportReceived::getSenderDomain)
        .containsExactly("company-x.example", "other.example");
  }

  @Test
  void aMailThatIsNoReportIsCountedAndTheNextOneIsRead() throws Exception {
    String good = mail;
    mail = "From: a@x.example\r\n\r\nhello\r\n";
    deliver(ADDRESS);
    await().atMost(LONG).until(() -> counted("unreadable") == 1);
    mail = good;
    deliver(ADDRESS);
    await().atMost(LONG).until(() -> counted("told") == 1);
  }

  @Test
  void otherMailAndWhatIsNotDeliveredAreNotRead() throws Exception {
    deliver("ann@company-y.example");
    outcome = OutcomeKind.DEFERRED;
    deliver(ADDRESS);
    outcome = OutcomeKind.DELIVERED;
    QueueId last = deliver(ADDRESS);
    await().atMost(LONG).until(() -> !published.isEmpty());
    assertThat(published).hasSize(1);
    assertThat(published.getFirst().getQueueId()).isEqualTo(last.value());
  }
}
