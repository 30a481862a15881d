package io.postern.operator.audit;

import com.google.protobuf.ByteString;
import io.postern.contracts.ConsumerGroups;
import io.postern.contracts.DeliveryPosition;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.DecisionSource;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.ExplanationStep;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RemoteReply;
import io.postern.contracts.v1.ScheduleState;
import io.postern.contracts.v1.SessionFacts;
import io.postern.contracts.v1.Timings;
import io.postern.contracts.v1.TlsFacts;
import io.postern.contracts.v1.TlsVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;

/**
 * Fills a broker with as many recipients as asked for, most of them delivered by the first attempt,
 * one in fifty waiting, and measures the audit: {@code MillionMain FOLDER MESSAGES [HEAP]}. A
 * folder that was filled before is measured again with 0 messages.
 */
final class MillionMain {
  private static final int PARTITIONS = 4;
  private static final int BATCH = 2_000;

  private final BrokerLog log;
  private final long[] delivered = new long[PARTITIONS];

  private MillionMain(BrokerLog log) {
    this.log = log;
  }

  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[0]);
    Files.createDirectories(folder);
    int messages = Integer.parseInt(args[1]);
    try (BrokerLog log = new BrokerLog(folder, PARTITIONS, "-Xmx512m", "-XX:+UseSerialGC")) {
      long begin = System.nanoTime();
      new MillionMain(log).fill(messages);
      System.out.printf("filled in %.1f s%n", (System.nanoTime() - begin) / 1e9);
      for (int i = 0; i < 2; i++) {
        Process audit =
            new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx" + (args.length > 2 ? args[2] : "1g"),
                    "-XX:+UseSerialGC",
                    "-cp",
                    System.getProperty("java.class.path"),
                    "io.postern.operator.Main",
                    "audit",
                    "--set",
                    "kafka.bootstrap.servers=" + log.broker.bootstrap())
                .inheritIO()
                .start();
        begin = System.nanoTime();
        int code = audit.waitFor();
        System.out.printf(
            "audit of %d messages: %.1f s, exit code %d%n",
            messages, (System.nanoTime() - begin) / 1e9, code);
      }
    }
  }

  /** Each batch as the services write it: accepted, then decided, then done. */
  void fill(int messages) throws Exception {
    try (BrokerLog.Writer ingress = log.writer(null);
        BrokerLog.Writer decider = log.writer(null);
        BrokerLog.Writer delivery = log.writer(null);
        BrokerLog.Writer scheduler = log.writer("scheduler")) {
      long[] accepted = new long[PARTITIONS];
      for (int done = 0; done < messages; done += BATCH) {
        int partition = done / BATCH % PARTITIONS;
        batch(
            partition,
            Math.min(BATCH, messages - done),
            accepted,
            ingress,
            decider,
            delivery,
            scheduler);
      }
    }
  }

  private void batch(
      int partition,
      int count,
      long[] accepted,
      BrokerLog.Writer ingress,
      BrokerLog.Writer decider,
      BrokerLog.Writer delivery,
      BrokerLog.Writer scheduler)
      throws Exception {
    QueueId[] ids = new QueueId[count];
    for (int i = 0; i < count; i++) {
      ids[i] = QueueId.next(partition);
      ingress.send(Topic.ACCEPTED, partition, ids[i].value(), accepted(ids[i]));
    }
    ingress.producer.flush();
    accepted[partition] += count;
    long source = accepted[partition] - count;
    for (QueueId id : ids) {
      decider.send(
          Topic.DELIVERIES,
          partition,
          id.value(),
          Mail.decision(id, 1)
              .setSource(DecisionSource.SOURCE_ACCEPTED)
              .setSourceOffset(source)
              .setPrevious(source - 1)
              .addDeliveries(
                  Mail.delivery(id, 1, 0)
                      .setEnvelope(accepted(id).getEnvelope())
                      .setExplanation(explanation())
                      .setOrganization("contoso"))
              .build());
      source++;
    }
    decider.producer.flush();
    log.decided(partition, source);
    scheduler.producer.beginTransaction();
    long number = 0;
    for (QueueId id : ids) {
      if (++number % 50 == 0) {
        delivery.send(
            Topic.OUTCOMES, partition, id.value(), outcome(id, OutcomeKind.DEFERRED).build());
        scheduler.send(
            Topic.SCHEDULE,
            partition,
            id + "/0",
            Mail.entry(ScheduleState.WAITING, 1)
                .setDueMillis(System.currentTimeMillis() + 3_600_000)
                .build());
      } else {
        delivery.sendFinal(
            partition, id.value(), Mail.encrypted(outcome(id, OutcomeKind.DELIVERED)).build());
      }
    }
    delivery.producer.flush();
    delivered[partition] += count;
    log.delivered(partition, DeliveryPosition.first(delivered[partition]));
    scheduler.position(
        ConsumerGroups.SCHEDULER,
        Topics.MAIL_OUTCOMES,
        Map.of(partition, new OffsetAndMetadata(delivered[partition])));
    scheduler.producer.commitTransaction();
  }

  private static MessageAccepted accepted(QueueId id) {
    return Mail.accepted(id, 1)
        .setSession(
            SessionFacts.newBuilder()
                .setClientIp("192.0.2.7")
                .setGreeting("mail.contoso.example")
                .setProtocol("ESMTPS")
                .setTls(true)
                .setTlsFacts(facts()))
        .setHeaderBlock(ByteString.copyFromUtf8("Subject: a header\r\n".repeat(50)))
        .setAcceptedMillis(System.currentTimeMillis())
        .build();
  }

  private static OutcomeRecorded.Builder outcome(QueueId id, OutcomeKind kind) {
    OutcomeRecorded.Builder outcome =
        Mail.outcome(id, 1, kind, 0)
            .setDeliveryId(id + "/1/0")
            .setOrganization("contoso")
            .setConnector("To Fabrikam")
            .setHost("mail.fabrikam.example")
            .setAddress("192.0.2.9:25")
            .setTlsFacts(facts())
            .setTimings(Timings.newBuilder().setRequestedMillis(1).setConnectMillis(5))
            .setAtMillis(System.currentTimeMillis());
    outcome
        .getRecipientsBuilder(0)
        .setReply(
            RemoteReply.newBuilder()
                .setCode(250)
                .setEnhancedCode("2.0.0")
                .setText("Ok: queued as 0123456789ABCDEF")
                .setCommand("end-of-data"));
    return outcome;
  }

  private static TlsFacts facts() {
    return TlsFacts.newBuilder()
        .setVersion(TlsVersion.TLS_1_3)
        .setCipherSuite("TLS_AES_256_GCM_SHA384")
        .setForwardSecrecy(true)
        .setPeerChainFingerprint(ByteString.copyFrom(new byte[32]))
        .addPeerNames("mail.fabrikam.example")
        .build();
  }

  private static Explanation explanation() {
    return Explanation.newBuilder()
        .setSummary("outbound connector To Fabrikam of contoso applies to fabrikam.example")
        .addSteps(
            ExplanationStep.newBuilder()
                .setSubject("outbound connector contoso/To Fabrikam")
                .setMatched(true)
                .setCondition("recipientDomains")
                .setDetail("fabrikam.example is an exact match"))
        .setOrganization("contoso")
        .build();
  }
}
