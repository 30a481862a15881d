package io.postern.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.postern.contracts.Deployment;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.MessageRefused;
import io.postern.lab.SharedBroker;
import io.postern.log.LogSettings;
import io.postern.log.directory.AnchorSets;
import io.postern.log.directory.DirectoryReader;
import io.postern.log.topics.TopicsSetup;
import io.postern.programs.KafkaBroker;
import io.postern.rules.Directory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * An ingress that is ready answers 451 to mail, and nothing for good, while the topic of the
 * directory is empty or was lost.
 */
class NoDirectoryTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final String MESSAGE = "Subject: hello\r\n\r\nBody\r\n";

  private LogSettings settings;
  private DirectoryReader<Directory> directory;
  private TestServer server;

  @BeforeEach
  void start() throws Exception {
    KafkaBroker broker = SharedBroker.empty();
    settings = new LogSettings(Map.of("bootstrap.servers", broker.bootstrap()));
    TopicsSetup.createOrVerify(settings, Deployment.singleNode(4));
    directory = new DirectoryReader<>(settings, Directory::next, AnchorSets.VERSIONS, null);
    server = TestServer.on(broker.bootstrap(), s -> s.directory = directory::inForce);
  }

  @AfterEach
  void stop() {
    server.close();
    directory.close();
  }

  @Test
  void beforeTheFirstDirectoryMailGets451AndThenIsAcceptedWithoutARestart() throws Exception {
    mailIsRefusedForNow();
    directory.start();
    await().atMost(LONG).until(() -> directory.current().isPresent());
    assertThat(directory.notReady()).isEmpty();
    mailIsRefusedForNow();
    apply();
    await().atMost(LONG).until(() -> directory.inForce().isPresent());
    try (RawClient client = server.greeted()) {
      assertThat(client.send("a@sender.example", "b@contoso.example", MESSAGE)).startsWith("250 ");
    }
  }

  @Test
  void aDirectoryThatIsLostDuringASessionGives451AtRcptAndAtTheEndOfData() throws Exception {
    directory.start();
    apply();
    await().atMost(LONG).until(() -> directory.inForce().isPresent());
    try (RawClient atRcpt = server.greeted();
        RawClient atData = server.greeted()) {
      atRcpt.command("MAIL FROM:<a@sender.example>", "250");
      atData.command("MAIL FROM:<a@sender.example>", "250");
      atData.command("RCPT TO:<b@contoso.example>", "250");
      atData.command("DATA", "354");
      try (Admin admin = Admin.create(settings.admin())) {
        admin.deleteTopics(List.of(Topics.DIRECTORY)).all().get(30, TimeUnit.SECONDS);
      }
      await().atMost(LONG).until(() -> directory.inForce().isEmpty());
      TopicsSetup.createMissing(settings, Deployment.singleNode(4), LONG);
      atRcpt.command("RCPT TO:<b@contoso.example>", "451 4.3.0");
      atRcpt.command("RCPT TO:<nobody@elsewhere.example>", "451 4.3.0");
      atRcpt.command("RCPT TO:<postmaster>", "451 4.3.0");
      assertThat(atData.raw(MESSAGE + ".\r\n").reply()).startsWith("451 4.3.0");
      mailIsRefusedForNow();
    }
    // 503: RCPT without a transaction
    assertThat(server.refusals).extracting(MessageRefused::getCode).containsOnly(451, 503);
  }

  private void mailIsRefusedForNow() throws Exception {
    try (RawClient client = server.greeted()) {
      client.command("MAIL FROM:<a@sender.example>", "451 4.3.0");
      client.command("RCPT TO:<b@contoso.example>", "503"); // no transaction has begun
    }
    try (RawClient client = server.greeted()) {
      client.command("VRFY postmaster", "252");
      client.command("NOOP", "250");
    }
  }

  private void apply() throws Exception {
    List<DirectoryObject> objects = TestDirectory.objects();
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(settings.producer())) {
      for (int i = 0; i < objects.size(); i++) {
        DirectoryObject object =
            objects.get(i).toBuilder()
                .setCommandId("first")
                .setCommandIndex(i)
                .setCommandCount(objects.size())
                .build();
        producer
            .send(
                new ProducerRecord<>(
                    Topics.DIRECTORY, DirectoryKeys.key(object), object.toByteArray()))
            .get(10, TimeUnit.SECONDS);
      }
    }
  }
}
