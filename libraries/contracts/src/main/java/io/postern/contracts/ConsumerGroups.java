package io.postern.contracts;

import java.util.List;
import java.util.Map;

/**
 * The consumer groups that keep a position, and the topics they read. A position 0 is committed for
 * each when a topic is created, so that a reader may treat a missing position as the alarm it is
 * (docs/design/the-log.md, "Home partition and content").
 */
public final class ConsumerGroups {
  public static final String DECIDER = "postern-decider";
  public static final String SCHEDULER = "postern-scheduler";
  public static final String NOTICE_WRITER = "postern-notice-writer";
  public static final String DELIVERY = "postern-delivery";

  /** Copies held content (docs/design/the-log.md, "Home partition and content"). */
  public static final String DELIVERY_KEEPER = "postern-delivery-keeper";

  public static final String DIRECTORY_OWNER = "postern-directory-owner";
  public static final String CERTIFICATE = "postern-certificate";
  public static final String TLS_REPORTER = "postern-tls-reporter";

  /** Fetches policies of MTA-STS. */
  public static final String CERTIFICATE_MTA_STS = "postern-certificate-mta-sts";

  /** Asks mailbox routes about recipients. */
  public static final String DELIVERY_RECIPIENTS = "postern-delivery-recipients";

  /** Walks next hops for administrators. */
  public static final String DELIVERY_PROBES = "postern-delivery-probes";

  /** Topics by group. */
  public static final Map<String, List<String>> TOPICS =
      Map.ofEntries(
          Map.entry(DECIDER, List.of(Topics.MAIL_ACCEPTED, Topics.MAIL_DUE)),
          Map.entry(SCHEDULER, List.of(Topics.MAIL_OUTCOMES, Topics.MAIL_CONTROLS)),
          Map.entry(NOTICE_WRITER, List.of(Topics.MAIL_NOTICES)),
          Map.entry(DELIVERY, List.of(Topics.MAIL_DELIVERIES)),
          Map.entry(DELIVERY_KEEPER, List.of(Topics.MAIL_NOTICES)),
          Map.entry(DIRECTORY_OWNER, List.of(Topics.DIRECTORY_COMMANDS)),
          Map.entry(CERTIFICATE, List.of(Topics.CERTIFICATE_REQUESTS)),
          Map.entry(TLS_REPORTER, List.of(Topics.TLS_SESSIONS)),
          Map.entry(CERTIFICATE_MTA_STS, List.of(Topics.MTA_STS_REQUESTS)),
          Map.entry(DELIVERY_RECIPIENTS, List.of(Topics.RECIPIENT_QUESTIONS)),
          Map.entry(DELIVERY_PROBES, List.of(Topics.PROBE_REQUESTS)));

  private ConsumerGroups() {}
}
