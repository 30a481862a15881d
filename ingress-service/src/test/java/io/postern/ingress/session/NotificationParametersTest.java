package io.postern.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.smtp.Address;
import io.postern.smtp.Command;
import io.postern.smtp.CommandParser;
import io.postern.smtp.SmtpSyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 3461 §4: the parameters of a client, and those in the envelope. */
class NotificationParametersTest {
  private static Command parse(String line) throws SmtpSyntaxException {
    return CommandParser.parse(line.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          -                                                | ''                   | ''
          NOTIFY=never                                     | NEVER                | ''
          NOTIFY=Delay,FAILURE                             | DELAY,FAILURE        | ''
          ORCPT=rfc822;a+2Bb@c.example                     | ''                   | rfc822;a+b@c.example
          ORCPT=x400;/C=de/+3B NOTIFY=SUCCESS              | SUCCESS              | x400;/C=de/;
          ORCPT=utf-8;gr\\x{E5}@example                    | ''                   | utf-8;gr\\x{E5}@example
          """)
  void theEnvelopeHasTheGivenParametersAndNothingElse(
      String parameters, String notify, String originalRecipient) throws Exception {
    String line = "RCPT TO:<b@contoso.example>" + (parameters == null ? "" : " " + parameters);
    EnvelopeRecipient recipient =
        RecipientParameters.of((Command.Rcpt) parse(line), true)
            .recipient(Address.parse("b@contoso.example"))
            .envelope();
    assertThat(String.join(",", recipient.getNotifyList())).isEqualTo(notify);
    assertThat(recipient.getOriginalRecipient()).isEqualTo(originalRecipient);
    assertThat(recipient.getAddress()).isEqualTo("b@contoso.example");
  }

  @Test
  void anyParametersAreTakenCleanOrRefusedByName() {
    String[] words = {
      "NOTIFY=",
      "ORCPT=",
      "RET=",
      "ENVID=",
      "rfc822;",
      "NEVER",
      "SUCCESS",
      ",",
      "+",
      "+0",
      "+0a",
      "+41",
      "+7F",
      "+C3+A4",
      "=",
      ";",
      " ",
      "x",
      "ä",
      "\\x{E4}",
      "FULL",
      "x".repeat(99),
      "<",
    };
    Random random = new Random(3461);
    int taken = 0;
    for (int run = 0; run < 20_000; run++) {
      boolean mail = random.nextBoolean();
      StringBuilder line = new StringBuilder(mail ? "MAIL FROM:<> " : "RCPT TO:<a@b.example> ");
      for (int word = random.nextInt(5); word >= 0; word--) {
        line.append(words[random.nextInt(words.length)]);
      }
      try {
        String all =
            mail
                ? all(MailParameters.of((Command.Mail) parse(line.toString()), true, true))
                : all(RecipientParameters.of((Command.Rcpt) parse(line.toString()), true));
        assertThat(all.chars().anyMatch(Character::isISOControl)).as(line.toString()).isFalse();
        taken++;
      } catch (SmtpSyntaxException e) {
        assertThat(e.reply().code()).as(line.toString()).isIn(501, 555);
        assertThat(e.reply().text()).startsWith(mail ? "MAIL:" : "RCPT:");
      }
    }
    assertThat(taken).isGreaterThan(200);
  }

  private static String all(MailParameters parameters) {
    return parameters.ret() + parameters.envelopeId();
  }

  private static String all(RecipientParameters parameters) {
    return parameters.notifyOn() + parameters.originalRecipient();
  }
}
