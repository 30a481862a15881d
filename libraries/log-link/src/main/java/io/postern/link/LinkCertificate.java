package io.postern.link;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;
import org.jspecify.annotations.Nullable;

/**
 * The key and certificate that this process presents on its links to the log, and the authority
 * that it trusts there, as their PEM files have them. One object for the same files, for as long as
 * the process lives; any thread.
 *
 * <p>The files are looked at every 10 s. New content is taken up when it can be read, the key is
 * the certificate's, and the chain leads to the authority now where the former one did: files of
 * which one is new and the other is not yet are not taken. Else the former content stays in use,
 * for new clients of the process too, and a line in the log says why, once a day again. From 45
 * days before the end of the certificate or of the authority a line says so once a day.
 *
 * <p>Bounds: 256 KiB a file. The files are the administrator's: no stranger can fill them.
 */
public final class LinkCertificate {
  // Java's own: the broker, of this image or an administrator's, has this jar and no logger of
  // ours.
  private static final System.Logger LOG = System.getLogger(LinkCertificate.class.getName());

  /**
   * For tests, which need not wait: seconds between two looks, 1 to 10. No setting of a service.
   */
  private static final int LOOK_SECONDS =
      Math.clamp(Integer.getInteger("postern.link.look-seconds", 10), 1, 10);

  private static final Duration WARN_BEFORE_END = Duration.ofDays(45);
  private static final Duration WARN_AGAIN = Duration.ofDays(1);
  private static final ConcurrentMap<LinkFiles, LinkCertificate> ALL = new ConcurrentHashMap<>();

  private static final class Timer {
    private static final ScheduledExecutorService LOOKS =
        Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().daemon().name("log-link-certificates").unstarted(task));
  }

  private final LinkFiles files;
  // Weak: Kafka does not close each one that it made.
  private final Set<RenewableSslEngineFactory> users =
      Collections.newSetFromMap(new WeakHashMap<>());
  private Map<String, ?> settings = Map.of(); // of the first user
  private @Nullable LinkContent content;
  private LinkContent.Facts facts = new LinkContent.Facts("", Instant.MAX, Instant.MAX, false);
  private String problem = "";
  private Instant quietUntil = Instant.MIN;

  LinkCertificate(LinkFiles files) {
    this.files = files;
  }

  /** Of these files; it is looked after from now on. */
  static LinkCertificate of(LinkFiles files) {
    return ALL.computeIfAbsent(files, LinkCertificate::watched);
  }

  private static LinkCertificate watched(LinkFiles files) {
    LinkCertificate certificate = new LinkCertificate(files);
    var unused =
        Timer.LOOKS.scheduleWithFixedDelay(
            () -> certificate.look(Instant.now()), LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
    return certificate;
  }

  /** All that this process has used; none where its links are plaintext. */
  public static List<LinkCertificate> all() {
    return ALL.values().stream().filter(LinkCertificate::used).toList();
  }

  /**
   * The subject of the certificate that clients with these settings present: their name at a broker
   * without {@code ssl.principal.mapping.rules}. None before the first of them has begun, and where
   * the settings name no PEM files.
   */
  public static Optional<String> subject(Map<String, ?> settings) {
    return LinkFiles.in(settings)
        .flatMap(files -> Optional.ofNullable(ALL.get(files)))
        .filter(LinkCertificate::used)
        .map(LinkCertificate::subject);
  }

  private synchronized String subject() {
    return facts.subject();
  }

  private synchronized boolean used() {
    return content != null;
  }

  /** When the first certificate of the chain in use ends. */
  public synchronized Instant end() {
    return facts.end();
  }

  /** When the last authority that is trusted ends. */
  public synchronized Instant authorityEnd() {
    return facts.authorityEnd();
  }

  /** The content of the files is in use. */
  public synchronized boolean usable() {
    return problem.isEmpty();
  }

  /**
   * Gives the user its engines, now and whenever the files have changed.
   *
   * @throws KafkaException where no good content has been there yet
   */
  synchronized void join(RenewableSslEngineFactory user) {
    LinkContent now = content == null ? first(user) : content;
    user.use(user.engines(now));
    users.add(user);
  }

  synchronized void leave(RenewableSslEngineFactory user) {
    users.remove(user);
  }

  // One that has ended is taken too: its successor may come while the process runs.
  private LinkContent first(RenewableSslEngineFactory user) {
    try {
      LinkContent found = files.read();
      facts = found.facts(user.settings(), Instant.now());
      content = found;
      settings = user.settings();
      return found;
    } catch (IOException | GeneralSecurityException | RuntimeException unusable) {
      throw new KafkaException(
          "the key for Kafka in %s with its authority in %s is not usable: %s"
              .formatted(files.own(), files.authority(), why(unusable)),
          unusable);
    }
  }

  /** Takes up a good change of the files, and warns; the timer calls it. */
  synchronized void look(Instant now) {
    if (content == null) {
      return; // no user could begin with the files
    }
    try {
      LinkContent found = files.read();
      if (!found.equals(content)) {
        take(found, now);
      }
      problem = "";
    } catch (IOException | GeneralSecurityException | RuntimeException unusable) {
      refused(why(unusable), now);
    }
    if (!now.isBefore(quietUntil)) {
      warn(now);
    }
  }

  private void take(LinkContent found, Instant now) throws GeneralSecurityException {
    LinkContent.Facts next = found.facts(settings, now);
    if (facts.trusted() && !next.trusted()) {
      throw new CertificateException(
          "the certificate is not issued by an authority in "
              + files.authority()
              + ", or is not valid now");
    }
    Map<RenewableSslEngineFactory, DefaultSslEngineFactory> engines = new HashMap<>();
    users.forEach(user -> engines.put(user, user.engines(found)));
    engines.forEach(RenewableSslEngineFactory::use);
    content = found;
    facts = next;
    quietUntil = Instant.MIN;
    LOG.log(
        Level.INFO,
        "The new certificate of the connections to Kafka in {0} is in use, until {1}",
        files.own(),
        next.end());
  }

  // Kafka's own exceptions say little; their causes say more. None of them has a key in it.
  private static String why(Throwable unusable) {
    Throwable root = unusable;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    return root == unusable ? root.toString() : unusable + " (" + root + ")";
  }

  private void refused(String why, Instant now) {
    if (!why.equals(problem)) {
      problem = why;
      quietUntil = now;
    }
  }

  private void warn(Instant now) {
    quietUntil = now.plus(WARN_AGAIN);
    if (!problem.isEmpty()) {
      LOG.log(
          Level.WARNING,
          "The content of {0} and {1} is not usable, the former certificate stays in use until {2}: {3}",
          files.own(),
          files.authority(),
          facts.end(),
          problem);
    }
    warnOfEnd("certificate", files.chain(), facts.end(), now);
    warnOfEnd("authority", files.authority(), facts.authorityEnd(), now);
  }

  private static void warnOfEnd(String subject, Path file, Instant end, Instant now) {
    if (!now.isBefore(end.minus(WARN_BEFORE_END))) {
      LOG.log(
          Level.WARNING,
          "The {0} of the connections to Kafka in {1} {2} at {3}: without a new one, this process "
              + "loses Kafka",
          subject,
          file,
          now.isBefore(end)
              ? "expires in " + Duration.between(now, end).toDays() + " days,"
              : "ended",
          end);
    }
  }
}
