package io.postern.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandParserTest {
  private static Command parse(String line) throws SmtpSyntaxException {
    return CommandParser.parse(line.getBytes(StandardCharsets.UTF_8));
  }

  private static Reply refusal(String line) {
    return catchThrowableOfType(SmtpSyntaxException.class, () -> parse(line)).reply();
  }

  @Test
  void simpleCommandsInAnyCaseWithTrailingSpace() throws SmtpSyntaxException {
    assertThat(parse("ehlo mx.example")).isEqualTo(new Command.Ehlo("mx.example"));
    assertThat(parse("HELO [192.0.2.1]")).isEqualTo(new Command.Helo("[192.0.2.1]"));
    assertThat(parse("StartTls")).isEqualTo(new Command.StartTls());
    assertThat(parse("DATA ")).isEqualTo(new Command.Data());
    assertThat(parse("rset\t")).isEqualTo(new Command.Rset());
    assertThat(parse("NOOP what ever")).isEqualTo(new Command.Noop());
    assertThat(parse("QUIT")).isEqualTo(new Command.Quit());
    assertThat(parse("VRFY someone")).isEqualTo(new Command.Vrfy("someone", false));
    assertThat(parse("HELP me")).isEqualTo(new Command.Help());
    assertThat(parse("XFOO 10 last")).isEqualTo(new Command.Unknown("XFOO"));
  }

  @Test
  void chunksOfAnySize() throws SmtpSyntaxException {
    assertThat(parse("BDAT 0")).isEqualTo(new Command.Bdat(0, false));
    assertThat(parse("bdat 10 last ")).isEqualTo(new Command.Bdat(10, true));
    assertThat(parse("BDAT\t007  LAST")).isEqualTo(new Command.Bdat(7, true));
    assertThat(parse("BDAT 99999999999999999999"))
        .isEqualTo(new Command.Bdat(Long.MAX_VALUE, false));
  }

  @Test
  void theParameterOfVrfyIsNoPartOfItsArgument() throws SmtpSyntaxException {
    assertThat(parse("VRFY grå smtputf8")).isEqualTo(new Command.Vrfy("grå", true));
    assertThat(parse("VRFY smtputf8")).isEqualTo(new Command.Vrfy("smtputf8", false));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "MAIL FROM:<a@b.example>|a@b.example",
        "mail from: <a@b.example>|a@b.example",
        "MAIL FROM:<\"a b>\\\"c\"@b.example>|\"a b>\\\"c\"@b.example",
        "MAIL FROM:<@relay.example,@other.example:a@b.example>|a@b.example",
        "MAIL FROM:<a@[192.0.2.1]>|a@[192.0.2.1]",
        "MAIL FROM:<a@[IPv6:2001:db8::1]>|a@[IPv6:2001:db8::1]",
        "MAIL FROM:<grå@blå.example> SMTPUTF8|grå@blå.example",
      })
  void mailFrom(String line, String address) throws SmtpSyntaxException {
    Command.Mail mail = (Command.Mail) parse(line);
    assertThat(mail.from()).hasToString(address);
  }

  @Test
  void noExtensionIsAdvisedThatTheSessionMayNotOffer() throws SmtpSyntaxException {
    Command.Mail mail = (Command.Mail) parse("MAIL FROM:<grå@b.example>");
    assertThat(mail.smtpUtf8()).isFalse(); // whether to refuse is the session's question
    byte[] latin1 = "MAIL FROM:<grå@b.example>".getBytes(StandardCharsets.ISO_8859_1);
    SmtpSyntaxException malformed =
        catchThrowableOfType(SmtpSyntaxException.class, () -> CommandParser.parse(latin1));
    assertThat(malformed.reply().text()).contains("send ASCII").doesNotContain("SMTPUTF8");
  }

  @Test
  void nullReversePathAndParameters() throws SmtpSyntaxException {
    Command.Mail mail =
        (Command.Mail) parse("MAIL FROM:<> SIZE=00123 body=8bitmime RET=hdrs ENVID=a+2Bb+3D");
    assertThat(mail.from()).isNull();
    assertThat(mail.size()).hasValue(123);
    assertThat(mail.body()).isEqualTo("8BITMIME");
    assertThat(mail.smtpUtf8()).isFalse();
    assertThat(mail.parameters()).containsEntry("ENVID", "a+b=").containsEntry("RET", "HDRS");
    assertThat(((Command.Mail) parse("MAIL FROM:<> SIZE=99999999999999999999")).size())
        .hasValue(Long.MAX_VALUE);
  }

  @Test
  void recipientsAndTheirParameters() throws SmtpSyntaxException {
    Command.Rcpt rcpt =
        (Command.Rcpt)
            parse("RCPT TO:<a@b.example> NOTIFY=success,Delay ORCPT=rfc822;c+2Bd@e.example");
    assertThat(rcpt.parameters())
        .isEqualTo(Map.of("NOTIFY", "SUCCESS,DELAY", "ORCPT", "rfc822;c+d@e.example"));
    assertThat(((Command.Rcpt) parse("RCPT TO:<Postmaster>")).to())
        .isEqualTo(new Address("Postmaster", ""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "EHLO|501|5.5.4|EHLO needs",
        "EHLO a b|501|5.5.4|EHLO: one host name",
        "EHLO grå.example|501|5.5.4|in ASCII",
        "DATA now|501|5.5.4|DATA takes no argument",
        "STARTTLS x|501|5.5.4|STARTTLS takes no argument",
        "MAIL a@b.example|501|5.5.4|MAIL FROM:<user@domain>",
        "MAIL FROM:a@b.example|501|5.5.4|MAIL FROM:<user@domain>",
        "MAIL FROM:<a@b.example|501|5.5.4|closing bracket",
        "MAIL FROM:<a@b.example>SIZE=1|501|5.5.4|space",
        "MAIL FROM:<a>|501|5.5.4|no domain",
        "MAIL FROM:<a b@c.example>|501|5.5.4|quote it",
        "MAIL FROM:<a@b.example> SIZE=x|501|5.5.4|SIZE",
        "MAIL FROM:<a@b.example> SIZE|501|5.5.4|SIZE=value",
        "MAIL FROM:<a@b.example> SIZE=1 size=2|501|5.5.4|given twice",
        "MAIL FROM:<a@b.example> BODY=9BIT|501|5.5.4|8BITMIME",
        "MAIL FROM:<a@b.example> FOO=1|555|5.5.4|not supported: FOO",
        "MAIL FROM:<a@b.example> NOTIFY=NEVER|555|5.5.4|NOTIFY",
        "MAIL FROM:<a@b.example> ENVID=a+0Ab|501|5.5.4|control",
        "RCPT TO:<>|501|5.5.4|empty",
        "RCPT TO:<a@b.example> NOTIFY=NEVER,DELAY|501|5.5.4|NEVER cannot be combined",
        "RCPT TO:<a@b.example> ORCPT=rfc822|501|5.5.4|type;address",
        "RCPT TO:<a@b..example>|501|5.5.4|host name",
        "RCPT TO:<a@-b.example>|501|5.5.4|host name",
        "RCPT TO:<a@[300.0.0.1]>|501|5.5.4|literal",
        "RCPT TO:<a@[localhost]>|501|5.5.4|literal",
        "RCPT TO:<.a@b.example>|501|5.5.4|dot",
        "RCPT TO:<a..b@b.example>|501|5.5.4|dot",
        "RCPT TO:<a.@b.example>|501|5.5.4|dot",
        "VRFY|501|5.5.4|VRFY",
        "BDAT|501|5.5.4|BDAT octets LAST",
        "BDAT LAST|501|5.5.4|BDAT octets LAST",
        "BDAT -1|501|5.5.4|BDAT octets LAST",
        "BDAT +1|501|5.5.4|BDAT octets LAST",
        "BDAT 0x10|501|5.5.4|BDAT octets LAST",
        "BDAT 10LAST|501|5.5.4|BDAT octets LAST",
        "BDAT 10 LAST LAST|501|5.5.4|BDAT octets LAST",
        "BDAT 10 FIRST|501|5.5.4|BDAT octets LAST",
        "BDAT 999999999999999999999|501|5.5.4|BDAT octets LAST",
        "BDAT ١|501|5.5.4|BDAT octets LAST",
        "''|500|5.5.2|Not a command",
        "' EHLO x'|500|5.5.2|Not a command",
        "MAIL: x|500|5.5.2|Not a command",
      })
  void refusalNamesCommandAndCure(String line, int code, String enhanced, String text) {
    Reply reply = refusal(line);
    assertThat(reply.code()).isEqualTo(code);
    assertThat(reply.enhanced()).hasToString(enhanced);
    assertThat(reply.text()).contains(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "NOOP a\rb",
        "NOOP a\nb",
        "NOOP\n",
        "NOOP \0",
        "MAIL FROM:<a\u0001@b.example>",
        "QUIT\u007f"
      })
  void controlCharactersAndBareLineEndsAreRefused(String line) {
    assertThat(refusal(line).code()).isEqualTo(500);
  }

  @Test
  void boundsAreInclusive() throws SmtpSyntaxException {
    String local = "a".repeat(64);
    parse("RCPT TO:<" + local + "@b.example>");
    assertThat(refusal("RCPT TO:<a" + local + "@b.example>").text()).contains("64 octets");
    String domain = ("b".repeat(61) + ".").repeat(3) + "c".repeat(256 - 2 - 65 - 3 * 62);
    parse("RCPT TO:<" + local + "@" + domain + ">"); // a path of 256
    assertThat(refusal("RCPT TO:<" + local + "@" + domain + "c>").text()).contains("256 octets");
    parse("NOOP " + "x".repeat(505));
    assertThat(refusal("NOOP " + "x".repeat(506)).text()).contains("512");
    assertThat(refusal("MAIL FROM:<> " + "x".repeat(2_040)).text()).contains("2048");
  }

  @Test
  void malformedUtf8IsRefused() {
    byte[] line = "MAIL FROM:<a?@b.example> SMTPUTF8".getBytes(StandardCharsets.US_ASCII);
    line[12] = (byte) 0xff;
    assertThat(
            catchThrowableOfType(SmtpSyntaxException.class, () -> CommandParser.parse(line))
                .reply()
                .code())
        .isEqualTo(501);
  }
}
