package io.postern.policy.directory;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.postern.contracts.Topics;
import io.postern.contracts.v1.DirectoryCommand;
import io.postern.log.LogUnavailableException;
import io.postern.policy.LogLab;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** The way in against a real broker, and no owner who answers. */
class DirectoryCommandsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /** Of the clients' close: a request to Kafka ends after 5 s, and none is waited for. */
  private static final Duration CLOSE = Duration.ofSeconds(3);

  @Test
  void aChangeIsGivenUpInItsTimeWhenKafkaStopsAnsweringInTheMiddle() throws Exception {
    try (LogLab log = LogLab.shared()) {
      ChangeRates.Rate most = new ChangeRates.Rate(1L << 30, 1L << 20, 1L << 40, 1L << 40);
      DirectoryCommands commands =
          new DirectoryCommands(log.settings(), new ChangeRates(most, most, System::nanoTime));
      DirectoryCommand command =
          DirectoryCommand.newBuilder().setCommandId("quiet").setByOperator(true).build();

      CompletableFuture<Object> answer =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return commands.submit(command, PATIENCE);
                } catch (LogUnavailableException | TimeoutException e) {
                  throw new IllegalStateException(e);
                }
              });
      await().until(() -> !log.read(Topics.DIRECTORY_COMMANDS).isEmpty());
      log.broker().pause();
      try {
        assertThatThrownBy(() -> answer.get(PATIENCE.plus(CLOSE).toMillis(), TimeUnit.MILLISECONDS))
            .isInstanceOf(ExecutionException.class)
            .rootCause()
            .isInstanceOf(TimeoutException.class);
      } finally {
        log.broker().resume();
      }
    }
  }
}
