package io.postern.ingress.session;

import io.postern.contracts.v1.AcceptedDomainType;
import io.postern.contracts.v1.UnansweredRecipients;
import io.postern.ingress.RawClient;
import io.postern.ingress.TestDirectory;
import io.postern.ingress.TestServer;
import io.postern.rules.Directory;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Content that a client sends at once behind recipients of whom none was taken (RFC 2920). */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OnlyRefusalsTest {
  private static final int MOST_RECIPIENTS = 2;

  private TestServer server;

  @BeforeAll
  void start() throws Exception {
    Directory deferring =
        TestDirectory.asking(
            UnansweredRecipients.UNANSWERED_RECIPIENTS_DEFER,
            AcceptedDomainType.ACCEPTED_DOMAIN_TYPE_UNSPECIFIED);
    server =
        TestServer.withoutLog(
            s -> {
              s.directory = () -> Optional.of(deferring);
              s.recipientPatience = Duration.ofMillis(1);
              s.limits.recipients = MOST_RECIPIENTS;
            });
  }

  @AfterAll
  void stop() {
    server.close();
  }

  /** The codes for the recipients, each refused; the reply to DATA, or to each of two chunks. */
  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource({
    "550, 554 5.5.1",
    "550 550, 554 5.5.1",
    "451, 451 4.5.1",
    "451 451, 451 4.5.1",
    "451 550, 451 4.5.1",
    "550 451, 451 4.5.1",
    "550 550 452, 451 4.5.1", // too many of them for one message
  })
  void is_refused_for_good_only_where_each_recipient_was(String recipients, String reply)
      throws Exception {
    for (String content : new String[] {"DATA\r\n", "BDAT 3\r\nabcBDAT 2 LAST\r\nde"}) {
      StringBuilder wire = new StringBuilder("MAIL FROM:<a@b.example>\r\n");
      int number = 0;
      for (String code : recipients.split(" ")) {
        String domain = code.equals("550") ? "nowhere.example" : "contoso.example";
        wire.append("RCPT TO:<r%d@%s>\r\n".formatted(number++, domain));
      }
      try (RawClient client = server.greeted()) {
        client.raw(wire + content + "NOOP\r\n");
        client.expect("250 2.1.0");
        for (String code : recipients.split(" ")) {
          client.expect(code);
        }
        client.expect(reply);
        if (content.startsWith("BDAT")) {
          client.expect(reply);
        }
        client.expect("250 2.0.0");
      }
    }
  }
}
