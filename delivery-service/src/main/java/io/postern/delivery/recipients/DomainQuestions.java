package io.postern.delivery.recipients;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.v1.RecipientAnswer;
import io.postern.delivery.destination.StartRate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * The questions in line, by domain. For each domain one thread asks for all in line together, at
 * most {@value #TOGETHER} in one transaction, one transaction after the other: so a domain has one
 * connection of questions at a time in the whole group, and a host that hangs holds up the
 * questions about its own domains alone. An address is asked for once, however often it is in the
 * log meanwhile. Any thread; nobody waits but the domains' threads.
 *
 * <p>Whoever may send mail to an accepted domain can fill a line, by ingress-service's bounds for
 * one address and one domain. Bounds: {@value #MOST_OF_DOMAIN} addresses of a domain, {@value
 * #MOST} in all (at 500 bytes: 5 MiB), and the rate of a domain. A question beyond them is answered
 * "unknown" at once: others notice that recipients of that domain are not validated for the moment,
 * and wait for nothing. Domains are those of the directory.
 */
final class DomainQuestions {
  static final int TOGETHER = 50;
  static final int MOST_OF_DOMAIN = 1_000;
  static final int MOST = 10_000;
  private static final Logger LOG = Logger.getLogger(DomainQuestions.class);

  /** Asks for addresses of a domain; blocks. */
  interface Probe {
    List<RecipientAnswer> ask(String domain, List<String> addresses) throws InterruptedException;
  }

  /** Of one domain. Guarded by the owner. */
  private static final class Line {
    final Map<String, QueuedQuestion> waiting = new LinkedHashMap<>(); // by address, oldest first
    final Set<String> asking = new TreeSet<>();
    final StartRate rate = new StartRate();
    boolean working;
  }

  private final Probe probe;
  private final Consumer<RecipientAnswer> answers;
  private final Unanswered unanswered;
  private final int perMinute;
  private final LongSupplier clock;
  private final Map<String, Line> lines = new HashMap<>();
  private final Counter merged;
  private final Counter beyond;
  private int waiting;

  /** Takes a question that nobody will ask a host. */
  interface Unanswered {
    void unknown(String address, String domain, String why);
  }

  /**
   * @param perMinute addresses of one domain that are asked for in a minute, a tenth of them at
   *     once
   * @param clock nanoseconds, as {@link System#nanoTime}
   */
  DomainQuestions(
      Probe probe,
      Consumer<RecipientAnswer> answers,
      Unanswered unanswered,
      int perMinute,
      LongSupplier clock,
      MeterRegistry registry) {
    this.probe = probe;
    this.answers = answers;
    this.unanswered = unanswered;
    this.perMinute = perMinute;
    this.clock = clock;
    merged = registry.counter("postern.delivery.recipient.questions", "result", "merged");
    beyond = registry.counter("postern.delivery.recipient.questions", "result", "beyond");
  }

  void add(QueuedQuestion asked) {
    String tooMany = enter(asked);
    if (!tooMany.isEmpty()) {
      beyond.increment();
      unanswered.unknown(asked.address(), asked.domain(), tooMany);
    }
  }

  /** Empty, or why it is not asked. */
  private synchronized String enter(QueuedQuestion asked) {
    long now = clock.getAsLong();
    Line line = lines.computeIfAbsent(asked.domain(), _ -> new Line());
    if (line.waiting.containsKey(asked.address()) || line.asking.contains(asked.address())) {
      merged.increment();
      return "";
    }
    if (waiting >= MOST || line.waiting.size() >= MOST_OF_DOMAIN) {
      return "too many recipient checks are queued";
    }
    if (line.rate.untilNext(perMinute, now) > 0) {
      return "the domain's recipient checks of this minute are used up";
    }
    line.rate.begin(perMinute, now);
    line.waiting.put(asked.address(), asked);
    waiting++;
    if (!line.working) {
      line.working = true;
      Thread.ofVirtual().name("recipients-" + asked.domain()).start(() -> work(asked.domain()));
    }
    return "";
  }

  private void work(String domain) {
    try {
      for (List<String> batch = next(domain); !batch.isEmpty(); batch = next(domain)) {
        ask(domain, batch);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void ask(String domain, List<String> batch) throws InterruptedException {
    try {
      probe.ask(domain, batch).forEach(answers);
    } catch (RuntimeException | Error fault) { // or the domain's thread would end
      LOG.errorf(
          fault, "recipients of %s could not be checked because of an internal error", domain);
      batch.forEach(
          address ->
              unanswered.unknown(address, domain, "an internal error of " + "delivery-service"));
    } finally {
      done(domain, batch);
    }
  }

  /** The next ones to ask for, without those whose asker has given up; empty: the work is done. */
  private synchronized List<String> next(String domain) {
    Line line = lines.get(domain);
    List<String> batch = new ArrayList<>();
    if (line == null) {
      return batch;
    }
    long now = clock.getAsLong();
    Iterator<QueuedQuestion> each = line.waiting.values().iterator();
    while (each.hasNext() && batch.size() < TOGETHER) {
      QueuedQuestion asked = each.next();
      each.remove();
      waiting--;
      if (asked.endNanos() - now > 0) {
        batch.add(asked.address());
      }
    }
    line.asking.addAll(batch);
    if (batch.isEmpty()) {
      line.working = false;
      forget(now);
    }
    return batch;
  }

  private synchronized void done(String domain, List<String> batch) {
    Line line = lines.get(domain);
    if (line != null) {
      batch.forEach(line.asking::remove);
    }
  }

  /** Lines of which nothing is left to know. */
  private void forget(long now) {
    lines.values().removeIf(line -> !line.working && line.rate.over(now));
  }

  synchronized int waiting() {
    return waiting;
  }
}
