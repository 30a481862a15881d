package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.QueueId;
import io.postern.lab.SlowDisk;
import io.postern.lab.SmtpClient;
import io.postern.log.LogSettings;
import io.postern.log.content.ContentReader;
import io.postern.log.content.ContentStream;
import io.postern.operator.trace.MailTrace;
import io.postern.programs.BrokerSettings;
import io.postern.smtp.Reply;
import io.postern.stack.Processes;
import io.postern.stack.Service;
import io.postern.stack.Size;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * G1: 250 means durable. The log stopped, paused, its disk slow: 451 or 421 in bounded time, never
 * a lie.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DurabilityTest {
  private static final Duration BOUND = Duration.ofSeconds(45);

  private Path disk;
  private TestStack stack;
  private TestOrganization organization;

  @BeforeAll
  void ownStack(@TempDir Path folder) throws Exception {
    disk = folder.resolve("disk");
    List<String> jvm = new ArrayList<>(BrokerSettings.small().jvm());
    jvm.addAll(SlowDisk.jvmOptions(disk));
    stack =
        TestStack.start(
            Processes.of(Size.SMALL)
                .broker(BrokerSettings.small().withJvm(jvm.toArray(String[]::new)))
                .settings(Service.POLICY, Map.of("postern.schedule.intervals", "1s,2s,5s")));
    organization = stack.organization("durable").apply();
  }

  @AfterAll
  void end() throws Exception {
    organization.close();
    stack.close();
  }

  @AfterEach
  void fastDiskAgain() throws Exception {
    Files.deleteIfExists(disk);
  }

  private Reply send(String subject) throws Exception {
    try (SmtpClient client = organization.connectTls(organization.ownServer()).patience(BOUND)) {
      return client.send("sender@" + organization.domain(), recipient(), Messages.small(subject));
    }
  }

  private String recipient() {
    return "anna@" + organization.domain();
  }

  private static void refusedForNow(Reply reply) {
    assertThat(reply.code()).as(reply.text()).isIn(451, 421);
  }

  /** The services have found the broker again when a message goes through from end to end. */
  private void awaitWorking() {
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(send("works again").code()).isEqualTo(250));
  }

  @Test
  void whatWasAnswered250IsThereAfterTheBrokerWasKilled() throws Exception {
    Map<QueueId, byte[]> accepted = new LinkedHashMap<>();
    for (int i = 0; i < 20; i++) {
      String subject = "before the crash " + i;
      accepted.put(TestOrganization.queueId(send(subject)), Messages.small(subject));
    }
    stack.processes().brokers().kill();
    long start = System.nanoTime();
    refusedForNow(send("while it is away"));
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(BOUND);
    stack.processes().brokers().restart();
    for (Map.Entry<QueueId, byte[]> message : accepted.entrySet()) {
      // What was being sent when the log went away is tried again.
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .pollInterval(Duration.ofMillis(300))
          .untilAsserted(
              () ->
                  assertThat(organization.outcome(message.getKey(), recipient()))
                      .startsWith("delivered"));
      MailTrace trace = stack.trace(message.getKey());
      assertThat(content(trace)).as("content of " + message.getKey()).endsWith(message.getValue());
    }
    awaitWorking();
  }

  private byte[] content(MailTrace trace) throws Exception {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    LogSettings settings = stack.kafka();
    try (ContentReader reader = new ContentReader(settings);
        ContentStream stream = reader.open(trace.message().getContentList())) {
      for (ByteBuffer part = stream.next(); part != null; part = stream.next()) {
        byte[] bytes = new byte[part.remaining()];
        part.get(bytes);
        content.writeBytes(bytes);
      }
    }
    return content.toByteArray();
  }

  @Test
  void aPausedBrokerIsA451InBoundedTime() throws Exception {
    awaitWorking();
    stack.processes().brokers().pause();
    try {
      long start = System.nanoTime();
      refusedForNow(send("while it is paused"));
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(BOUND);
    } finally {
      stack.processes().brokers().resume();
    }
    awaitWorking();
  }

  @Test
  void with250GoesAFlushThatWasDelayed() throws Exception {
    awaitWorking();
    SlowDisk.delay(disk, 700);
    long start = System.nanoTime();
    assertThat(send("slow disk").code()).isEqualTo(250);
    // Content and envelope are two appends, one after the other, each with its flush.
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(1_400));
  }

  @Test
  void aDiskThatDoesNotAnswerIsA451InBoundedTime() throws Exception {
    awaitWorking();
    SlowDisk.delay(disk, 60_000);
    long start = System.nanoTime();
    refusedForNow(send("no disk"));
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(BOUND);
    Files.deleteIfExists(disk);
    stack.processes().brokers().kill();
    stack.processes().brokers().restart();
    awaitWorking();
  }
}
