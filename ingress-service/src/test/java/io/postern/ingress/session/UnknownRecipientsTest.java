package io.postern.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.RecipientKeys;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.NextHopHost;
import io.postern.contracts.v1.Organization;
import io.postern.contracts.v1.RecipientListState;
import io.postern.contracts.v1.RecipientShard;
import io.postern.contracts.v1.RecipientValidation;
import io.postern.ingress.RawClient;
import io.postern.ingress.TestLimits;
import io.postern.ingress.TestServer;
import io.postern.rules.Directory;
import io.postern.rules.recipients.RecipientRecords;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** RCPT for recipients who are in the domain's list, and who are not. */
class UnknownRecipientsTest {
  private static final int BEYOND = 5;

  private static Directory directory() throws Exception {
    List<DirectoryObject> objects =
        List.of(
            DirectoryObject.newBuilder()
                .setOrganization(Organization.newBuilder().setId("contoso"))
                .build(),
            DirectoryObject.newBuilder()
                .setAcceptedDomain(
                    AcceptedDomain.newBuilder()
                        .setOrganization("contoso")
                        .setDomain("contoso.example")
                        .setMailboxHost(NextHopHost.newBuilder().setHost("mailbox.example"))
                        .setRecipientValidation(RecipientValidation.RECIPIENT_VALIDATION_LIST))
                .build());
    RecipientRecords records = new RecipientRecords();
    int shard = RecipientKeys.shardOfAddress("anna");
    records.take(
        RecipientKeys.shard("contoso.example", shard),
        RecipientShard.newBuilder().addLocalParts("anna").build().toByteArray());
    records.take(
        RecipientKeys.list("contoso.example"),
        RecipientListState.newBuilder()
            .setOrganization("contoso")
            .setListId("1")
            .setUsable(true)
            .build()
            .toByteArray());
    return Directory.of(objects, 1, Map.of(), records.lists());
  }

  @Test
  void they_are_refused_and_whoever_tries_addresses_has_to_wait() throws Exception {
    Directory directory = directory();
    try (TestServer server =
            TestServer.withoutLog(s -> s.directory = () -> Optional.of(directory));
        RawClient client = server.greeted()) {
      client.command("MAIL FROM:<forged@victim.example>", "250");
      client.command("RCPT TO:<Anna+news@contoso.example>", "250");
      client.command("RCPT TO:<postmaster@contoso.example>", "250");
      client.command("RCPT TO:<\"PostMaster\"@Contoso.example>", "250");
      int free = TestLimits.DEFAULT.service().promptCommands() / CommandPace.UNKNOWN_RECIPIENT;
      long from = System.nanoTime();
      for (int i = 0; i < free + BEYOND; i++) {
        client.raw("RCPT TO:<nobody" + i + "@contoso.example>\r\n");
      }
      for (int i = 0; i < free + BEYOND; i++) {
        assertThat(client.reply())
            .startsWith("550 5.1.1 Recipient address rejected: User unknown (reference ");
      }
      assertThat(Duration.ofNanos(System.nanoTime() - from))
          .isGreaterThanOrEqualTo(CommandPace.PAUSE.multipliedBy(BEYOND));
    }
  }
}
