package io.postern.ingress.rates;

import io.micrometer.core.instrument.MeterRegistry;
import io.postern.bounds.Levels;
import io.postern.ingress.bounds.SourceBound;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The rates of all mail transactions of this replica, each a token bucket that holds one minute's
 * number: after a minute without mail so many are allowed at once, then one each time that the
 * minute's part of it has passed. A bucket is kept as the time until it is full. So another number
 * from the directory counts for the next message, and none is emptier than a minute.
 *
 * <p>Messages of a network are counted for anybody who may send: 10,000 networks, some 2 MiB.
 * Beyond them the bucket of the one seen longest ago is full again. Who has so many networks has as
 * many minutes anyway, so it gains nothing by that, and other networks are limited later.
 * Connectors and senders are counted for servers that connectors prove: 5,000 of each, some 6 MiB.
 * An own server that invents senders can so fill the buckets of true ones; the rate of its
 * connector holds it. Thread-safe, never blocks.
 */
public final class Rates {
  private static final int MOST_LABELS = 200;
  private static final String OTHER = "other";

  private final MeterRegistry registry;
  private final Map<SourceBound, Levels<Counted>> levels = new EnumMap<>(SourceBound.class);
  private final Set<String> labels = ConcurrentHashMap.newKeySet();

  public Rates(MeterRegistry registry) {
    this(registry, System::nanoTime);
  }

  /**
   * @param nanos the clock, in a test
   */
  public Rates(MeterRegistry registry, LongSupplier nanos) {
    this.registry = registry;
    for (SourceBound bound :
        EnumSet.range(SourceBound.NETWORK_MESSAGES, SourceBound.SENDER_RECIPIENTS)) {
      levels.put(bound, new Levels<>(bound.remembered(), nanos));
    }
  }

  /** Takes one of each, or none. Null: taken; else the first that has none left. */
  @Nullable Rate take(List<Rate> rates) {
    Rate exceeded = takeAll(rates);
    if (exceeded != null) {
      refused(exceeded.of());
    }
    return exceeded;
  }

  private synchronized @Nullable Rate takeAll(List<Rate> rates) {
    for (int i = 0; i < rates.size(); i++) {
      Rate rate = rates.get(i);
      if (!levels(rate.of()).raise(rate.of(), rate.nanos(), Rate.MINUTE_NANOS)) {
        rates.subList(0, i).forEach(before -> giveBack(before.of(), before.nanos()));
        return rate;
      }
    }
    return null;
  }

  /** Gives back what was taken for mail that was not accepted. */
  synchronized void giveBack(Counted of, long nanos) {
    levels(of).change(of, -nanos);
  }

  private Levels<Counted> levels(Counted of) {
    Levels<Counted> its = levels.get(of.bound());
    if (its == null) {
      throw new IllegalStateException("each kind has levels");
    }
    return its;
  }

  private void refused(Counted of) {
    registry
        .counter(
            "postern.ingress.rates.exceeded",
            "rate",
            of.spelled(),
            "connector",
            of.connector().isEmpty() ? "none" : label(of.organization() + "/" + of.connector()))
        .increment();
  }

  /** Connectors of the directory: administrators alone fill it, and it keeps the first ones. */
  private String label(String connector) {
    if (labels.contains(connector)) {
      return connector;
    }
    synchronized (labels) {
      return labels.size() < MOST_LABELS && labels.add(connector) ? connector : OTHER;
    }
  }
}
