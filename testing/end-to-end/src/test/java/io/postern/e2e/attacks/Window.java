package io.postern.e2e.attacks;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * What fair traffic met in a window of time; mail counts in the window in which it was accepted.
 * Thread-safe.
 */
final class Window {
  private final String name;
  private final long began = System.nanoTime();
  private final Nanos accept = new Nanos();
  private final Nanos delivery = new Nanos();
  private final Nanos reads = new Nanos();
  private final Nanos changes = new Nanos();
  private final Map<String, Integer> errors = new TreeMap<>();
  private long ended;
  private long accepted;
  private long missed;
  private double others;

  /** Durations that grow in number as they come. */
  private static final class Nanos {
    private long[] values = new long[4096];
    private int count;

    void add(long nanos) {
      if (count == values.length) {
        values = Arrays.copyOf(values, 2 * count);
      }
      values[count++] = nanos;
    }

    /** In milliseconds; NaN: there is none. */
    double quantile(double share) {
      if (count == 0) {
        return Double.NaN;
      }
      long[] sorted = Arrays.copyOf(values, count);
      Arrays.sort(sorted);
      return sorted[(int) Math.min(count - 1L, (long) (share * count))] / 1e6;
    }
  }

  Window(String name) {
    this.name = name;
  }

  String name() {
    return name;
  }

  synchronized void end() {
    ended = System.nanoTime();
  }

  /**
   * @param nanos from when the mail was due, or its sender free, to the 250
   */
  synchronized void accepted(long nanos) {
    accepted++;
    accept.add(nanos);
  }

  synchronized void delivered(long nanos) {
    delivery.add(nanos);
  }

  /** A GET of the fair administrator. */
  synchronized void read(long nanos) {
    reads.add(nanos);
  }

  /** A PUT of the fair administrator. */
  synchronized void changed(long nanos) {
    changes.add(nanos);
  }

  synchronized double read(double share) {
    return reads.quantile(share);
  }

  synchronized double changed(double share) {
    return changes.quantile(share);
  }

  synchronized void error(String what) {
    errors.merge(what, 1, Integer::sum);
  }

  /** Mail that was not sent, since no sender was free in time. */
  synchronized void missed(long count) {
    missed += count;
  }

  /** Processor time that neither the installation nor this run used, in percent of one core. */
  synchronized void others(double percent) {
    others = percent;
  }

  synchronized double others() {
    return others;
  }

  synchronized double rate() {
    return accepted * 1e9 / (ended - began);
  }

  synchronized double seconds() {
    return (ended - began) / 1e9;
  }

  /** Of those accepted in the window, however late. */
  synchronized long delivered() {
    return delivery.count;
  }

  synchronized long accepted() {
    return accepted;
  }

  synchronized long missed() {
    return missed;
  }

  synchronized double accept(double share) {
    return accept.quantile(share);
  }

  synchronized double delivery(double share) {
    return delivery.quantile(share);
  }

  synchronized Map<String, Integer> errors() {
    return new TreeMap<>(errors);
  }
}
