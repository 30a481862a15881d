package io.postern.stack.load;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What one run has shown. Rates are messages a second, times milliseconds, CPU milliseconds a
 * message that was accepted.
 *
 * @param delivered from the first message's begin to the last one's arrival; 0: not asked
 * @param afterAccept from the relay's reply to the arrival
 * @param endToEnd from a message's begin to its arrival
 * @param missing accepted, but not arrived
 * @param damaged arrived with another body
 * @param plain arrived without TLS
 * @param relayCpu 0: not asked
 * @param others cores that other processes of this machine used meanwhile
 */
record Measurement(
    LoadOptions options,
    LoadResult load,
    double accepted,
    double delivered,
    Samples afterAccept,
    Samples endToEnd,
    int missing,
    int twice,
    int damaged,
    int plain,
    double relayCpu,
    double loadCpu,
    double sinkCpu,
    double others) {

  static Measurement of(
      LoadOptions options,
      LoadResult load,
      @Nullable Arrivals arrivals,
      double relayCpu,
      double sinkCpu,
      double others) {
    Samples afterAccept = new Samples();
    Samples endToEnd = new Samples();
    long first = Long.MAX_VALUE;
    long last = 0;
    int missing = 0;
    for (int i = 0; arrivals != null && i < load.begun().length(); i++) {
      long accepted = load.acceptedAt().get(i);
      long arrived = arrivals.times().get(i);
      first = Math.min(first, load.begun().get(i));
      if (accepted != 0 && arrived == 0) {
        missing++;
      } else if (accepted != 0) {
        endToEnd.add(arrived - load.begun().get(i));
        afterAccept.add(Math.max(0, arrived - accepted));
        last = Math.max(last, arrived);
      }
    }
    double each = 1000.0 / Math.max(1, load.accepted());
    return new Measurement(
        options,
        load,
        rate(load.accepted(), load.seconds()),
        rate(load.accepted() - missing, (last - first) / 1e6),
        afterAccept,
        endToEnd,
        missing,
        arrivals == null ? 0 : arrivals.count().twice(),
        arrivals == null ? 0 : arrivals.count().damaged(),
        arrivals == null ? 0 : arrivals.count().plain(),
        relayCpu * each,
        load.cpu() * each,
        sinkCpu * each,
        others);
  }

  private static double rate(int messages, double seconds) {
    return seconds > 0 ? messages / seconds : 0;
  }

  /** Whether the relay has accepted all, and delivered all of it once and whole. */
  boolean good() {
    return load.failed() == 0 && missing == 0 && twice == 0 && damaged == 0;
  }

  private String kind() {
    int octets = options.octets();
    String size = octets >= 1 << 20 ? (octets >> 20) + " MB" : (octets >> 10) + " KB";
    return "%s, %s a session, %d connections"
        .formatted(
            size,
            options.perSession() == 0 ? "all" : Integer.toString(options.perSession()),
            options.connections());
  }

  String line() {
    StringBuilder line = new StringBuilder();
    line.append(
        say(
            "%s: %d accepted, %.0f a second, accept p50 %.1f p99 %.1f ms",
            kind(),
            load.accepted(),
            accepted,
            load.acceptLatency().percentile(0.5),
            load.acceptLatency().percentile(0.99)));
    if (delivered > 0 || missing > 0) {
      line.append(
          say(
              "; delivered %.0f a second, after accept p50 %.1f p99 %.1f ms, end to end p50 %.1f p99 %.1f ms;"
                  + " missing %d, twice %d, damaged %d, without TLS %d",
              delivered,
              afterAccept.percentile(0.5),
              afterAccept.percentile(0.99),
              endToEnd.percentile(0.5),
              endToEnd.percentile(0.99),
              missing,
              twice,
              damaged,
              plain));
    }
    line.append("; CPU a message:");
    if (relayCpu > 0) {
      line.append(say(" relay %.2f,", relayCpu));
    }
    line.append(say(" load %.3f", loadCpu));
    if (sinkCpu > 0) {
      line.append(say(", sink %.3f", sinkCpu));
    }
    line.append(" ms");
    if (relayCpu > 0) {
      line.append(say("; others %.2f cores", others));
    }
    if (load.failed() > 0) {
      line.append("; failed ").append(load.failures());
    }
    return line.toString();
  }

  /** Medians of the runs of each kind. */
  static String table(List<List<Measurement>> kinds) {
    StringBuilder table =
        new StringBuilder(
            """
            | | accepted, a second | delivered, a second | relay's CPU, ms | accept p50, ms | accept p99, ms | end to end p50, ms | p99, ms | load's and sink's CPU, ms | others, cores |
            |---|---|---|---|---|---|---|---|---|---|
            """);
    for (List<Measurement> runs : kinds) {
      table.append(
          say(
              "| %s | %.0f | %.0f | %.2f | %.1f | %.1f | %.1f | %.1f | %.3f | %.2f |%n",
              runs.getFirst().kind(),
              median(runs, Measurement::accepted),
              median(runs, Measurement::delivered),
              median(runs, Measurement::relayCpu),
              median(runs, run -> run.load().acceptLatency().percentile(0.5)),
              median(runs, run -> run.load().acceptLatency().percentile(0.99)),
              median(runs, run -> run.endToEnd().percentile(0.5)),
              median(runs, run -> run.endToEnd().percentile(0.99)),
              median(runs, run -> run.loadCpu() + run.sinkCpu()),
              median(runs, Measurement::others)));
    }
    return table.toString();
  }

  private static double median(List<Measurement> runs, ToDoubleFunction<Measurement> of) {
    double[] sorted = runs.stream().mapToDouble(of).sorted().toArray();
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }

  private static String say(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
