package io.postern.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyTest {
  private static Reply parse(String... lines) throws SmtpSyntaxException {
    ReplyParser parser = new ReplyParser();
    for (int i = 0; i < lines.length - 1; i++) {
      assertThat(parser.line(lines[i].getBytes(StandardCharsets.UTF_8))).isNull();
    }
    Reply reply = parser.line(lines[lines.length - 1].getBytes(StandardCharsets.UTF_8));
    assertThat(reply).isNotNull();
    return reply;
  }

  @Test
  void multiLineReplyCarriesTheEnhancedCodeOnEachLine() {
    Reply reply = Reply.of(550, "5.7.1", "first", "second");
    assertThat(new String(reply.toBytes(), StandardCharsets.US_ASCII))
        .isEqualTo("550-5.7.1 first\r\n550 5.7.1 second\r\n");
    assertThat(reply.isPermanent()).isTrue();
    assertThat(reply.isPositive()).isFalse();
  }

  @Test
  void textNeverMakesASecondReply() {
    assertThat(new String(Reply.of(250, "", "a\r\n250 b").toBytes(), StandardCharsets.US_ASCII))
        .isEqualTo("250 a  250 b\r\n");
  }

  @Test
  void repliesArePutTogether() throws SmtpSyntaxException {
    assertThat(parse("250-mx.example", "250-SIZE 100", "250 STARTTLS").lines())
        .containsExactly("mx.example", "SIZE 100", "STARTTLS");
    Reply enhanced = parse("550-5.1.1 no such", "550 5.1.1 user");
    assertThat(enhanced.enhanced()).isEqualTo(new EnhancedCode(5, 1, 1));
    assertThat(enhanced.text()).isEqualTo("no such user");
    assertThat(parse("354").text()).isEmpty();
    assertThat(parse("250 2.0.0").enhanced()).hasToString("2.0.0");
    assertThat(parse("250 4.0.0 other class").enhanced()).isNull();
    assertThat(parse("220 1.2.3.4 ready").enhanced()).isNull();
    assertThat(parse("250 ok\n").text()).isEqualTo("ok");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "25", "abc", "150 x", "650 x", "2500", "250x", "HTTP/1.1 400"})
  void aLineThatIsNoReplyIsRefused(String line) {
    assertThatThrownBy(() -> parse(line)).isInstanceOf(SmtpSyntaxException.class);
  }

  @Test
  void twoCodesInOneReplyAreRefusedAndTheNextReplyIsReadAfresh() throws SmtpSyntaxException {
    ReplyParser parser = new ReplyParser();
    assertThat(parser.line("250-a".getBytes(StandardCharsets.US_ASCII))).isNull();
    assertThatThrownBy(() -> parser.line("550 b".getBytes(StandardCharsets.US_ASCII)))
        .isInstanceOf(SmtpSyntaxException.class);
    assertThat(parser.line("221 bye".getBytes(StandardCharsets.US_ASCII)))
        .isEqualTo(Reply.of(221, "", "bye"));
  }

  @Test
  void anEndlessReplyIsRefused() {
    ReplyParser parser = new ReplyParser();
    assertThatThrownBy(
            () -> {
              for (int i = 0; i <= ReplyParser.MAX_LINES; i++) {
                assertThat(parser.line("250-x".getBytes(StandardCharsets.US_ASCII))).isNull();
              }
            })
        .hasMessageContaining("too long");
  }

  @Test
  void capabilities() throws SmtpSyntaxException {
    Capabilities capabilities =
        Capabilities.parse(
            parse(
                "250-mx.example STARTTLS",
                "250-size 1000",
                "250-8bitmime",
                "250-X=1",
                "250 Pipelining"));
    assertThat(capabilities.startTls()).isFalse(); // the first line is the server's name
    assertThat(capabilities.size()).hasValue(1000);
    assertThat(capabilities.has8BitMime()).isTrue();
    assertThat(capabilities.pipelining()).isTrue();
    assertThat(capabilities.has("dsn")).isFalse();
    assertThat(Capabilities.parse(Reply.of(250, "", "mx", "SIZE 0")).size()).isEmpty();
    assertThat(Capabilities.parse(Reply.of(250, "", "mx", "SIZE")).size()).isEmpty();
  }
}
