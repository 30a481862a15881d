package io.postern.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ingress.RawClient;
import io.postern.ingress.TestServer;
import io.postern.ingress.bounds.Memory;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 3030: the dialogues with BDAT that accept nothing, over real sockets. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChunkDialogueTest {
  private TestServer server;

  @BeforeAll
  void start() throws Exception {
    server = TestServer.withoutLog(s -> {});
  }

  @AfterAll
  void stop() {
    server.close();
  }

  /**
   * Commands, {@code ~} for CRLF and octets of chunks among them, all sent at once; and the codes
   * of the replies in their order. M, B and R stand for MAIL, MAIL with BODY=BINARYMIME, and RCPT.
   */
  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          M~R~BDAT 5~abcdeBDAT 0~NOOP~                     | 250 250 250 250 250
          M~R~BDAT 6~RSET~NOOP~                            | 250 250 250 250
          M~R~BDAT 3~abcRSET~DATA~                         | 250 250 250 250 503
          M~R~BDAT 3~abcEHLO x.example~BDAT 3 LAST~abc     | 250 250 250 250 503
          M~R~BDAT 3~abcDATA~BDAT 3~abc                    | 250 250 250 503 250
          M~R~BDAT 3~abcRCPT TO:<c@contoso.example>~       | 250 250 250 503
          M~R~BDAT 3~abcM~                                 | 250 250 250 503
          M~R~BDAT 3~abcVRFY x~HELP~BDAT 2~ab              | 250 250 250 252 214 250
          B~R~DATA~BDAT 3~abc                              | 250 250 503 250
          B~R~BDAT 3~a~BDAT 5~: b~RSET~                    | 250 250 250 250 250
          M~BDAT 3~abcBDAT 3 LAST~abcM~                    | 250 503 503 250
          M~RCPT TO:<a@nowhere.example>~BDAT 3~abc         | 250 550 554
          M~RCPT TO:<a@nowhere.example>~BDAT 3~abcBDAT 2 LAST~deDATA~ | 250 550 554 554 503
          BDAT 6~QUIT~BDAT 5 LAST~abcdeM~                  | 503 503 250
          BDAT 6~QUIT~M~R~BDAT 0~                          | 503 250 250 250
          MAIL FROM:<a@b.example> SIZE=99999999~R~BDAT 6~QUIT~BDAT 6 LAST~QUIT~NOOP~ | 552 503 503 503 250
          M~R~BDAT 99~short                                | 250 250
          """)
  void a_dialogue_gets_its_replies(String dialogue, String codes) throws Exception {
    try (RawClient client = server.greeted()) {
      client.raw(
          dialogue
              .replaceAll("(?<![A-Z])M~", "MAIL FROM:<a@b.example>~")
              .replaceAll("(?<![A-Z])B~", "MAIL FROM:<a@b.example> BODY=BINARYMIME~")
              .replaceAll("(?<![A-Z])R~", "RCPT TO:<a@contoso.example>~")
              .replace("~", "\r\n"));
      for (String code : codes.split(" ")) {
        client.expect(code);
      }
    }
  }

  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          BDAT                        | 501 5.5.4 BDAT
          BDAT x                      | 501 5.5.4 BDAT
          BDAT -5                     | 501 5.5.4 BDAT
          BDAT 30 LSAT                | 501 5.5.4 BDAT
          BDAT{tab}{nul} 30           | 500 5.5.2 NUL
          BDAT 30 {latin1}            | 501 5.5.2 BDAT
          """)
  void a_chunk_of_unknown_size_ends_the_session_and_no_octet_of_it_is_a_command(
      String command, String reply) throws Exception {
    try (RawClient client = server.greeted()) {
      client.command("MAIL FROM:<a@b.example>", "250");
      client.command("RCPT TO:<a@contoso.example>", "250");
      String line =
          command.replace("{tab}", "\t").replace("{nul}", "\0").replace("{latin1}", "\u00e4");
      client.raw(line + "\r\nMAIL FROM:<smuggled@b.example>\r\n");
      client.expect(reply);
      assertThat(client.atEnd()).isTrue();
    }
  }

  /** Whichever of the replies a client looks at, it learns whether to try again. */
  @ParameterizedTest
  @ValueSource(strings = {"bare\nline end", "bare\rline end"})
  void each_chunk_behind_a_refused_one_gets_the_same_refusal(String content) throws Exception {
    try (RawClient client = server.greeted()) {
      client.raw("MAIL FROM:<a@b.example>\r\nRCPT TO:<a@contoso.example>\r\n");
      String chunk = "BDAT " + content.length() + "\r\n" + content;
      client.raw(chunk + chunk + "BDAT 0 LAST\r\n" + "BDAT 2 LAST\r\nab");
      client.expect("250");
      client.expect("250");
      for (int i = 0; i < 3; i++) {
        client.expect("550 5.6.11");
      }
      client.expect("503 5.5.1");
    }
  }

  @Test
  void a_bare_line_end_across_two_chunks_is_seen_and_CRLF_across_two_is_none() throws Exception {
    try (RawClient client = server.greeted()) {
      client.raw("MAIL FROM:<a@b.example>\r\nRCPT TO:<a@contoso.example>\r\n");
      client.raw("BDAT 2\r\na\rBDAT 2\r\n\n.BDAT 1\r\n\rBDAT 1\r\n.BDAT 0 LAST\r\n");
      for (String reply : new String[] {"250", "250", "250", "250", "250", "550", "550"}) {
        client.expect(reply);
      }
    }
  }

  @Test
  void a_CR_as_the_last_octet_is_a_bare_one() throws Exception {
    try (RawClient client = server.greeted()) {
      client.raw("MAIL FROM:<a@b.example>\r\nRCPT TO:<a@contoso.example>\r\n");
      client.raw("BDAT 2\r\na\rBDAT 0 LAST\r\n");
      for (String reply : new String[] {"250", "250", "250", "550 5.6.11"}) {
        client.expect(reply);
      }
    }
  }

  @Test
  void a_message_beyond_the_limit_is_refused_at_the_chunk_that_passes_it() throws Exception {
    try (RawClient client = server.greeted()) {
      client.raw("MAIL FROM:<a@b.example>\r\nRCPT TO:<a@contoso.example>\r\nBDAT 1\r\na");
      client.raw("BDAT " + server.limits.maxMessageBytes + "\r\n");
      for (int i = 0; i < 3; i++) {
        client.expect("250");
      }
      client.raw(new byte[(int) server.limits.maxMessageBytes]);
      client.expect("552 5.3.4");
      client.command("RSET", "250"); // all of it has been read
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1073741824", "99999999999999999999"})
  void a_chunk_of_a_gigabyte_is_read_to_twice_the_limit_and_the_session_ends(String size)
      throws Exception {
    try (RawClient client = server.greeted()) {
      client.raw("MAIL FROM:<a@b.example>\r\nRCPT TO:<a@contoso.example>\r\n");
      client.expect("250");
      client.expect("250");
      client.raw("BDAT " + size + " LAST\r\n");
      client.raw(new byte[(int) (2 * server.limits.maxMessageBytes) + 1]);
      client.expect("552 5.3.4");
      assertThat(client.atEnd()).isTrue();
    }
  }

  @Test
  void the_memory_of_a_message_goes_back_when_it_is_refused_or_given_up() throws Exception {
    int free = (int) (server.dataMemory / Memory.MESSAGE_BYTES);
    BooleanSupplier allFree = () -> server.memory.freeMessages() == free;
    Awaitility.await().until(allFree::getAsBoolean); // sessions of other tests may still end
    try (RawClient client = server.greeted()) {
      String begin = "MAIL FROM:<a@b.example>\r\nRCPT TO:<a@contoso.example>\r\nBDAT 3\r\n";
      for (String end : new String[] {"RSET\r\n", "EHLO x\r\n", "BDAT 1\r\n\nRSET\r\n"}) {
        client.raw(begin + "abc");
        for (int i = 0; i < 3; i++) {
          client.expect("250");
        }
        assertThat(server.memory.freeMessages()).isEqualTo(free - 1);
        client.raw(end);
        String reply = client.reply();
        if (reply.startsWith("550")) {
          assertThat(server.memory.freeMessages()).isEqualTo(free); // before the transaction ends
          client.expect("250");
        }
        assertThat(server.memory.freeMessages()).isEqualTo(free);
      }
      client.raw(begin + "ab"); // and vanishes in a chunk
      client.expect("250");
      client.expect("250");
      client.vanish();
    }
    Awaitility.await().until(allFree::getAsBoolean);
  }

  @Test
  void without_memory_a_chunk_is_read_and_gets_452() throws Exception {
    try (TestServer small =
            TestServer.withoutLog(
                s -> {
                  s.dataMemory = 1;
                  s.limits.memoryPatience = Duration.ofMillis(100);
                });
        RawClient first = small.greeted();
        RawClient second = small.greeted()) {
      String begin = "MAIL FROM:<a@b.example>\r\nRCPT TO:<a@contoso.example>\r\n";
      for (RawClient client : new RawClient[] {first, second}) {
        client.raw(begin);
        client.expect("250");
        client.expect("250");
      }
      first.raw("BDAT 6\r\nRSET\r\n").expect("250");
      second.raw("BDAT 6\r\nQUIT\r\nBDAT 6 LAST\r\nQUIT\r\n");
      second.expect("452 4.3.1");
      second.expect("452 4.3.1");
      second.command("NOOP", "250");
    }
  }
}
