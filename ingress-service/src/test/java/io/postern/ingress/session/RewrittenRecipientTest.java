package io.postern.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.MessageRefused;
import io.postern.ingress.RawClient;
import io.postern.ingress.TestDirectory;
import io.postern.ingress.TestServer;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.rules.Directory;
import io.postern.smtp.Address;
import io.postern.smtp.srs.SenderRewriting;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** RCPT with the address of a rewritten sender, over a real socket. */
class RewrittenRecipientTest {
  private static final SenderRewriting REWRITING =
      new SenderRewriting(
          List.of("a secret of more than thirty-two octets".getBytes(StandardCharsets.UTF_8)));

  private static final Identity OWN_SERVER =
      TestServer.CA.issue(Issue.to(TestDirectory.ON_PREMISES_CERTIFICATE));

  private static Directory directory() {
    List<DirectoryObject> objects =
        TestDirectory.objects().stream()
            .map(
                object -> {
                  DirectoryObject.Builder changed = object.toBuilder();
                  if (object.getOrganization().getId().equals("contoso")) {
                    changed.getOrganizationBuilder().setSenderRewritingDomain("contoso.example");
                  }
                  return changed.build();
                })
            .toList();
    return Directory.of(objects, 7, Map.of());
  }

  @Test
  void aNotificationIsTakenAndAnythingElseIsRefusedWithItsRule() throws Exception {
    String address =
        REWRITING
            .rewritten(
                "contoso", "contoso.example", Address.parse("eve@outside.example"), Instant.now())
            .orElseThrow()
            .toString();
    try (TestServer server =
            TestServer.withoutLog(
                s -> {
                  s.directory = () -> Optional.of(directory());
                  s.senderRewriting = () -> Optional.of(REWRITING);
                });
        RawClient client = server.greeted()) {
      client.command("EHLO client.example", "250");
      client.command("MAIL FROM:<>", "250");
      client.command("RCPT TO:<" + address + ">", "250 2.1.5");
      client.command("RCPT TO:<" + address.toLowerCase(Locale.ROOT) + ">", "250 2.1.5");
      client.command("RCPT TO:<" + address.replace("=eve", "=adam") + ">", "550 5.1.1");
      client.command("RSET", "250");
      client.command("MAIL FROM:<eve@outside.example>", "250");
      client.command("RCPT TO:<" + address + ">", "550 5.7.1");
      client.command("RCPT TO:<anna@contoso.example>", "250");
      assertThat(server.refusals)
          .hasSize(2)
          .allSatisfy(
              refused -> {
                assertThat(refused.getRule()).isEqualTo("senderRewriting");
                assertThat(refused.getOrganization()).isEqualTo("contoso");
                assertThat(refused.getExplanation().getStepsList()).isNotEmpty();
              })
          .extracting(MessageRefused::getEnhancedCode)
          .containsExactly("5.1.1", "5.7.1");
    }
  }

  /** It would be accepted and fail later: its rewritten address is longer than any host takes. */
  @Test
  void anothersSenderThatIsTooLongToBeRewrittenIsRefusedAtRcpt() throws Exception {
    try (TestServer server =
            TestServer.withoutLog(
                s -> {
                  s.directory = () -> Optional.of(directory());
                  s.senderRewriting = () -> Optional.of(REWRITING);
                });
        RawClient client = server.greeted()) {
      client.startTls(OWN_SERVER).command("EHLO client.example", "250");
      client.command("MAIL FROM:<eve@fabrikam.example>", "250");
      client.command("RCPT TO:<ann@outside.example>", "250 2.1.5");
      client.command("RSET", "250");
      client.command("MAIL FROM:<" + "e".repeat(40) + "@fabrikam.example>", "250");
      client.command("RCPT TO:<ann@outside.example>", "550 5.7.60");
      client.command("RCPT TO:<anna@contoso.example>", "250 2.1.5");
      assertThat(server.refusals)
          .singleElement()
          .satisfies(
              refused -> {
                assertThat(refused.getRule()).isEqualTo("senderRewriting");
                assertThat(refused.getOrganization()).isEqualTo("contoso");
                assertThat(refused.getExplanation().getSummary()).contains("64 octets");
              });
    }
  }
}
