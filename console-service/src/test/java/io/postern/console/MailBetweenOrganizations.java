package io.postern.console;

import io.postern.console.fold.Fold;
import io.postern.console.store.WriterConnection;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.Envelope;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.RecipientGroup;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/**
 * One message of contoso to the outside and to fabrikam here, and a record of five refusals of
 * each.
 */
public final class MailBetweenOrganizations {
  /** The log's time of all of it. */
  public static final long AT = Instant.parse("2026-11-28T12:00:00Z").toEpochMilli();

  private static final QueueId ID = QueueId.of(0, AT, 1);

  private MailBetweenOrganizations() {}

  /** The address of a read model that has it. */
  public static String folded() throws SQLException {
    String url = Postgres.migrated();
    try (Connection connection = WriterConnection.open(url, Postgres.user(), Postgres.password())) {
      Fold fold = new Fold(connection, 90, 100, () -> Instant.ofEpochMilli(AT));
      fold.begin();
      fold.read(LogRecords.of(Topics.MAIL_ACCEPTED, 0, AT, ID.value(), message()));
      List<String> organizations = List.of("contoso", "fabrikam");
      for (int offset = 0; offset < organizations.size(); offset++) {
        fold.read(
            LogRecords.of(
                Topics.MAIL_REFUSALS, offset, AT, "192.0.2.1", refused(organizations.get(offset))));
      }
      fold.commit();
    }
    return url;
  }

  private static MessageRefused refused(String organization) {
    return MessageRefused.newBuilder()
        .setOrganization(organization)
        .setConnector("From outside")
        .setRule("requireTls")
        .setCount(5)
        .build();
  }

  private static MessageAccepted message() {
    return MessageAccepted.newBuilder()
        .setQueueId(ID.value())
        .setEnvelope(
            Envelope.newBuilder()
                .setReversePath("anna@contoso.example")
                .addRecipients(EnvelopeRecipient.newBuilder().setAddress("a@stranger.example"))
                .addRecipients(EnvelopeRecipient.newBuilder().setAddress("b@fabrikam.example")))
        .addGroups(
            RecipientGroup.newBuilder()
                .addRecipients(0)
                .setOrganization("contoso")
                .setConnector("own server")
                .setDirection(Direction.ORIGINATING))
        .addGroups(
            RecipientGroup.newBuilder()
                .addRecipients(1)
                .setOrganization("contoso")
                .setConnector("own server")
                .setDirection(Direction.ORIGINATING)
                .setIncoming(
                    RecipientGroup.newBuilder()
                        .setOrganization("fabrikam")
                        .setConnector("From Contoso")))
        .build();
  }
}
