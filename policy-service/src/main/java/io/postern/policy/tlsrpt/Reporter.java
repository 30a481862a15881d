package io.postern.policy.tlsrpt;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.ConsumerGroups;
import io.postern.contracts.Headers;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.ContentSegment;
import io.postern.contracts.v1.TlsReportMade;
import io.postern.contracts.v1.TlsSessionRecord;
import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import io.postern.log.OccasionalLog;
import io.postern.log.sending.OwnContent;
import io.postern.names.DomainNames;
import io.postern.policy.GroupMember;
import io.postern.policy.MailBudget;
import io.postern.policy.Worker;
import io.postern.policy.tlsrpt.ReportMetrics.Loss;
import io.postern.rules.Directory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The reporter: of the counts in {@code tls.sessions} it makes one report for each domain and day,
 * and sends it (docs/guides/reports.md). It reads its partitions from their start whenever it gets
 * them, so that it needs no state of its own. The mails of a report and its TlsReportMade are one
 * transaction with the group's position, which fences an owner before.
 *
 * <p>A report is made only when the fold has all that an owner before may have committed: the
 * committed position is asked for first, which waits for a transaction that is still in its commit;
 * then the partition's end, beyond any such transaction; then all is read up to there.
 *
 * <p>Owner: its worker's thread. After a failure the transaction is aborted and the partitions are
 * read anew. Bounds: {@link SessionFold}; {@value #BATCH} reports a transaction.
 */
public final class Reporter implements Worker.Task {
  private static final Duration POLL = Duration.ofSeconds(1);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final int FETCH_WAIT_MILLIS = 2_000;
  private static final int FETCH_BYTES = 8 << 20;
  private static final int BATCH = 20;

  /**
   * Mails a day to the addresses of one domain: a domain may name addresses of another one, which
   * never asked, and RFC 8460 lets nobody check that.
   */
  static final int MOST_MAILS = 1_000;

  /** One partition that this member owns. */
  private static final class Owned {
    final SessionFold fold = new SessionFold();

    /** Reports that are committed, and not read back yet. */
    final Set<DomainDay> written = new HashSet<>();

    long end = -1; // not known yet
  }

  private final LogSettings settings;
  private final Submitter submitter;
  private final Supplier<Optional<Directory>> directory;
  private final IntSupplier mailPartitions;
  private final LongSupplier clockMillis;
  private final ReportMetrics metrics;
  private final Posts posts;
  private final Runnable beforeCommit;
  private final OccasionalLog trouble = new OccasionalLog(Reporter.class);
  private final MailBudget budget;
  private final OwnContent contents;
  private final Map<TopicPartition, Owned> partitions = new HashMap<>();
  private @Nullable GroupMember member;
  private @Nullable KafkaConsumer<String, byte[]> extents;

  /**
   * @param directory names the organization whose domain the submitter's is
   * @param mailPartitions of the mail topics, asked when a report is mailed
   * @param beforeCommit runs when all is sent and nothing committed: for tests
   */
  Reporter(
      LogSettings settings,
      Submitter submitter,
      Supplier<Optional<Directory>> directory,
      IntSupplier mailPartitions,
      LongSupplier clockMillis,
      HttpsPost https,
      ReportMetrics metrics,
      Runnable beforeCommit) {
    this.settings = settings;
    this.submitter = submitter;
    this.directory = directory;
    this.mailPartitions = mailPartitions;
    this.clockMillis = clockMillis;
    this.metrics = metrics;
    this.beforeCommit = beforeCommit;
    contents = new OwnContent(settings);
    budget = new MailBudget(Duration.ofDays(1), Integer.MAX_VALUE, MOST_MAILS, clockMillis);
    posts = new Posts(settings, https, clockMillis, metrics);
  }

  /** A worker for one, to be started; empty without settings. */
  public static Optional<Worker> worker(
      LogSettings log,
      IntSupplier mailPartitions,
      ReportSettings reports,
      Supplier<Optional<Directory>> directory,
      MeterRegistry registry) {
    return reports
        .submitter()
        .map(
            submitter ->
                worker(
                    log,
                    new Reporter(
                        log,
                        submitter,
                        directory,
                        mailPartitions,
                        System::currentTimeMillis,
                        HttpsPost.withUsualRoots(reports.allowPrivateTargets()),
                        new ReportMetrics(registry),
                        () -> {})));
  }

  static Worker worker(LogSettings settings, Reporter reporter) {
    return new Worker(
        settings,
        ConsumerGroups.TLS_REPORTER,
        List.of(Topics.TLS_SESSIONS),
        Map.of(
            ConsumerConfig.FETCH_MAX_BYTES_CONFIG,
            FETCH_BYTES,
            ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
            FETCH_WAIT_MILLIS),
        reporter);
  }

  @Override
  public void assigned(Collection<TopicPartition> assigned) {
    GroupMember current = member;
    if (current != null && !assigned.isEmpty()) { // called from its poll
      readAnew(current, assigned);
    }
  }

  private void readAnew(GroupMember current, Collection<TopicPartition> anew) {
    Map<TopicPartition, Long> starts = extents(anew).beginningOffsets(anew);
    for (TopicPartition partition : anew) {
      partitions.put(partition, new Owned());
      current.seek(partition, starts.getOrDefault(partition, 0L));
    }
  }

  /** Reads nothing; a consumer without the partitions complains of their ends. */
  private KafkaConsumer<String, byte[]> extents(Collection<TopicPartition> of) {
    KafkaConsumer<String, byte[]> consumer = extents;
    if (consumer == null) {
      consumer = new KafkaConsumer<>(settings.reader(false));
      extents = consumer;
    }
    consumer.assign(of);
    return consumer;
  }

  @Override
  public void round(GroupMember current) throws LogUnavailableException {
    member = current;
    for (ConsumerRecord<String, byte[]> record : current.poll(POLL)) {
      Owned owned = partitions.get(new TopicPartition(record.topic(), record.partition()));
      if (owned != null) {
        take(owned, record);
      }
    }
    partitions.keySet().retainAll(current.assignment());
    List<TopicPartition> ready = new ArrayList<>();
    for (Map.Entry<TopicPartition, Owned> entry : partitions.entrySet()) {
      if (complete(current, entry.getKey(), entry.getValue())) {
        ready.add(entry.getKey());
      }
    }
    Map<TopicPartition, List<ProducerRecord<String, byte[]>>> records = new HashMap<>();
    Map<TopicPartition, List<DomainDay>> reports = reports(ready, records);
    Map<TopicPartition, SessionFold> folds = new HashMap<>();
    ready.forEach(partition -> folds.put(partition, owned(partition).fold));
    posts
        .round(folds)
        .forEach(
            (partition, posted) ->
                posted.forEach(
                    record ->
                        records
                            .computeIfAbsent(partition, p -> new ArrayList<>())
                            .add(session(partition, record.getPosted().getDomain(), record))));
    if (!records.isEmpty() && commit(current, records)) {
      reports.forEach((partition, made) -> owned(partition).written.addAll(made));
    }
  }

  private Owned owned(TopicPartition partition) {
    Owned owned = partitions.get(partition);
    if (owned == null) {
      throw new IllegalStateException(partition + " is not owned");
    }
    return owned;
  }

  private void take(Owned owned, ConsumerRecord<String, byte[]> record) {
    TlsSessionRecord session;
    try {
      session = TlsSessionRecord.parseFrom(record.value());
    } catch (InvalidProtocolBufferException e) {
      metrics.lost(Loss.UNREADABLE, 1);
      trouble.warn(record.topic() + " has a record that cannot be read", e);
      return;
    }
    switch (owned.fold.take(session, record.offset(), record.timestamp())) {
      case COUNTED -> {}
      case NOTED ->
          owned.written.remove(
              new DomainDay(session.getMade().getDomain(), session.getMade().getDay()));
      case LATE -> metrics.lost(Loss.LATE, 1);
      case NO_ROOM -> metrics.lost(Loss.NO_ROOM, 1);
      case UNKNOWN -> metrics.lost(Loss.UNREADABLE, 1);
    }
  }

  /** All is read that an owner before may have committed. */
  private boolean complete(GroupMember current, TopicPartition partition, Owned owned) {
    if (owned.end < 0) {
      var unused = current.committed(partition); // waits for a transaction in its commit
      List<TopicPartition> one = List.of(partition);
      owned.end = extents(one).endOffsets(one).getOrDefault(partition, Long.MAX_VALUE);
    }
    return current.position(partition) >= owned.end;
  }

  /**
   * Adds the records of reports that are due.
   *
   * @return the reports, by partition
   */
  private Map<TopicPartition, List<DomainDay>> reports(
      List<TopicPartition> ready, Map<TopicPartition, List<ProducerRecord<String, byte[]>>> records)
      throws LogUnavailableException {
    long now = clockMillis.getAsLong();
    Map<TopicPartition, List<DomainDay>> made = new HashMap<>();
    int room = BATCH;
    for (TopicPartition partition : ready) {
      Owned owned = owned(partition);
      metrics.lost(Loss.TOO_OLD, owned.fold.dropTooOld(now));
      for (DomainDay subject : owned.fold.due(now, owned.written, room)) {
        DayReport report = report(subject, owned);
        if (report == null) {
          continue;
        }
        String organization = report.mailTo().isEmpty() ? "" : organization();
        if (organization == null) {
          return made; // until the directory has it
        }
        room--;
        List<PendingMail> mails = mails(report, organization);
        List<ProducerRecord<String, byte[]>> of =
            records.computeIfAbsent(partition, p -> new ArrayList<>());
        of.add(session(partition, subject.domain(), made(report, mails)));
        made.computeIfAbsent(partition, p -> new ArrayList<>()).add(subject);
        for (PendingMail mail : mails) {
          of.add(mail.accepted());
        }
        metrics.made(mails.size());
      }
    }
    return made;
  }

  /** Null: because of a bug here there is none; the others are made all the same. */
  private @Nullable DayReport report(DomainDay subject, Owned owned) {
    try {
      return DayReport.of(subject, owned.fold.tally(subject), submitter);
    } catch (RuntimeException e) {
      trouble.failed("the report about TLS to " + subject.domain() + " was not made", e);
      metrics.lost(Loss.UNREADABLE, 1);
      owned.written.add(subject); // not again before the partition is read anew
      return null;
    }
  }

  /** Null: for now there is none, and nobody's mail can be sent. */
  private @Nullable String organization() {
    Optional<Directory> current = directory.get();
    if (current.isEmpty()) {
      return null;
    }
    String organization =
        current
            .get()
            .acceptedDomain(submitter.domain())
            .map(domain -> domain.getOrganization())
            .orElse(null);
    if (organization == null) {
      trouble.warn(
          "no TLS report is created: the domain of postern.tls-reports.from is not an accepted "
              + "domain",
          null);
    }
    return organization;
  }

  /** A mail whose text is on its way into the log. */
  private record PendingMail(ReportMail mail, String organization, OwnContent.PendingText text) {
    ProducerRecord<String, byte[]> accepted() throws LogUnavailableException {
      ProducerRecord<String, byte[]> record =
          new ProducerRecord<>(
              Topics.MAIL_ACCEPTED,
              mail.queueId().partition(),
              mail.queueId().value(),
              mail.accepted().toBuilder()
                  .addContent(ContentSegment.newBuilder().setReference(text.reference()))
                  .build()
                  .toByteArray());
      record.headers().add(Headers.ORGANIZATION, organization.getBytes(StandardCharsets.UTF_8));
      return record;
    }
  }

  private List<PendingMail> mails(DayReport report, String organization)
      throws LogUnavailableException {
    List<PendingMail> mails = new ArrayList<>();
    for (String to : report.mailTo()) {
      ReportMail mail =
          ReportMail.of(
              report,
              to,
              submitter,
              submitter.signature().orElseThrow(),
              organization,
              mailPartitions.getAsInt());
      if (budget.take(mail.queueId().value(), requireNonNull(DomainNames.ofAddress(to)))) {
        mails.add(new PendingMail(mail, organization, contents.send(mail.queueId(), mail.text())));
      } else {
        metrics.lost(Loss.OVER_BUDGET, 1);
      }
    }
    return mails;
  }

  private static TlsSessionRecord made(DayReport report, List<PendingMail> mails) {
    TlsReportMade.Builder made =
        TlsReportMade.newBuilder()
            .setDomain(report.subject().domain())
            .setDay(report.subject().day())
            .setReportId(report.id())
            .addAllPostTo(report.postTo());
    mails.forEach(mail -> made.addQueueIds(mail.mail().queueId().value()));
    if (!report.postTo().isEmpty()) {
      made.setReport(ByteString.copyFrom(report.gzip()));
    }
    return TlsSessionRecord.newBuilder().setMade(made).build();
  }

  private static ProducerRecord<String, byte[]> session(
      TopicPartition partition, String domain, TlsSessionRecord record) {
    return new ProducerRecord<>(
        partition.topic(), partition.partition(), domain, record.toByteArray());
  }

  private boolean commit(
      GroupMember current, Map<TopicPartition, List<ProducerRecord<String, byte[]>>> records) {
    Map<TopicPartition, Long> positions = new HashMap<>();
    try {
      records.keySet().forEach(p -> positions.put(p, current.position(p)));
      current.begin();
      for (var of : records.values()) {
        for (var record : of) {
          var unused = current.send(record); // the commit fails with it
        }
      }
      beforeCommit.run();
      current.commit(positions);
      trouble.over("reports about TLS are made again");
      return true;
    } catch (KafkaException e) {
      trouble.warn("reports about TLS were not committed, and are made again", e);
      metrics.startedOver();
      current.startOver();
      readAnew(current, List.copyOf(current.assignment()));
      LockSupport.parkNanos(PAUSE.toNanos()); // each try makes a producer
      return false;
    }
  }

  @Override
  public void ended() {
    member = null;
    partitions.clear();
    posts.ended();
    KafkaConsumer<String, byte[]> consumer = extents;
    extents = null;
    if (consumer != null) {
      consumer.close();
    }
    contents.close();
  }
}
