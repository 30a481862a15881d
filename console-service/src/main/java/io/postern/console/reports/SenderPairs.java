package io.postern.console.reports;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.console.search.Conditions;
import io.postern.console.sight.Sight;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.rules.WhoseSender;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;

/**
 * The senders of own servers' mail that are in an accepted domain, by {@link WhoseSender} of the
 * sending organization. By today's directory, also of older days. One use, one thread.
 */
final class SenderPairs {
  private final List<String> ownOrganizations = new ArrayList<>();
  private final List<String> ownDomains = new ArrayList<>();
  private final List<String> senders = new ArrayList<>();
  private final List<String> domains = new ArrayList<>();
  private final List<String> owners = new ArrayList<>();
  private final List<String> sentBy = new ArrayList<>();

  private final boolean seesAll;

  private SenderPairs(boolean seesAll) {
    this.seesAll = seesAll;
  }

  /** Of these days, whosever mail it is. Costs a look-up for each pair. */
  static SenderPairs read(Connection connection, LocalDate since, LocalDate until, Sight reader)
      throws SQLException {
    SenderPairs pairs = new SenderPairs(reader.organizations().isEmpty());
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT s.organization, s.domain, d.record FROM (SELECT DISTINCT organization, domain"
                + " FROM mail_sender WHERE day BETWEEN ? AND ?) s JOIN directory_object d ON"
                + " d.object_key = 'accepted-domain/' || s.domain WHERE NOT d.removed")) {
      select.setInt(1, (int) since.toEpochDay());
      select.setInt(2, (int) until.toEpochDay());
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          pairs.add(
              row.getString(1),
              row.getString(2),
              DirectoryObject.parseFrom(row.getBytes(3)).getAcceptedDomain());
        }
      }
    } catch (InvalidProtocolBufferException e) {
      throw new SQLException("unreadable accepted domain", e);
    }
    return pairs;
  }

  private void add(String organization, String domain, AcceptedDomain accepted) {
    switch (WhoseSender.of(accepted, organization)) {
      case OWN -> {
        ownOrganizations.add(organization);
        ownDomains.add(domain);
      }
      case ALLOWED, ANOTHERS -> {
        senders.add(organization);
        domains.add(domain);
        owners.add(accepted.getOrganization());
        // Its own list names the organization; of any other the owner learns no more (G8). Who sees
        // all organizations learns whose mail the rule of RCPT concerns (docs/decisions/0086).
        boolean allowed = WhoseSender.of(accepted, organization) == WhoseSender.ALLOWED;
        sentBy.add(allowed || seesAll ? organization : "");
      }
      case NO_ORGANIZATIONS -> {}
    }
  }

  /** Senders in an accepted domain of the row's organization are not foreign. */
  void leaveOutOwn(Conditions conditions) {
    conditions.and(
        "NOT EXISTS (SELECT 1 FROM unnest(?, ?) AS own (organization, domain) WHERE"
            + " own.organization = s.organization AND own.domain = s.domain)",
        ownOrganizations.toArray(String[]::new),
        ownDomains.toArray(String[]::new));
  }

  /** The values of {@link ReportKind.Table#MAIL_OF_OTHERS}. */
  Conditions others() {
    return new Conditions()
        .and(
            "",
            senders.toArray(String[]::new),
            domains.toArray(String[]::new),
            owners.toArray(String[]::new),
            sentBy.toArray(String[]::new));
  }
}
