package io.postern.console.fold;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.console.store.DayBounds;
import io.postern.console.store.Days;
import io.postern.console.store.Rows;
import io.postern.contracts.Spelling;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.DirectoryAudit;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.PresentedChain;
import io.postern.contracts.v1.ReportedDecision;
import io.postern.contracts.v1.RouteState;
import io.postern.contracts.v1.TrustBundle;
import io.postern.contracts.v1.VerdictRecord;
import io.postern.names.CertificateNames;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Records that are about no message, as rows: refusals, verdicts, names of clients, routes, the
 * directory and its changes, the default anchors. Strangers fill the first three: these have a
 * bound a day. Owner: one thread.
 */
public final class OtherRecords {
  /** Names of a client's certificate that are kept. */
  public static final int MOST_NAMES = 20;

  private static final String DIRECTORY = "directory_object";
  private static final String DIRECTORY_AGAIN = "directory_again"; // of the writer's session
  // Most rows are the same when the topic is read again.
  private static final String DIRECTORY_CONFLICT =
      "ON CONFLICT (object_key) DO UPDATE SET removed = excluded.removed, version ="
          + " excluded.version, record = excluded.record WHERE (o.removed, o.version, o.record) IS"
          + " DISTINCT FROM (excluded.removed, excluded.version, excluded.record)";

  private final MailRecords.DayCheck days;
  private final DayBounds bounds;
  private final RefusalCounts counts = new RefusalCounts();
  private final Rows refusals =
      new Rows(
          "refusal",
          "day int, partition int, log_offset bigint, at bigint, reference text, from_address text,"
              + " from_domain text, recipient text, domain text, client_ip inet, tls text,"
              + " rule text, code int, organization text, connector text, count bigint,"
              + " reported_organization text, reported_connector text, reported_result text,"
              + " reported_rule text, reported_code int, record bytea",
          "ON CONFLICT DO NOTHING");
  private final Rows verdicts =
      new Rows(
          "verdict",
          // style: judge/judges/judged/judging/judgement: a column of the database
          "day int, verdict_key bytea, judged bigint, result text, valid_until bigint,"
              + " record bytea",
          "ON CONFLICT DO NOTHING");
  private final Rows names =
      new Rows("client_names", "day int, chain bytea, names text", "ON CONFLICT DO NOTHING");
  private final Rows changes =
      new Rows(
          "directory_change",
          "command_id text, at bigint, actor text, organizations text, version bigint,"
              + " record bytea",
          "ON CONFLICT DO NOTHING");
  // Of these the last one counts, and a statement takes each key once.
  private final Map<String, @Nullable Object[]> routes = new LinkedHashMap<>();
  private final Map<String, @Nullable Object[]> objects = new LinkedHashMap<>();
  private final Set<String> gone = new HashSet<>(); // markers of removed objects
  private String directory = DIRECTORY; // the table that the directory's records go to
  private final Map<String, @Nullable Object[]> anchors = new LinkedHashMap<>();

  OtherRecords(MailRecords.DayCheck days, DayBounds bounds) {
    this.days = days;
    this.bounds = bounds;
  }

  /**
   * @param most rows a day of this partition for one organization
   */
  void read(Connection connection, ConsumerRecord<String, byte @Nullable []> read, long most)
      throws InvalidProtocolBufferException, MailRecords.OldMessageException, SQLException {
    byte[] value = read.value();
    if (value == null) {
      if (read.topic().equals(Topics.DIRECTORY)) {
        String key = Texts.column(read.key());
        objects.remove(key);
        gone.add(key);
      }
      return; // no other of these topics has one
    }
    switch (read.topic()) {
      case Topics.MAIL_REFUSALS ->
          refusal(connection, MessageRefused.parseFrom(value), read, value, most);
      case Topics.CERTIFICATE_VERDICTS ->
          verdict(connection, VerdictRecord.parseFrom(value), read, most);
      case Topics.CERTIFICATE_PRESENTED ->
          presented(connection, PresentedChain.parseFrom(value), read, most);
      case Topics.MAIL_ROUTES -> {
        RouteState route = RouteState.parseFrom(value);
        routes.put(
            route.getRoute() + "\n" + route.getReplica(),
            new Object[] {
              Texts.column(route.getRoute()),
              Texts.column(route.getReplica()),
              read.timestamp(),
              value
            });
      }
      case Topics.DIRECTORY -> {
        String key = Texts.column(read.key());
        DirectoryObject object = DirectoryObject.parseFrom(value);
        gone.remove(key);
        objects.put(key, new Object[] {key, object.getRemoved(), read.offset(), value});
      }
      case Topics.DIRECTORY_AUDIT -> change(DirectoryAudit.parseFrom(value), read, value);
      case Topics.CERTIFICATE_ANCHORS -> {
        TrustBundle bundle = TrustBundle.parseFrom(value);
        String version = Texts.column(bundle.getVersion());
        anchors.put(version, new Object[] {version, read.timestamp(), value});
      }
      default -> throw new IllegalArgumentException(read.topic() + " is not folded");
    }
  }

  private void refusal(
      Connection connection,
      MessageRefused refused,
      ConsumerRecord<?, ?> read,
      byte[] value,
      long most)
      throws MailRecords.OldMessageException, SQLException {
    int day = day(read.timestamp());
    String organization = Texts.column(refused.getOrganization());
    ReportedDecision reported = refused.getReported();
    // Nobody's refusals share one bound; those that a report is about have its organization's.
    String bounded =
        organization.isEmpty() ? Texts.column(reported.getOrganization()) : organization;
    if (!bounds.keeps(
        connection, read.topic(), read.partition(), day, bounded, read.offset(), most)) {
      return;
    }
    String connector = Texts.column(refused.getConnector());
    String rule = Texts.column(refused.getRule());
    long count = Math.max(1, refused.getCount());
    counts.add(
        new RefusalCounts.Key(
            day,
            Math.toIntExact(TimeUnit.MILLISECONDS.toHours(read.timestamp())),
            organization,
            connector,
            rule),
        count);
    refusals.add(
        day,
        read.partition(),
        read.offset(),
        read.timestamp(),
        Texts.column(refused.getReference()),
        Texts.address(refused.getReversePath()),
        Texts.domain(refused.getReversePath()),
        Texts.address(refused.getRecipient()),
        Texts.domain(refused.getRecipient()),
        Texts.ip(refused.getSession().getClientIp()),
        Texts.tls(refused.getSession()),
        rule,
        refused.getCode(),
        organization,
        connector,
        count,
        Texts.column(reported.getOrganization()),
        Texts.column(reported.getConnector()),
        refused.hasReported() ? ReportedRows.result(reported) : "",
        Texts.column(reported.getRule()),
        reported.getCode(),
        value);
  }

  private void verdict(
      Connection connection, VerdictRecord record, ConsumerRecord<?, ?> read, long most)
      throws MailRecords.OldMessageException, SQLException {
    if (!record.hasVerdict()) {
      return; // an announcement: the anchors' history has its own topic
    }
    CertificateVerdict verdict = record.getVerdict();
    int day = day(read.timestamp());
    if (!bounds.keeps(connection, read.topic(), read.partition(), day, "", read.offset(), most)) {
      return;
    }
    verdicts.add(
        day,
        verdict.getVerdictKey().toByteArray(),
        verdict.getJudgedAtMillis(),
        Spelling.verdict(verdict),
        verdict.getValidUntilMillis(),
        verdict.toByteArray());
  }

  /** Of the leaf's names, which a stranger writes, the first {@value #MOST_NAMES}. */
  private void presented(
      Connection connection, PresentedChain chain, ConsumerRecord<?, ?> read, long most)
      throws MailRecords.OldMessageException, SQLException {
    int day = day(read.timestamp());
    if (!bounds.keeps(connection, read.topic(), read.partition(), day, "", read.offset(), most)) {
      return;
    }
    List<byte[]> certificates =
        chain.getCertificatesList().stream().map(ByteString::toByteArray).toList();
    names.add(
        day,
        chain.getFingerprint().toByteArray(),
        CertificateNames.ofLeaf(certificates).stream()
            .limit(MOST_NAMES)
            .collect(Collectors.joining(" ")));
  }

  private void change(DirectoryAudit audit, ConsumerRecord<?, ?> read, byte[] value) {
    // Whose domain it is may change: a list is found by its name.
    Stream<String> list =
        audit.hasRecipients() ? Stream.of("@" + audit.getRecipients().getDomain()) : Stream.of();
    String organizations =
        Stream.concat(
                list,
                Stream.concat(audit.getBeforeList().stream(), audit.getAfterList().stream())
                    .map(OtherRecords::organization))
            .filter(organization -> !organization.isEmpty())
            .collect(Collectors.toCollection(TreeSet::new))
            .stream()
            .collect(Collectors.joining(" ", " ", " "));
    changes.add(
        Texts.column(audit.getCommandId()),
        read.timestamp(),
        Texts.column(audit.getActor()),
        organizations,
        audit.getVersion(),
        value);
  }

  private static String organization(DirectoryObject object) {
    return switch (object.getObjectCase()) {
      case ORGANIZATION -> object.getOrganization().getId();
      case ACCEPTED_DOMAIN -> object.getAcceptedDomain().getOrganization();
      case INBOUND_CONNECTOR -> object.getInboundConnector().getOrganization();
      case OUTBOUND_CONNECTOR -> object.getOutboundConnector().getOrganization();
      case ANCHOR_SET -> object.getAnchorSet().getOrganization();
      case ROUTING_RULE -> object.getRoutingRule().getOrganization();
      case OBJECT_NOT_SET -> "";
    };
  }

  private int day(long timestamp) throws MailRecords.OldMessageException, SQLException {
    int day = Days.of(timestamp);
    if (!days.keeps(day)) {
      throw new MailRecords.OldMessageException();
    }
    return day;
  }

  void write(Connection connection) throws SQLException {
    bounds.write(connection);
    refusals.write(connection);
    counts.write(connection);
    verdicts.write(connection);
    names.write(connection);
    changes.write(connection);
    write(
        connection,
        routes,
        new Rows(
            "route",
            "route text, replica text, at bigint, record bytea",
            "ON CONFLICT (route, replica) DO UPDATE SET at = excluded.at, record ="
                + " excluded.record"));
    write(
        connection,
        objects,
        new Rows(
            directory + " AS o",
            "object_key text, removed boolean, version bigint, record bytea",
            DIRECTORY_CONFLICT));
    removeGone(connection);
    write(
        connection,
        anchors,
        new Rows(
            "anchors",
            "version text, at bigint, record bytea",
            "ON CONFLICT (version) DO UPDATE SET at = excluded.at, record = excluded.record"));
  }

  /**
   * The directory is read from its beginning, into a table of its own: older records of an object
   * must not be shown in place of its row, as with a domain that has moved to another organization.
   */
  void beginDirectory(Connection connection) throws SQLException {
    execute(
        connection,
        "CREATE TEMPORARY TABLE IF NOT EXISTS directory_again (LIKE directory_object INCLUDING ALL)",
        "TRUNCATE directory_again");
    directory = DIRECTORY_AGAIN;
  }

  /**
   * It is read to the end that it had: its rows are what was read, all at once. In the caller's
   * transaction, behind {@link #write}.
   */
  void endDirectory(Connection connection) throws SQLException {
    execute(
        connection,
        "DELETE FROM directory_object o WHERE NOT EXISTS"
            + " (SELECT 1 FROM directory_again a WHERE a.object_key = o.object_key)",
        "INSERT INTO directory_object AS o (object_key, removed, version, record) SELECT object_key,"
            + " removed, version, record FROM directory_again "
            + DIRECTORY_CONFLICT,
        "TRUNCATE directory_again");
    directory = DIRECTORY;
  }

  private static void execute(Connection connection, String... statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private void removeGone(Connection connection) throws SQLException {
    if (gone.isEmpty()) {
      return;
    }
    try (PreparedStatement delete =
        connection.prepareStatement("DELETE FROM " + directory + " WHERE object_key = ANY (?)")) {
      delete.setArray(1, connection.createArrayOf("text", gone.toArray()));
      var unused = delete.executeUpdate();
    }
    gone.clear();
  }

  private static void write(
      Connection connection, Map<String, @Nullable Object[]> latest, Rows rows)
      throws SQLException {
    latest.values().forEach(rows::add);
    rows.write(connection);
    latest.clear();
  }

  /** After a transaction that failed. */
  void forget() {
    bounds.forget();
    refusals.clear();
    counts.forget();
    verdicts.clear();
    names.clear();
    changes.clear();
    routes.clear();
    objects.clear();
    gone.clear();
    directory = DIRECTORY;
    anchors.clear();
  }
}
