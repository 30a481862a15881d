package io.postern.delivery.tlsrpt;

import com.google.protobuf.InvalidProtocolBufferException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.QueueId;
import io.postern.contracts.Spelling;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.ContentSegment;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.TlsReportReceived;
import io.postern.delivery.position.Deliverer;
import io.postern.delivery.position.DeliveryTask;
import io.postern.delivery.position.Ownership;
import io.postern.log.LogSettings;
import io.postern.log.OccasionalLog;
import io.postern.log.certificates.DailyRecords;
import io.postern.log.content.ContentException;
import io.postern.log.content.ContentStream;
import io.postern.log.reading.RecordReader;
import io.postern.log.sending.RecordSink;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * The reader of reports about TLS that others send to an address of ours (RFC 8460 §5.3): after
 * their delivery to its mailbox, of which nothing depends on it, a copy is read and published to
 * {@code tls.reports}. A report that cannot be read, or is one too many, is counted and left to the
 * mailbox.
 *
 * <p><b>Bounds.</b> Any stranger can write to the address. {@value #WAITING} mails wait for one
 * thread, with the contents that their records carry; a report once a day, {@value #MOST_OF_SENDER}
 * of one client address and {@value #MOST_A_DAY} in all a day, by this replica. A stranger with
 * many addresses can fill the day; then no further report is copied.
 *
 * <p>{@link #deliver}: delivery threads, which never wait for it.
 */
public final class ReportMailReader implements Deliverer, AutoCloseable {
  static final int MOST_A_DAY = 2_000;
  static final int MOST_OF_SENDER = 200;
  private static final int WAITING = 20;

  private final Deliverer relay;
  private final String address;
  private final Function<List<ContentSegment>, ContentStream> contents;
  private final RecordReader accepted;
  private final DailyRecords records;
  private final Counter unreadable;
  private final Counter dropped;
  private final BlockingQueue<DeliveryRequested> waiting = new ArrayBlockingQueue<>(WAITING);
  private final OccasionalLog trouble = new OccasionalLog(ReportMailReader.class);
  private final Thread reader = Thread.ofPlatform().name("tls-report-reader").unstarted(this::read);

  /**
   * @param address that reports come to
   * @param sink of {@code tls.reports}
   */
  public ReportMailReader(
      Deliverer relay,
      String address,
      Function<List<ContentSegment>, ContentStream> contents,
      LogSettings settings,
      RecordSink sink,
      MeterRegistry registry) {
    this.relay = relay;
    this.address = address;
    this.contents = contents;
    accepted = new RecordReader(settings, Topics.MAIL_ACCEPTED);
    unreadable = registry.counter("postern.delivery.tls.reports", "result", "unreadable");
    dropped = registry.counter("postern.delivery.tls.reports", "result", "dropped");
    records =
        new DailyRecords(
            sink.atMost(WAITING),
            Topics.TLS_REPORTS,
            MOST_A_DAY,
            MOST_OF_SENDER,
            registry.counter("postern.delivery.tls.reports", "result", "told")::increment,
            dropped::increment);
  }

  public void start() {
    reader.start();
  }

  @Override
  public OutcomeRecorded.@Nullable Builder deliver(DeliveryTask task, Ownership ownership)
      throws InterruptedException {
    OutcomeRecorded.Builder outcome = relay.deliver(task, ownership);
    if (outcome != null && isReport(task.request(), outcome) && !waiting.offer(task.request())) {
      dropped.increment();
    }
    return outcome;
  }

  private boolean isReport(DeliveryRequested request, OutcomeRecorded.Builder outcome) {
    for (RecipientOutcome recipient : outcome.getRecipientsList()) {
      int index = request.getRecipientsList().indexOf(recipient.getRecipient());
      if (recipient.getKind() == OutcomeKind.DELIVERED
          && index >= 0
          && request.getEnvelope().getRecipients(index).getAddress().equalsIgnoreCase(address)) {
        return true;
      }
    }
    return false;
  }

  private void read() {
    try {
      while (true) {
        read(waiting.take());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed
    } finally {
      accepted.close();
    }
  }

  private void read(DeliveryRequested request) {
    try {
      TlsReportReceived.Builder report =
          ReportMessage.read(new ByteArrayInputStream(content(request)));
      addSession(report, request);
      String sender = report.getClientIp();
      byte[] kind = report.build().toByteArray(); // a mail that was delivered twice is one
      report.setQueueId(request.getQueueId());
      records.publish(
          sender,
          kind,
          now -> report.setReceivedMillis(request.getAcceptedMillis()).build().toByteArray());
    } catch (IOException | ContentException | KafkaException e) {
      unreadable.increment();
      trouble.warn("no TLS report can be read in the message " + request.getQueueId(), e);
    } catch (RuntimeException e) {
      // A bug here must not end the thread.
      unreadable.increment();
      trouble.failed("the TLS report in the message " + request.getQueueId(), e);
    }
  }

  private byte[] content(DeliveryRequested request) throws IOException, ContentException {
    if (request.getSize() > ReportMessage.MOST_BYTES) {
      throw new IOException("it has " + request.getSize() + " bytes");
    }
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    try (ContentStream stream = contents.apply(request.getContentList())) {
      for (ByteBuffer next = stream.next(); next != null; next = stream.next()) {
        ByteBuffer own = next.duplicate();
        byte[] bytes = new byte[own.remaining()];
        own.get(bytes);
        content.writeBytes(bytes);
      }
    }
    return content.toByteArray();
  }

  /** Our own facts; without them the report is shown without. */
  private void addSession(TlsReportReceived.Builder report, DeliveryRequested request)
      throws InvalidProtocolBufferException {
    QueueId id = QueueId.parse(request.getQueueId());
    Optional<ConsumerRecord<String, byte[]>> record =
        accepted.read(id.partition(), request.getAcceptedOffset());
    if (record.isEmpty() || record.get().value() == null) {
      return;
    }
    MessageAccepted message = MessageAccepted.parseFrom(record.get().value());
    if (!message.getQueueId().equals(id.value())) {
      return;
    }
    report.setClientIp(message.getSession().getClientIp());
    if (message.getSession().getTls()) {
      report.setTls(Spelling.of(message.getSession().getTlsFacts().getVersion()));
    }
    message.getGroupsList().stream()
        .map(RecipientGroup::getVerdict)
        .filter(verdict -> !verdict.isEmpty())
        .findFirst()
        .ifPresent(report::setVerdict);
  }

  /** What waits is not read any more: it is in its mailbox. */
  @Override
  public void close() throws InterruptedException {
    reader.interrupt();
    reader.join(5_000);
  }
}
