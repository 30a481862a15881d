package io.postern.console.watch;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.console.search.Conditions;
import io.postern.console.store.Days;
import io.postern.console.store.PackedLife;
import io.postern.console.store.ReadModel;
import io.postern.console.store.ReadTo;
import io.postern.contracts.Spelling;
import io.postern.contracts.Texts;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.RefusedVariant;
import io.postern.names.DomainNames;
import io.postern.rules.Directory;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A search of the sessions of one partner. Of others' mail nothing is taken: a session counts if a
 * recipient is in a domain of the organization, or its connector decided (G8). Remote clients can
 * fill it by claiming to be the partner: the first {@value #MOST} are shown, of each kind {@value
 * #MOST_COUNTED} further ones are counted, and the search ends after 10 s. One thread, one search.
 */
final class PartnerSessions {
  static final int MOST = 50;
  static final int MOST_COUNTED = 1_000;
  private static final int MOST_TEXT = 500;
  private static final int ROWS = 200;
  private static final Duration LONGEST = Duration.ofSeconds(10);

  /** A session that is made when it is to be shown. */
  private record Found(long at, Supplier<WatchedSession> session) {}

  /** Those of one table, in the order of time. */
  private static final class Table {
    final List<Found> first = new ArrayList<>();
    long number;

    void add(long at, Supplier<WatchedSession> session) {
      if (number++ < MOST) {
        first.add(new Found(at, session));
      }
    }

    boolean full() {
      return number >= MOST + MOST_COUNTED;
    }
  }

  /** Takes a row. */
  private interface Row {
    void take(ResultSet row, Table into) throws SQLException, InvalidProtocolBufferException;
  }

  private final Connection connection;
  private final Directory directory;
  private final String organization;
  private final ClaimedPartner partner;
  private final long since;
  private final long until;
  private final boolean handshakes;
  private final ClientNames names;
  private final long end = System.nanoTime() + LONGEST.toNanos();

  /**
   * @param directory with the organization's own objects at least
   * @param since the log's time, Unix milliseconds
   * @param until the same, exclusive
   * @param handshakes failed ones at the partner's addresses are shown, which are no organization's
   */
  PartnerSessions(
      Connection connection,
      Directory directory,
      String organization,
      ClaimedPartner partner,
      long since,
      long until,
      boolean handshakes) {
    this.connection = connection;
    this.directory = directory;
    this.organization = organization;
    this.partner = partner;
    this.since = since;
    this.names = new ClientNames(connection, since);
    this.until = until;
    this.handshakes = handshakes;
  }

  Watch watch(Instant now, ReadTo readTo) throws SQLException {
    Table accepted = accepted();
    Table refused = refused();
    List<WatchedSession> sessions =
        Stream.concat(accepted.first.stream(), refused.first.stream())
            .sorted(Comparator.comparingLong(Found::at))
            .limit(MOST)
            .map(found -> found.session().get())
            .toList();
    return new Watch(
        organization,
        now.toEpochMilli() < until ? "watching" : "ended",
        Instant.ofEpochMilli(since).toString(),
        Instant.ofEpochMilli(until).toString(),
        now.toString(),
        accepted.number + refused.number - sessions.size(),
        sessions,
        readTo);
  }

  private Table accepted() throws SQLException {
    Conditions conditions =
        new Conditions()
            // Of the queue id, which is made before the content comes.
            .and("day BETWEEN ? AND ?", Days.of(since) - 1, Days.of(until) + 1)
            .and("at >= ?", since)
            .and("at < ?", until)
            .and(partner.accepted())
            .and(
                "EXISTS (SELECT FROM message_organization o WHERE o.organization = ?"
                    + " AND o.at = m.at AND o.queue_id = m.queue_id AND o.day = m.day)",
                organization);
    return find(
        "SELECT at, record, life FROM message m WHERE "
            + conditions.sql()
            + " ORDER BY at, queue_id",
        conditions,
        (row, table) ->
            accepted(
                MessageAccepted.parseFrom(PackedLife.of(row).getAccepted()),
                row.getLong("at"),
                table));
  }

  private Table refused() throws SQLException {
    String[] domains =
        directory.acceptedDomains(organization).stream()
            .map(AcceptedDomain::getDomain)
            .toArray(String[]::new);
    Conditions conditions =
        new Conditions()
            .and("day BETWEEN ? AND ?", Days.of(since), Days.of(until))
            .and("at >= ?", since)
            .and("at < ?", until)
            .and(partner.refused())
            .and(
                "(organization = ? OR domain = ANY(?)"
                    + (handshakes ? " OR recipient = ''" : "")
                    + " OR octet_length(domain) > length(domain))",
                organization,
                domains);
    return find(
        "SELECT at, partition, log_offset, record FROM refusal WHERE "
            + conditions.sql()
            + " ORDER BY at, partition, log_offset",
        conditions,
        (row, table) ->
            refused(
                MessageRefused.parseFrom(row.getBytes("record")),
                row.getInt("partition") + "/" + row.getLong("log_offset"),
                row.getLong("at"),
                table));
  }

  private Table find(String sql, Conditions conditions, Row each) throws SQLException {
    Table table = new Table();
    connection.setAutoCommit(false); // a transaction alone has a cursor
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setFetchSize(ROWS);
      conditions.set(select, 1);
      try (ResultSet row = select.executeQuery()) {
        while (!table.full() && row.next()) {
          each.take(row, table);
          if (System.nanoTime() - end > 0) {
            throw new SQLTimeoutException("the rows are too many", ReadModel.TIMED_OUT);
          }
        }
      }
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a record of a session is of another version", e);
    } finally {
      connection.rollback();
      connection.setAutoCommit(true);
    }
    return table;
  }

  private void accepted(MessageAccepted accepted, long at, Table into) {
    ClaimingSession session =
        ClaimingSession.of(
            accepted.getSession(),
            accepted.getSession().getTlsFacts().getPeerNamesList(),
            accepted.getEnvelope().getReversePath(),
            partner);
    for (int i = 0; i < accepted.getGroupsCount() && !session.claimsNothing(); i++) {
      RecipientGroup group = accepted.getGroups(i);
      RecipientGroup own =
          group.getOrganization().equals(organization)
              ? group
              : group.getIncoming().getOrganization().equals(organization)
                  ? group.getIncoming()
                  : null;
      if (own != null) {
        String id = accepted.getQueueId() + "/" + i;
        into.add(at, () -> accepted(accepted, id, at, group, own, session));
      }
    }
  }

  private WatchedSession accepted(
      MessageAccepted accepted,
      String id,
      long at,
      RecipientGroup group,
      RecipientGroup own,
      ClaimingSession session) {
    List<String> domains =
        group.getRecipientsList().stream()
            .map(recipient -> accepted.getEnvelope().getRecipients(recipient).getAddress())
            .map(DomainNames::ofAddress)
            .filter(Objects::nonNull)
            .distinct()
            .toList();
    SessionConditions conditions =
        new SessionConditions(
            session.facts(),
            session.isWhole() && !domains.isEmpty() ? domains.getFirst() : "",
            own.getConnector(),
            own.getVerdict(),
            "",
            250);
    return new WatchedSession(
        id,
        Instant.ofEpochMilli(at).toString(),
        "accepted",
        1,
        session.session().getClientIp(),
        session.session().getGreeting(),
        session.tls(),
        session.names().stream().limit(ClientNames.MOST).toList(),
        session.senderDomain(),
        seen(domains, own == group),
        session.claims(),
        own.getConnector(),
        accepted.getQueueId(),
        "",
        250,
        "",
        "",
        own.getVerdict(),
        Texts.shortened(own.getExplanation().getSummary(), MOST_TEXT - 3),
        conditions.of(directory, organization, own.getExplanation()));
  }

  /** A count's variants are refusals each; what is beyond them has no facts. */
  private void refused(MessageRefused refused, String id, long at, Table into) throws SQLException {
    if (refused.getVariantsCount() == 0) {
      one(refused, id, at, into);
    }
    for (int i = 0; i < refused.getVariantsCount(); i++) {
      RefusedVariant variant = refused.getVariants(i);
      MessageRefused.Builder one =
          refused.toBuilder()
              .setReversePath(
                  variant.getSenderDomain().isEmpty() ? "" : "@" + variant.getSenderDomain())
              .setRecipient("@" + variant.getRecipientDomain())
              .setCount(variant.getCount());
      one.getSessionBuilder()
          .setTls(variant.getTls())
          .getTlsFactsBuilder()
          .setPeerChainFingerprint(variant.getChainFingerprint());
      if (!variant.getClientIp().isEmpty()) {
        one.getSessionBuilder().setClientIp(variant.getClientIp());
      }
      one(one.build(), id + "/" + i, at, into);
    }
  }

  private void one(MessageRefused refused, String id, long at, Table into) throws SQLException {
    String recipient = DomainNames.ofAddress(refused.getRecipient());
    List<String> recipients = seen(recipient == null ? List.of() : List.of(recipient), false);
    if (!(handshakes && isHandshake(refused))
        && !refused.getOrganization().equals(organization)
        && recipients.isEmpty()) {
      return;
    }
    ClaimingSession session =
        ClaimingSession.of(
            refused.getSession(),
            names.of(refused.getSession().getTlsFacts().getPeerChainFingerprint()),
            refused.getReversePath(),
            partner);
    if (!session.claimsNothing()) {
      into.add(at, () -> refused(refused, id, at, session, recipient, recipients));
    }
  }

  private WatchedSession refused(
      MessageRefused refused,
      String id,
      long at,
      ClaimingSession session,
      @Nullable String recipient,
      List<String> recipients) {
    boolean own = refused.getOrganization().equals(organization);
    boolean decidable = own && session.isWhole() && session.names().size() < ClientNames.MOST;
    SessionConditions conditions =
        new SessionConditions(
            session.facts(),
            decidable && recipient != null ? recipient : "",
            refused.getConnector(),
            refused.getVerdict(),
            refused.getRule(),
            refused.getCode());
    Explanation explanation = own ? refused.getExplanation() : Explanation.getDefaultInstance();
    boolean handshake = isHandshake(refused);
    return new WatchedSession(
        id,
        Instant.ofEpochMilli(at).toString(),
        handshake ? "handshake-failed" : "refused",
        Math.max(1, refused.getCount()),
        session.session().getClientIp(),
        session.session().getGreeting(),
        session.tls(),
        session.names(),
        session.senderDomain(),
        recipients,
        session.claims(),
        own ? refused.getConnector() : "",
        "",
        refused.getReference(),
        refused.getCode(),
        Texts.shortened(refused.getText(), MOST_TEXT - 3),
        handshake ? Spelling.of(refused.getHandshakeFailure()) : refused.getRule(),
        own ? refused.getVerdict() : "",
        Texts.shortened(explanation.getSummary(), MOST_TEXT - 3),
        conditions.of(directory, organization, explanation));
  }

  private static boolean isHandshake(MessageRefused refused) {
    return refused.getRule().equals("handshake");
  }

  /** Of the organization's own domains; of all, where its own server sent. */
  private List<String> seen(List<String> domains, boolean all) {
    return domains.stream()
        .filter(domain -> all || directory.accepts(organization, domain))
        .limit(20)
        .toList();
  }
}
