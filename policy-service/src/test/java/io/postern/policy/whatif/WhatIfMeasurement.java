package io.postern.policy.whatif;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.postern.bounds.Bound;
import io.postern.bounds.Holder;
import io.postern.bounds.Share;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.log.LogSettings;
import io.postern.log.asking.LossySender;
import io.postern.policy.LogLab;
import io.postern.rules.Directory;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Measures, not in the tests: how long a draft's comparison with many messages takes, of 200
 * partners with a pair of connectors each. Arguments: a folder, the number of messages (README).
 */
public final class WhatIfMeasurement {
  private static final int PARTNERS = 200;
  private static final ByteString HEADER =
      ByteString.copyFromUtf8("X-Header-Field: of some length, as headers are\r\n".repeat(40));

  private WhatIfMeasurement() {}

  public static void main(String[] args) throws Exception {
    int messages = Integer.parseInt(args[1]);
    try (LogLab log = new LogLab(Path.of(args[0]).toAbsolutePath().resolve("broker"));
        LossySender sender = new LossySender(log.settings())) {
      write(log.settings(), messages);
      Directory now = LogLab.directory(file(false));
      for (int i = 0; i < 3; i++) {
        String id = UUID.randomUUID().toString();
        ComparisonLog comparisons = new ComparisonLog(log.settings(), sender);
        WhatIfRun run =
            new WhatIfRun(
                id,
                DraftDirectory.ofFile(now, file(true).getBytes(UTF_8), _ -> {}, true),
                Instant.now().minus(Duration.ofDays(1)),
                log.settings(),
                () -> {
                  throw new IllegalStateException("no verdict is needed");
                },
                comparisons.publisher(id));
        long cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        run.begin("nobody");
        run.run(new Share(Bound.COMPARISONS).take(new Holder("nobody", ""), 1));
        cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpu;
        await().until(() -> !comparisons.find(id).orElseThrow().running());
        WhatIfView view = comparisons.find(id).orElseThrow().view();
        WhatIfResult result = view.result();
        System.out.printf(
            "%s: %s messages, %s decided, %s kinds of differences, %s s, CPU of its thread %.1f s, heap in use %d MB%n",
            view.state(),
            result == null ? "-" : result.messages(),
            result == null ? "-" : result.decided(),
            result == null ? "-" : result.differences().size(),
            result == null ? "-" : result.seconds(),
            cpu / 1e9,
            (Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory()) >> 20);
        comparisons.close();
      }
    }
  }

  private static String file(boolean strict) {
    StringBuilder in = new StringBuilder();
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < PARTNERS; i++) {
      in.append(
          """
              - name: From %d
                connectorType: partner
                senderDomains: [partner%d.example]
                requireTls: %s
          """
              .formatted(i, i, strict));
      out.append(
          """
              - name: To %d
                connectorType: partner
                recipientDomains: [partner%d.example]
                tlsSettings: %s
          """
              .formatted(i, i, strict ? "certificateValidation" : "encryptionOnly"));
    }
    return """
        organizations:
        - id: contoso
          acceptedDomains:
          - { domain: contoso.example, mailboxRoute: { host: mailbox.contoso.example } }
          inboundConnectors:
            - name: Own server
              connectorType: onPremises
              senderIPAddresses: [192.0.2.0/28]
        """
        + in
        + "  outboundConnectors:\n"
        + out;
  }

  private static void write(LogSettings settings, int messages) throws Exception {
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(settings.producer())) {
      for (int i = 0; i < messages; i++) {
        String partner = "someone@partner" + i % PARTNERS + ".example";
        MessageAccepted message =
            i % 2 == 0
                ? RecordedDays.incoming("198.51.100.7", i % 4 == 0, partner, "anna@contoso.example")
                : RecordedDays.originating("192.0.2.3", "anna@contoso.example", partner);
        int partition = i % LogLab.PARTITIONS;
        String id = QueueId.next(partition).value();
        var unused =
            producer.send(
                new ProducerRecord<>(
                    Topics.MAIL_ACCEPTED,
                    partition,
                    id,
                    message.toBuilder()
                        .setQueueId(id)
                        .setHeaderBlock(HEADER)
                        .build()
                        .toByteArray()));
      }
      producer.flush();
    }
  }
}
