package io.postern.certificate.dns;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.postern.certificate.dns.DnsRow.State;
import io.postern.certificate.log.DirectoryInForce;
import io.postern.certificate.published.OwnTlsReader;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.log.directory.DirectoryReader;
import io.postern.service.Every;
import io.postern.service.TopicsVerified;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The watch over the records of our own domains: it looks at each MX host and accepted domain every
 * hour, and within ten seconds after ingress presents or announces other certificates. Only where
 * {@code postern.own.mx-hosts} is set. Each replica looks, and has the metric {@code
 * postern.certificate.own.records} and the log line of its own.
 *
 * <p><b>Bounds.</b> {@value #MOST} domains, ten minutes a look; a domain that was not reached keeps
 * its former rows. No stranger's domain is asked for.
 *
 * <p><b>Threads.</b> One of its own; any thread asks for the last look.
 */
@ApplicationScoped
public class OwnRecordsWatch {
  private static final int MOST = 1000;
  private static final Duration EVERY = Duration.ofHours(1);
  private static final Duration LONGEST = Duration.ofMinutes(10);
  private static final Duration POLL = Duration.ofSeconds(10);
  private static final Logger LOG = Logger.getLogger(OwnRecordsWatch.class);

  /**
   * @param at null: there was no look yet, or there is none at all
   * @param findings rows with something to do, each once
   */
  public record Look(@Nullable Instant at, List<DnsRow> findings) {
    public Look {
      findings = List.copyOf(findings);
    }

    /** By which senders refuse our hosts now. */
    public long refused() {
      return findings.stream().filter(row -> row.state() == State.REFUSED).count();
    }
  }

  private final OwnMail own;
  private final OwnDns dns;
  private final OwnTlsReader certificates;
  private final DirectoryReader<DirectoryInForce> directory;
  private final InstantSource clock;
  private final MultiGauge gauge;
  private final Map<String, List<DnsRow>> rows = new LinkedHashMap<>(); // of the thread alone
  private final Every every =
      new Every(
          OwnRecordsWatch.class,
          "own-records",
          "the DNS records could not be checked; will be retried");
  private Set<String> known = Set.of();
  private volatile Look last = new Look(null, List.of());

  OwnRecordsWatch(
      OwnMail own,
      OwnDns dns,
      OwnTlsReader certificates,
      DirectoryReader<DirectoryInForce> directory,
      InstantSource clock,
      MeterRegistry meters) {
    this.own = own;
    this.dns = dns;
    this.certificates = certificates;
    this.directory = directory;
    this.clock = clock;
    this.gauge = MultiGauge.builder("postern.certificate.own.records").register(meters);
  }

  void start(@Observes TopicsVerified ready) {
    if (!own.mxHosts().isEmpty()) {
      every.repeatNow(POLL, this::lookWhereDue);
    }
  }

  void stop(@Observes ShutdownEvent event) {
    every.close();
  }

  public Look last() {
    return last;
  }

  private void lookWhereDue() throws InterruptedException {
    Instant now = clock.instant();
    Set<String> keys = keys(now);
    Instant before = last.at();
    if (before == null || !keys.equals(known) || !now.isBefore(before.plus(EVERY))) {
      look(now);
      known = keys;
    }
  }

  private Set<String> keys(Instant now) {
    return certificates.history().certificates(now).map(IngressKey::of).orElse(List.of()).stream()
        .map(key -> key.coming() + " " + key.sha256())
        .collect(Collectors.toSet());
  }

  private void look(Instant begin) throws InterruptedException {
    List<String> names = names();
    rows.keySet().retainAll(new HashSet<>(names));
    Instant end = begin.plus(LONGEST);
    for (String name : names) {
      if (clock.instant().isAfter(end)) {
        LOG.warnf("DNS is so slow that %s and later domains were not checked", name);
        break;
      }
      try {
        rows.put(name, dns.of(name).rows());
      } catch (OwnDnsException e) {
        // A domain that was removed meanwhile must not stop the look at the others.
        rows.remove(name);
        LOG.debugf("%s: %s", name, e.getMessage());
      }
    }
    Map<String, DnsRow> each = new LinkedHashMap<>();
    rows.values().forEach(of -> of.forEach(row -> each.put(row.type() + " " + row.name(), row)));
    count(each.values().stream().toList());
    Look look =
        new Look(begin, each.values().stream().filter(row -> row.state().isFinding()).toList());
    tell(last, look);
    last = look;
  }

  /** Our MX hosts first. */
  private List<String> names() {
    List<String> names = new ArrayList<>(own.mxHosts());
    directory.current().map(read -> read.rules().objects()).orElse(List.of()).stream()
        .filter(DirectoryObject::hasAcceptedDomain)
        .map(object -> object.getAcceptedDomain().getDomain())
        .filter(domain -> !own.mxHosts().contains(domain))
        .limit(MOST)
        .forEach(names::add);
    return names;
  }

  private void count(List<DnsRow> all) {
    List<MultiGauge.Row<?>> counts = new ArrayList<>();
    for (State state : State.values()) {
      long count = all.stream().filter(row -> row.state() == state).count();
      counts.add(MultiGauge.Row.of(Tags.of("state", state.toString()), count));
    }
    gauge.register(counts, true);
  }

  private static void tell(Look before, Look now) {
    for (DnsRow row : now.findings()) {
      if (row.state() == State.REFUSED && !isRefused(before, row)) {
        LOG.errorf(
            "senders refuse the MX hosts because of %s of %s: %s",
            row.type(), row.name(), row.note());
      }
    }
    for (DnsRow row : before.findings()) {
      if (row.state() == State.REFUSED && !isRefused(now, row)) {
        LOG.infof(
            "senders no longer refuse the MX hosts because of %s of %s", row.type(), row.name());
      }
    }
  }

  private static boolean isRefused(Look look, DnsRow row) {
    return look.findings().stream()
        .anyMatch(
            other ->
                other.state() == State.REFUSED
                    && other.name().equals(row.name())
                    && other.type().equals(row.type()));
  }
}
