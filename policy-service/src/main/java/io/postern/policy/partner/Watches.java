package io.postern.policy.partner;

import io.postern.api.Problem;
import io.postern.api.ProblemException;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.MessageRefused;
import io.postern.log.LogSettings;
import io.postern.policy.Replica;
import io.postern.policy.directory.CurrentDirectory;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The watches of this replica: {@value #MOST_OF_ORGANIZATION} of an organization and {@value #MOST}
 * in all that run; ended ones are shown for an hour. The log's sessions are read while one runs.
 * Thread-safe; a start blocks for the log, 10 s at most.
 */
@Singleton
public class Watches {
  static final int MOST_OF_ORGANIZATION = 5;
  static final int MOST = 50;
  private static final int MOST_KEPT = 200;
  private static final Duration KEPT = Duration.ofHours(1);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final LogSettings settings;
  private final CurrentDirectory directory;
  private final Replica replica;
  private final Map<String, Watch> watches = new HashMap<>(); // guarded by this
  private @Nullable SessionTail tail; // the same

  Watches(LogSettings settings, CurrentDirectory directory, Replica replica) {
    this.settings = settings;
    this.directory = directory;
    this.replica = replica;
  }

  /**
   * Sessions that end from now on are shown.
   *
   * @throws ProblemException 429: too many run; 503: the log is away
   */
  Watch start(String organization, ClaimedPartner partner) {
    Watch watch = new Watch(replica.newId(), organization, partner, Instant.now(), directory::get);
    SessionTail reading;
    synchronized (this) {
      forget();
      List<Watch> running = running();
      long own = running.stream().filter(each -> each.organization().equals(organization)).count();
      if (own >= MOST_OF_ORGANIZATION || running.size() >= MOST || watches.size() >= MOST_KEPT) {
        throw new ProblemException(
            Problem.of(
                429,
                "Too many watches",
                MOST_OF_ORGANIZATION + " watches may run at a time: end one first."));
      }
      watches.put(watch.id(), watch);
      if (tail == null) {
        tail = new SessionTail(settings, new Sessions());
      }
      reading = tail;
    }
    try {
      if (reading.awaitBegun(PATIENCE)) {
        return watch;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    watch.end();
    throw new ProblemException(
        Problem.of(503, "Kafka is unavailable", "Kafka could not be read within 10 s."));
  }

  /**
   * @throws ProblemException 404: there is none here of the organization
   */
  synchronized Watch find(String organization, String id) {
    forget();
    Watch watch = watches.get(id);
    if (watch == null || !watch.organization().equals(organization)) {
      throw replica.unknown("watch", id);
    }
    return watch;
  }

  private synchronized List<Watch> running() {
    Instant now = Instant.now();
    return watches.values().stream().filter(watch -> !watch.over(now)).toList();
  }

  private void forget() {
    Instant old = Instant.now().minus(Watch.LONGEST).minus(KEPT);
    watches.values().removeIf(watch -> watch.began().isBefore(old));
    Iterator<Watch> each = new ArrayList<>(watches.values()).iterator();
    while (watches.size() >= MOST_KEPT && each.hasNext()) {
      Watch watch = each.next();
      if (watch.over(Instant.now())) {
        watches.remove(watch.id());
      }
    }
  }

  private final class Sessions implements SessionTail.Taker {
    @Override
    public void accepted(MessageAccepted accepted, long millis) {
      current().forEach(watch -> watch.accepted(accepted, millis));
    }

    @Override
    public void refused(MessageRefused refused, List<String> names, long millis) {
      current().forEach(watch -> watch.refused(refused, names, millis));
    }

    /** Those that run; with the last one the reading ends. */
    private List<Watch> current() {
      List<Watch> current = running();
      if (current.isEmpty()) {
        stop();
      }
      return current;
    }
  }

  private void stop() {
    SessionTail ending;
    synchronized (this) {
      if (!running().isEmpty()) {
        return;
      }
      ending = tail;
      tail = null;
    }
    if (ending != null) {
      // Not on its own thread, which it waits for.
      Thread.ofVirtual().name("end-watched-sessions").start(ending::close);
    }
  }

  @PreDestroy
  void close() {
    SessionTail reading;
    synchronized (this) {
      reading = tail;
      tail = null;
    }
    if (reading != null) {
      reading.close();
    }
  }
}
