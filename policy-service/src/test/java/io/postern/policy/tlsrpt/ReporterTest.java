package io.postern.policy.tlsrpt;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.ContentChunk;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.TlsReportMade;
import io.postern.contracts.v1.TlsReportPosted;
import io.postern.contracts.v1.TlsSessionCounts;
import io.postern.contracts.v1.TlsSessionRecord;
import io.postern.dns.tlsrpt.TlsReport;
import io.postern.dns.tlsrpt.TlsReports;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.LabHttps;
import io.postern.log.LogSettings;
import io.postern.policy.LogLab;
import io.postern.policy.Worker;
import io.postern.rules.OutboundMail;
import io.postern.rules.outbound.OutboundDecision;
import io.postern.rules.outbound.OutboundRules;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The reporter against a real broker, with a held clock; each test looks at its own domains only.
 */
class ReporterTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final LabCa CA = LabCa.create("Lab");
  private static final Identity LOCALHOST = CA.issue(Issue.to("localhost"));
  private static LogLab log;

  private final List<Worker> workers = new ArrayList<>();
  private final AtomicLong clock =
      new AtomicLong(new DomainDay("x", Sessions.DAY).endMillis() + 5 * 3_600_000L);

  @BeforeAll
  static void start() throws Exception {
    log = LogLab.shared();
  }

  @AfterAll
  static void stop() {
    log.close();
  }

  @AfterEach
  void endWorkers() {
    workers.forEach(Worker::close);
  }

  static Worker worker(LogSettings settings, long clockMillis, Runnable beforeCommit) {
    return worker(settings, () -> clockMillis, beforeCommit);
  }

  private static Worker worker(LogSettings settings, LongSupplier clock, Runnable beforeCommit) {
    try {
      return Reporter.worker(
          settings,
          new Reporter(
              settings,
              Sessions.submitter(),
              () -> Optional.of(LogLab.directory(LogLab.FILE)),
              () -> LogLab.PARTITIONS,
              clock,
              new HttpsPost(HttpsPostTest.trusting(CA), true),
              new ReportMetrics(new SimpleMeterRegistry()),
              beforeCommit));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private Worker startReporter(Runnable beforeCommit) {
    Worker worker = worker(log.settings(), clock::get, beforeCommit);
    workers.add(worker);
    worker.start();
    return worker;
  }

  private static int partition(String domain) {
    return Math.floorMod(domain.hashCode(), LogLab.PARTITIONS);
  }

  private static void write(TlsSessionCounts counts) throws Exception {
    String domain = counts.getDomain();
    log.write(
        Topics.TLS_SESSIONS, partition(domain), domain, Sessions.record(counts).toByteArray());
  }

  private static String to(String domain) {
    return "tls@" + domain;
  }

  private static void count(String domain, long good, long bad) throws Exception {
    write(Sessions.counts(domain, Sessions.DAY, good, bad, "mailto:" + to(domain)));
  }

  private static List<MessageAccepted> mails(String domain) {
    return log.read(Topics.MAIL_ACCEPTED, MessageAccepted.parser()).stream()
        .filter(m -> m.getEnvelope().getRecipients(0).getAddress().equals(to(domain)))
        .toList();
  }

  private static List<TlsSessionRecord> records(String domain) {
    return log.read(Topics.TLS_SESSIONS).stream()
        .filter(record -> domain.equals(record.key()))
        .map(record -> LogLab.parse(TlsSessionRecord.parser(), record.value()))
        .toList();
  }

  private static List<TlsReportMade> made(String domain) {
    return records(domain).stream()
        .filter(TlsSessionRecord::hasMade)
        .map(TlsSessionRecord::getMade)
        .toList();
  }

  private static List<TlsReportPosted> posted(String domain) {
    return records(domain).stream()
        .filter(TlsSessionRecord::hasPosted)
        .map(TlsSessionRecord::getPosted)
        .toList();
  }

  /**
   * When one that is counted behind in the same partition has its report, the others had theirs.
   */
  private static void awaitOneBehind(String domain) throws Exception {
    int number = 0;
    String name = ".behind-" + System.nanoTime() + ".example";
    while (partition(number + name) != partition(domain)) {
      number++;
    }
    String last = number + name;
    count(last, 1, 0);
    await().atMost(LONG).until(() -> !made(last).isEmpty());
  }

  private static byte[] text(MessageAccepted mail) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    log.read(Topics.MAIL_CONTENT).stream()
        .filter(record -> mail.getQueueId().equals(record.key()))
        .map(record -> LogLab.parse(ContentChunk.parser(), record.value()))
        .forEach(chunk -> text.writeBytes(chunk.getData().toByteArray()));
    return text.toByteArray();
  }

  @Test
  void sessionsOfTwoReplicasAreOneSignedMailAndNoSecondFollows() throws Exception {
    String domain = "two.example";
    count(domain, 10, 2);
    count(domain, 5, 1);
    startReporter(() -> {}).joined();
    await().atMost(LONG).until(() -> !mails(domain).isEmpty());

    MessageAccepted mail = mails(domain).getFirst();
    assertThat(mail.getEnvelope().getReversePath()).isEmpty();
    assertThat(made(domain).getFirst().getQueueIdsList()).containsExactly(mail.getQueueId());
    byte[] text = text(mail);
    assertThat(text).hasSize((int) mail.getSize());
    assertThat(ReportMailTest.verified(text)).hasSize(1);
    MimeMessage message =
        new MimeMessage(Session.getInstance(new Properties()), new ByteArrayInputStream(text));
    MimeMultipart parts = (MimeMultipart) message.getContent();
    TlsReport report = TlsReports.read(parts.getBodyPart(1).getInputStream().readAllBytes());
    assertThat(report.policies().getFirst().summary()).isEqualTo(new TlsReport.Summary(15, 3));
    assertThat(
            OutboundRules.decide(
                LogLab.directory(LogLab.FILE),
                new OutboundMail(
                    mail.getGroups(0).getOrganization(),
                    mail.getGroups(0).getDirection(),
                    "",
                    "",
                    domain,
                    mail.getEnvelope().getRequireTls(),
                    false,
                    null)))
        .isInstanceOf(OutboundDecision.Deliver.class);

    // Another owner, and counts that come too late.
    workers.getFirst().close();
    count(domain, 1, 0);
    startReporter(() -> {});
    awaitOneBehind(domain);
    assertThat(mails(domain)).hasSize(1);
    assertThat(made(domain)).hasSize(1);
  }

  @Test
  void aDayHasNoReportBeforeItIsDue() throws Exception {
    String domain = "early.example";
    write(Sessions.counts(domain, Sessions.DAY + 1, 1, 0, "mailto:" + to(domain)));
    startReporter(() -> {});
    awaitOneBehind(domain);
    assertThat(made(domain)).isEmpty();
    clock.set(new DomainDay(domain, Sessions.DAY + 1).dueMillis());
    await().atMost(LONG).until(() -> !mails(domain).isEmpty());
  }

  @Test
  void aCommitThatFailsIsMadeAgainAndTheReportIsThereOnce() throws Exception {
    String domain = "fails.example";
    AtomicInteger failures = new AtomicInteger(2);
    count(domain, 1, 0);
    startReporter(
        () -> {
          if (failures.getAndDecrement() > 0) {
            throw new TimeoutException("for the test");
          }
        });
    await().atMost(LONG).until(() -> !mails(domain).isEmpty());
    awaitOneBehind(domain);
    assertThat(mails(domain)).hasSize(1);
    assertThat(failures.get()).isNegative();
  }

  @Test
  void aReporterKilledBetweenSendAndCommitIsReplacedAndTheReportIsThereOnce() throws Exception {
    String domain = "killed.example";
    count(domain, 1, 0);
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                ReporterProcess.class.getName(),
                log.broker().bootstrap(),
                Long.toString(clock.get()))
            .redirectErrorStream(true)
            .start();
    try (BufferedReader output = process.inputReader()) {
      await()
          .atMost(LONG)
          .until(() -> output.lines().anyMatch("sent"::equals)); // blocks until it is there
    } finally {
      process.destroyForcibly(); // SIGKILL
      assertThat(process.waitFor(10, SECONDS)).isTrue();
    }
    assertThat(mails(domain)).as("nothing was committed").isEmpty();

    startReporter(() -> {});
    await().atMost(LONG).until(() -> !mails(domain).isEmpty());
    awaitOneBehind(domain);
    assertThat(mails(domain)).hasSize(1);
    assertThat(made(domain)).hasSize(1);
  }

  @Test
  void aReportIsPostedUntilTheServerTakesItAndNotAgain() throws Exception {
    String domain = "posted.example";
    List<byte[]> bodies = new CopyOnWriteArrayList<>();
    AtomicInteger refusals = new AtomicInteger(1);
    try (LabHttps server =
        LabHttps.start(LOCALHOST, exchange -> answer(exchange, bodies, refusals))) {
      write(Sessions.counts(domain, Sessions.DAY, 4, 1, server.url() + "tls"));
      startReporter(() -> {});
      await().atMost(LONG).until(() -> bodies.size() == 1);
      assertThat(posted(domain)).isEmpty();
      // A pause follows each failure.
      await()
          .pollInterval(Duration.ofSeconds(2))
          .atMost(LONG)
          .until(
              () -> {
                clock.addAndGet(Duration.ofMinutes(6).toMillis());
                return !posted(domain).isEmpty();
              });
      assertThat(posted(domain).getFirst().getTaken()).isTrue();
      assertThat(bodies.getLast()).isEqualTo(made(domain).getFirst().getReport().toByteArray());
      TlsReport report = TlsReports.read(bodies.getLast());
      assertThat(report.policies().getFirst().summary()).isEqualTo(new TlsReport.Summary(4, 1));
      int taken = bodies.size();
      assertThat(taken).isEqualTo(2);
      workers.getFirst().close();
      startReporter(() -> {});
      awaitOneBehind(domain);
      assertThat(bodies).hasSize(taken);
      assertThat(mails(domain)).isEmpty();
    }
  }

  private static void answer(HttpExchange exchange, List<byte[]> bodies, AtomicInteger refusals)
      throws IOException {
    bodies.add(exchange.getRequestBody().readAllBytes());
    exchange.sendResponseHeaders(refusals.getAndDecrement() > 0 ? 503 : 200, -1);
  }
}
