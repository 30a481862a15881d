package io.postern.policy.decider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.Decision;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.directory.DirectoryFile;
import io.postern.log.directory.AnchorSets;
import io.postern.log.directory.DirectoryReader;
import io.postern.policy.LogLab;
import io.postern.policy.Worker;
import io.postern.rules.Directory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * The topic of the directory is empty: nobody has applied one yet, or it was lost. Mail that was
 * accepted waits for it: it neither bounces nor goes to the MX of a partner without required TLS.
 */
class NoDirectoryTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  @Test
  void g3_acceptedMailWaitsForADirectory() throws Exception {
    try (LogLab log = LogLab.shared();
        DirectoryReader<Directory> directory =
            new DirectoryReader<>(log.settings(), Directory::next, AnchorSets.VERSIONS, null);
        Worker decider =
            Decider.worker(
                log.settings(),
                directory,
                Optional::empty,
                new DeciderMetrics(new SimpleMeterRegistry()))) {
      QueueId queueId = QueueId.next(0);
      byte[] message = Messages.to(queueId, "bob@fabrikam.example").toByteArray();
      log.write(Topics.MAIL_ACCEPTED, 0, queueId.value(), message);
      directory.start();
      decider.start();
      await().atMost(LONG).until(() -> directory.current().isPresent() && decider.joined());
      await()
          .during(Duration.ofSeconds(3))
          .atMost(LONG)
          .untilAsserted(() -> assertThat(decisions(log)).isEmpty());

      apply(log);

      await().atMost(LONG).until(() -> !decisions(log).isEmpty());
      assertThat(decisions(log))
          .singleElement()
          .satisfies(
              decision -> {
                assertThat(decision.getOutcomesList()).isEmpty();
                assertThat(decision.getDeliveriesList()).hasSize(1);
              });
    }
  }

  private static List<Decision> decisions(LogLab log) {
    return log.read(Topics.MAIL_DELIVERIES, Decision.parser());
  }

  private static void apply(LogLab log) throws Exception {
    List<DirectoryObject> objects =
        DirectoryFile.parse(LogLab.FILE.getBytes(StandardCharsets.UTF_8)).objects();
    for (int i = 0; i < objects.size(); i++) {
      DirectoryObject object =
          objects.get(i).toBuilder()
              .setCommandId("first")
              .setCommandIndex(i)
              .setCommandCount(objects.size())
              .build();
      log.write(Topics.DIRECTORY, 0, DirectoryKeys.key(object), object.toByteArray());
    }
  }
}
