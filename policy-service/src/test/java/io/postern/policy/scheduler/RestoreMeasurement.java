package io.postern.policy.scheduler;

import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.OutcomeId;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.OutcomeWriter;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.RemoteReply;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.policy.LogLab;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Measures, not in the tests: how fast deferred mail is taken in, and time and memory of a
 * scheduler of 128 MB heap that restores many waiting entries after a kill. Arguments: a folder,
 * the number of entries (README).
 */
public final class RestoreMeasurement {
  private RestoreMeasurement() {}

  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[0]).toAbsolutePath();
    int entries = Integer.parseInt(args[1]);
    try (LogLab log = new LogLab(folder.resolve("broker"))) {
      fill(log, entries);
      String bootstrap = log.broker().bootstrap();
      run("taken in by the first", bootstrap, folder.resolve("state"), entries);
      run("restored after a kill", bootstrap, folder.resolve("state"), entries);
      run("restored by another replica", bootstrap, folder.resolve("other"), entries);
    }
  }

  private static void fill(LogLab log, int entries) {
    Properties properties = log.settings().producer();
    properties.put("linger.ms", 5);
    properties.put("max.block.ms", 60_000);
    long now = System.currentTimeMillis();
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(properties)) {
      for (int i = 0; i < entries; i++) {
        QueueId queueId = QueueId.next(i % LogLab.PARTITIONS);
        OutcomeRecorded outcome =
            OutcomeRecorded.newBuilder()
                .setId(OutcomeId.newBuilder().setIncarnation("measurement").setNumber(i))
                .setWriter(OutcomeWriter.WRITER_DELIVERY)
                .setOwner(SchedulerLab.OWNER.message())
                .setQueueId(queueId.value())
                .setDeliveryId(queueId + "/1/0")
                .setAttempt(1)
                .setOrganization("contoso")
                .setConnector("To Fabrikam")
                .setRequirement(
                    TlsRequirement.newBuilder()
                        .setLevel(TlsLevel.DOMAIN_VALIDATION)
                        .setTlsDomain("mail.fabrikam.example")
                        .setRevocation(RevocationMode.REVOCATION_REQUIRED))
                .setRoute("mx:fabrikam" + i % 500 + ".example")
                .setAcceptedOffset(i)
                .setAcceptedMillis(now)
                .setExpiresMillis(now + Duration.ofDays(1).toMillis())
                .setAtMillis(now)
                .addRecipients(
                    RecipientOutcome.newBuilder()
                        .setKind(OutcomeKind.DEFERRED)
                        .setReason("remote-4xx")
                        .setReply(
                            RemoteReply.newBuilder()
                                .setCode(451)
                                .setText("4.7.1 try again later, please, we are very busy")))
                .build();
        producer.send(
            new ProducerRecord<>(
                Topics.MAIL_OUTCOMES, queueId.partition(), queueId.value(), outcome.toByteArray()));
      }
    }
  }

  private static void run(String what, String bootstrap, Path state, int entries)
      throws IOException, InterruptedException {
    long begin = System.nanoTime();
    Process process =
        new ProcessBuilder(
                new ArrayList<>(
                    List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SchedulerProcess.class.getName(),
                        bootstrap,
                        state.toString(),
                        "hourly")))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader output = process.inputReader()) {
      long running = 0;
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        if (line.equals("running")) {
          running = System.nanoTime();
        }
        if (line.equals("waiting " + entries)) {
          long all = System.nanoTime();
          System.out.printf(
              "%s: %d entries; running after %.1f s, all there after %.1f s; CPU %.1f s; %s, %s%n",
              what,
              entries,
              (running - begin) / 1e9,
              (all - begin) / 1e9,
              process.info().totalCpuDuration().orElse(Duration.ZERO).toMillis() / 1e3,
              memory(process, "VmRSS"),
              memory(process, "VmHWM"));
          return;
        }
      }
    } finally {
      process.destroyForcibly();
      int ended = process.waitFor();
      System.out.println("ended by a kill: " + ended);
    }
  }

  private static String memory(Process process, String what) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
        .filter(line -> line.startsWith(what))
        .map(line -> line.replaceAll("\\s+", " "))
        .findFirst()
        .orElse("");
  }
}
