package io.postern.contracts;

import io.postern.contracts.TopicDeclaration.Cleanup;
import io.postern.contracts.TopicDeclaration.Partitioning;
import io.postern.contracts.TopicDeclaration.Records;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * The topics (docs/design/architecture.md, "Topics"): names and declarations. Services create or
 * verify them from {@link #ALL}.
 */
public final class Topics {
  public static final String MAIL_ACCEPTED = "mail.accepted";
  public static final String MAIL_CONTENT = "mail.content";
  public static final String MAIL_CONTENT_HELD = "mail.content.held";

  /** The keys of contents that are sealed in {@link #MAIL_ACCEPTED}. */
  public static final String MAIL_CONTENT_KEYS = "mail.content.keys";

  public static final String MAIL_DELIVERIES = "mail.deliveries";
  public static final String MAIL_OUTCOMES = "mail.outcomes";

  /**
   * States that the scheduler changed by itself: expired, cancelled, held, released; its answers to
   * controls; and recipients for whom the notice writer writes no DSN.
   */
  public static final String MAIL_SCHEDULE_OUTCOMES = "mail.schedule.outcomes";

  public static final String MAIL_DUE = "mail.due";
  public static final String MAIL_CONTROLS = "mail.controls";
  public static final String MAIL_NOTICES = "mail.notices";
  public static final String MAIL_REFUSALS = "mail.refusals";
  public static final String MAIL_ROUTES = "mail.routes";

  /**
   * The scheduler's entries, from which it restores itself and the audit reads: the changelog of a
   * Kafka Streams store, named by Streams' rule (application id, store, "changelog").
   */
  public static final String SCHEDULE = "postern-scheduler-schedule-changelog";

  /**
   * The scheduler's open work for a whole route or message: flushes with their cursors, controls
   * that wait for first attempts. No recipient's place.
   */
  public static final String SCHEDULE_MARKS = "postern-scheduler-marks-changelog";

  public static final String DIRECTORY = "directory";
  public static final String DIRECTORY_COMMANDS = "directory.commands";
  public static final String DIRECTORY_RESULTS = "directory.results";
  public static final String DIRECTORY_AUDIT = "directory.audit";

  /** The lists of accepted domains' recipients, in shards. */
  public static final String DIRECTORY_RECIPIENTS = "directory.recipients";

  /** Roles and ended sessions of users, for every service with an API; no secrets. */
  public static final String ACCESS = "access";

  /** Who signed in, who changed who may, and what was refused. */
  public static final String ACCESS_AUDIT = "access.audit";

  public static final String CERTIFICATE_REQUESTS = "certificate.requests";
  public static final String CERTIFICATE_VERDICTS = "certificate.verdicts";
  public static final String CERTIFICATE_CHAINS = "certificate.chains";

  /** Clients' chains as they were presented, for deciding recorded sessions again. */
  public static final String CERTIFICATE_PRESENTED = "certificate.presented";

  /** The versions of the default anchor set: the history of trust. */
  public static final String CERTIFICATE_ANCHORS = "certificate.anchors";

  /**
   * Certificates and TLS capabilities of each replica: published at a change, and every six hours.
   */
  public static final String CERTIFICATE_OWN = "certificate.own";

  /** Peers' handshakes with us, each kind once a day. */
  public static final String CERTIFICATE_HANDSHAKES = "certificate.handshakes";

  /** Requests of hosts for certificates, where a connector presents one, each kind once a day. */
  public static final String CERTIFICATE_HOSTS = "certificate.hosts";

  /** Certificates that have come near their end, each once for 60 days, 30 days and the end. */
  public static final String CERTIFICATE_EXPIRIES = "certificate.expiries";

  /** Responders' answers about our server certificates, to be stapled. */
  public static final String CERTIFICATE_STAPLES = "certificate.staples";

  /** Domains whose MTA-STS policy a delivery needs, and its replica does not know. */
  public static final String MTA_STS_REQUESTS = "mta-sts.requests";

  /** The MTA-STS policies of other domains, as they were fetched. */
  public static final String MTA_STS_POLICIES = "mta-sts.policies";

  /**
   * Sessions with mail hosts of domains that want reports about TLS, and the reports made of it.
   */
  public static final String TLS_SESSIONS = "tls.sessions";

  /** Reports about TLS that others have sent us, each once. */
  public static final String TLS_REPORTS = "tls.reports";

  /** Addresses of accepted domains about which a mailbox route is to be asked. */
  public static final String RECIPIENT_QUESTIONS = "recipients.questions";

  /** The answers: whether mailboxes exist. */
  public static final String RECIPIENT_ANSWERS = "recipients.answers";

  /** Next hops that delivery-service is to walk without mail, for an administrator. */
  public static final String PROBE_REQUESTS = "probe.requests";

  /** The steps of these walks, live. */
  public static final String PROBE_RESULTS = "probe.results";

  /** Comparisons of drafts with recent mail: how far they are, and what they found. */
  public static final String COMPARISON_RESULTS = "comparison.results";

  /** The last validation of each outbound connector. */
  public static final String CONNECTOR_VALIDATIONS = "connector.validations";

  /** The contract levels that an operator has raised the installation to. */
  public static final String CONTRACT_LEVEL = "contract.level";

  /** The replicas of all services: each says which contract level it reads. */
  public static final String CONTRACT_REPLICAS = "contract.replicas";

  /**
   * Key of the announcement of the default anchor set's version in {@link #CERTIFICATE_VERDICTS}.
   */
  public static final String DEFAULT_ANCHORS_KEY = "anchors/default";

  /** Of an announced revocation in {@link #CERTIFICATE_VERDICTS}: this and the fingerprint. */
  public static final String REVOKED_KEY = "revoked/";

  /**
   * Longest lifetime of a message that an organization may set (docs/design/architecture.md,
   * "Time").
   */
  public static final Duration LONGEST_LIFETIME = Duration.ofDays(5);

  /** Longest hold (docs/design/architecture.md, "Time"). */
  public static final Duration LONGEST_HOLD = Duration.ofDays(14);

  private static final Duration MARGIN = Duration.ofDays(2);

  /**
   * How long the log has a content, or the key of a sealed one. A message that outlives its content
   * has expired (docs/design/the-log.md, "Home partition and content").
   */
  public static final Duration CONTENT_KEPT = LONGEST_LIFETIME.plus(MARGIN);

  // No message lives longer than lifetime and hold: all that is said about one stays that long.
  private static final Duration MESSAGE = LONGEST_LIFETIME.plus(LONGEST_HOLD).plus(MARGIN);
  // A report is made and posted within two days of the first session that it counts.
  private static final Duration REPORTED = Duration.ofDays(3);
  private static final Duration WEEK = Duration.ofDays(7);
  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration HOURS = Duration.ofHours(6);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration AUDIT = Duration.ofDays(400);

  private static final String INGRESS = "ingress";
  private static final String DECIDER = "decider";
  private static final String SCHEDULER = "scheduler";
  private static final String NOTICES = "notice-writer";
  private static final String DELIVERY = "delivery";
  private static final String CERTIFICATE = "certificate";
  private static final String TLS_REPORTER = "tls-reporter";
  private static final String DIRECTORY_OWNER = "directory-owner";
  private static final String API = "api";
  private static final String CONSOLE = "console";
  private static final List<String> EACH_SERVICE =
      List.of(INGRESS, DELIVERY, CERTIFICATE, API, CONSOLE);

  public static final List<TopicDeclaration> ALL =
      List.of(
          mail(
              MAIL_ACCEPTED,
              MESSAGE,
              List.of(INGRESS, NOTICES, TLS_REPORTER),
              // The API: sessions to explain.
              List.of(DECIDER, NOTICES, DELIVERY, API, CONSOLE)),
          // The notice writer: a DSN's text. The TLS reporter: a report's.
          mail(
                  MAIL_CONTENT,
                  CONTENT_KEPT,
                  List.of(INGRESS, NOTICES, TLS_REPORTER),
                  List.of(DELIVERY))
              .of(Records.CHUNKS),
          mail(MAIL_CONTENT_HELD, MESSAGE, List.of(DELIVERY), List.of(DELIVERY)).of(Records.CHUNKS),
          one(MAIL_CONTENT_KEYS, CONTENT_KEPT, List.of(INGRESS), List.of(DELIVERY))
              .of(Records.KEYS),
          // A day longer than their sources: a reader of the oldest source finds its decision.
          mail(
                  MAIL_DELIVERIES,
                  MESSAGE.plus(DAY),
                  List.of(DECIDER),
                  List.of(DELIVERY, API, CONSOLE))
              .of(Records.DECISIONS),
          mail(
              MAIL_OUTCOMES,
              MESSAGE,
              List.of(DELIVERY),
              // The notice writer reads back the last attempt for a DSN; a taker reads back all
              // that its predecessor finished.
              List.of(SCHEDULER, NOTICES, DELIVERY, CONSOLE)),
          // Apart from mail.outcomes: a transaction there would stall every reader of it.
          mail(
              MAIL_SCHEDULE_OUTCOMES,
              MESSAGE,
              List.of(SCHEDULER, NOTICES),
              List.of(NOTICES, CONSOLE)),
          mail(MAIL_DUE, MESSAGE, List.of(SCHEDULER), List.of(DECIDER, CONSOLE)),
          // The console: for all mail that a filter finds.
          mail(MAIL_CONTROLS, WEEK, List.of(API, CONSOLE), List.of(SCHEDULER, CONSOLE)),
          mail(MAIL_NOTICES, MESSAGE, List.of(SCHEDULER), List.of(NOTICES, DELIVERY, CONSOLE)),
          changelog(SCHEDULE),
          changelog(SCHEDULE_MARKS),
          // No mail: strangers make its records, and each flush would stand in the way of mail.
          spread(MAIL_REFUSALS, WEEK, List.of(INGRESS), List.of(API, CONSOLE)),
          spread(MAIL_ROUTES, DAY, List.of(DELIVERY), List.of(CONSOLE)),
          compacted(
              DIRECTORY,
              List.of(DIRECTORY_OWNER),
              List.of(DIRECTORY_OWNER, INGRESS, DECIDER, DELIVERY, CERTIFICATE, API, CONSOLE)),
          compacted(
              DIRECTORY_RECIPIENTS,
              List.of(DIRECTORY_OWNER),
              List.of(DIRECTORY_OWNER, INGRESS, DECIDER, API)),
          one(DIRECTORY_COMMANDS, WEEK, List.of(API), List.of(DIRECTORY_OWNER)),
          one(DIRECTORY_RESULTS, WEEK, List.of(DIRECTORY_OWNER), List.of(API)),
          one(DIRECTORY_AUDIT, AUDIT, List.of(DIRECTORY_OWNER), List.of(API, CONSOLE)),
          // Neither is flushed: the users' file has what one says, and a release can add both to a
          // log
          // that has records.
          new TopicDeclaration(
              ACCESS,
              Partitioning.ONE,
              Cleanup.COMPACT,
              HOUR,
              false,
              List.of(API),
              List.of(API, CERTIFICATE, CONSOLE)),
          new TopicDeclaration(
              ACCESS_AUDIT,
              Partitioning.ONE,
              Cleanup.DELETE,
              AUDIT,
              false,
              List.of(API, CERTIFICATE, CONSOLE),
              List.of(API)),
          spread(CERTIFICATE_REQUESTS, HOUR, List.of(INGRESS, DELIVERY, API), List.of(CERTIFICATE)),
          spread(
              CERTIFICATE_VERDICTS,
              HOURS,
              List.of(CERTIFICATE),
              // A revocation that one replica announces counts for the others.
              List.of(CERTIFICATE, INGRESS, DELIVERY, API, CONSOLE)),
          yearly(
              CERTIFICATE_CHAINS,
              Partitioning.SPREAD,
              List.of(CERTIFICATE),
              List.of(CERTIFICATE, API, CONSOLE)),
          // A week of refusals, and the day for which one record of a chain stands. Not compacted:
          // strangers make its keys.
          spread(
              CERTIFICATE_PRESENTED,
              WEEK.plus(DAY),
              List.of(INGRESS),
              List.of(CERTIFICATE, API, CONSOLE)),
          // No other record shows which anchors were trusted when, and these are few: each is
          // flushed.
          compacted(CERTIFICATE_ANCHORS, List.of(CERTIFICATE), List.of(CERTIFICATE, API, CONSOLE)),
          // Its history shows which certificates are deprecated, and since when.
          new TopicDeclaration(
              CERTIFICATE_OWN,
              Partitioning.ONE,
              Cleanup.DELETE,
              AUDIT,
              false,
              List.of(INGRESS, DELIVERY),
              List.of(CERTIFICATE, CONSOLE)),
          yearly(
              CERTIFICATE_HANDSHAKES,
              Partitioning.SPREAD,
              List.of(INGRESS),
              List.of(CERTIFICATE, API, CONSOLE)),
          yearly(
              CERTIFICATE_HOSTS,
              Partitioning.SPREAD,
              List.of(DELIVERY),
              List.of(CERTIFICATE, CONSOLE)),
          yearly(
              CERTIFICATE_EXPIRIES,
              Partitioning.ONE,
              List.of(CERTIFICATE),
              List.of(CERTIFICATE, API, CONSOLE)),
          yearly(
              CERTIFICATE_STAPLES,
              Partitioning.ONE,
              List.of(CERTIFICATE),
              List.of(CERTIFICATE, INGRESS, CONSOLE)),
          spread(MTA_STS_REQUESTS, HOUR, List.of(DELIVERY), List.of(CERTIFICATE)),
          yearly(
              MTA_STS_POLICIES,
              Partitioning.SPREAD,
              List.of(CERTIFICATE),
              List.of(CERTIFICATE, DELIVERY, API, CONSOLE)),
          // Best effort: a flush would stand in the way of mail.
          spread(
              TLS_SESSIONS,
              REPORTED,
              List.of(DELIVERY, TLS_REPORTER),
              List.of(TLS_REPORTER, CONSOLE)),
          yearly(TLS_REPORTS, Partitioning.SPREAD, List.of(DELIVERY), List.of(API, CONSOLE)),
          spread(RECIPIENT_QUESTIONS, HOUR, List.of(INGRESS), List.of(DELIVERY)),
          // Strangers make them: a replica of ingress that starts reads all that are kept.
          spread(RECIPIENT_ANSWERS, HOURS, List.of(DELIVERY), List.of(INGRESS, CONSOLE)),
          // Each replica of the API shows every probe, whichever asked.
          spread(PROBE_REQUESTS, HOUR, List.of(API), List.of(DELIVERY, API)),
          spread(PROBE_RESULTS, HOUR, List.of(DELIVERY), List.of(API, CONSOLE)),
          // As probes: each replica of the API shows every comparison, whichever compares.
          spread(COMPARISON_RESULTS, HOUR, List.of(API), List.of(API)),
          yearly(CONNECTOR_VALIDATIONS, Partitioning.ONE, List.of(DELIVERY), List.of(API, CONSOLE)),
          compacted(CONTRACT_LEVEL, List.of(API), EACH_SERVICE),
          new TopicDeclaration(
              CONTRACT_REPLICAS,
              Partitioning.ONE,
              Cleanup.DELETE,
              HOUR,
              false,
              EACH_SERVICE,
              EACH_SERVICE));

  /**
   * Topics that must not lose a record, and that a release adds to a log which has mail: each
   * service makes them there, and another topic shows where one was lost ({@link
   * #CONTRACT_REPLICAS}).
   */
  public static final Set<String> MADE_BESIDE_MAIL = Set.of(CONTRACT_LEVEL, MAIL_CONTENT_KEYS);

  private Topics() {}

  private static TopicDeclaration mail(
      String name, Duration retention, List<String> writers, List<String> readers) {
    return new TopicDeclaration(
        name, Partitioning.MAIL, Cleanup.DELETE, retention, true, writers, readers);
  }

  private static TopicDeclaration one(
      String name, Duration retention, List<String> writers, List<String> readers) {
    return new TopicDeclaration(
        name, Partitioning.ONE, Cleanup.DELETE, retention, true, writers, readers);
  }

  // Streams compares the times of its own records: they are the writer's (docs/design/the-log.md,
  // "Producers and readers").
  private static TopicDeclaration changelog(String name) {
    return new TopicDeclaration(
        name,
        Partitioning.MAIL,
        Cleanup.CHANGELOG,
        Duration.ZERO,
        true,
        List.of(SCHEDULER),
        List.of(SCHEDULER, CONSOLE));
  }

  /** The last record of each key, for ever. */
  private static TopicDeclaration compacted(
      String name, List<String> writers, List<String> readers) {
    return new TopicDeclaration(
        name, Partitioning.ONE, Cleanup.COMPACT, HOUR, true, writers, readers);
  }

  /** The last record of each key, as long as the audit's. */
  private static TopicDeclaration yearly(
      String name, Partitioning partitioning, List<String> writers, List<String> readers) {
    return new TopicDeclaration(
        name, partitioning, Cleanup.COMPACT_AND_DELETE, AUDIT, false, writers, readers);
  }

  private static TopicDeclaration spread(
      String name, Duration retention, List<String> writers, List<String> readers) {
    return new TopicDeclaration(
        name, Partitioning.SPREAD, Cleanup.DELETE, retention, false, writers, readers);
  }
}
