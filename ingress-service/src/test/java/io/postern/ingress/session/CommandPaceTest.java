package io.postern.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ingress.RawClient;
import io.postern.ingress.TestLimits;
import io.postern.ingress.TestServer;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandPaceTest {
  private static final int FREE = TestLimits.DEFAULT.service().promptCommands();
  private static final int BEYOND = 10;

  @Test
  void the_first_commands_are_free_and_all_of_them_again_behind_a_message() {
    CommandPace pace = new CommandPace(FREE);
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < FREE; i++) {
        assertThat(pace.mustWait(0)).isFalse();
      }
      assertThat(pace.mustWait(0)).isTrue();
      assertThat(pace.mustWait(0)).isTrue();
      pace.restart();
    }
  }

  @Test
  void recipients_of_the_message_under_way_are_free_until_it_is_given_up() {
    CommandPace pace = new CommandPace(FREE);
    assertThat(pace.mustWait(0)).isFalse(); // MAIL
    for (int recipients = 0; recipients < TestLimits.DEFAULT.recipients(); recipients++) {
      assertThat(pace.mustWait(recipients)).isFalse();
    }
    assertThat(pace.mustWait(TestLimits.DEFAULT.recipients())).isFalse(); // RSET
    assertThat(pace.mustWait(0)).isTrue();
  }

  @Test
  void a_chunk_is_free_if_it_brings_something() {
    CommandPace pace = new CommandPace(FREE);
    for (int i = 0; i < 10_000; i++) { // 600 MB in chunks of 64 KiB
      assertThat(pace.mustWait(0)).isFalse();
      pace.chunk(i % 2 == 0 ? CommandPace.CHUNK : 64 * 1024);
    }
    for (int i = 0; i < FREE; i++) {
      assertThat(pace.mustWait(0)).isFalse();
      pace.chunk(i % 2 == 0 ? 0 : CommandPace.CHUNK - 1);
    }
    assertThat(pace.mustWait(0)).isTrue();
  }

  /** A client that tries addresses has to wait sooner. */
  @Test
  void twenty_unknown_recipients_of_a_session_are_free() {
    CommandPace pace = new CommandPace(FREE);
    for (int i = 0; i < FREE / CommandPace.UNKNOWN_RECIPIENT; i++) {
      assertThat(pace.mustWait(0)).isFalse();
      pace.unknownRecipient();
    }
    assertThat(pace.mustWait(0)).isTrue();
  }

  /** Ten connections of one address kept a processor busy with them. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "RSET",
        "NOOP",
        "EHLO client.example",
        "RCPT TO:<x@nowhere.example>",
        "BDAT 0",
        "BDAT 2\r\n" // and its two octets
      })
  void a_client_that_goes_on_without_a_message_has_to_wait(String command) throws Exception {
    try (TestServer server = TestServer.withoutLog(s -> {});
        RawClient client = server.greeted()) {
      client.command("MAIL FROM:<a@sender.example>", "250");
      long from = System.nanoTime();
      client.raw((command + "\r\n").repeat(FREE + BEYOND));
      for (int i = 0; i < FREE + BEYOND; i++) {
        assertThat(client.reply()).matches("(?s)(250|503|550|452).*");
      }
      assertThat(Duration.ofNanos(System.nanoTime() - from))
          .isGreaterThanOrEqualTo(CommandPace.PAUSE.multipliedBy(BEYOND));
    }
  }
}
