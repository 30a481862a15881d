package io.postern.certificate.staples;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.anchors.DefaultAnchors;
import io.postern.certificate.fetch.FetchException;
import io.postern.certificate.published.OwnTlsReader;
import io.postern.certificate.published.PublishedCertificate;
import io.postern.certificate.topics.FollowedTopics;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.OcspStaple;
import io.postern.log.certificates.OcspStaples;
import io.postern.service.Every;
import io.postern.service.TopicsVerified;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The upkeep of answers about the server certificates that ingress presents and whose issuer has a
 * responder: it looks every ten seconds for those that are due ({@link StapleTimes}), asks and
 * publishes them to {@code certificate.staples}. It publishes none that is not good: ingress
 * staples the last one until shortly before its end, then none.
 *
 * <p><b>Bounds.</b> {@value #MOST} certificates, all ours; one fetch at a time. No stranger adds to
 * them. <b>Threads.</b> One of its own.
 */
@ApplicationScoped
public class StapleUpkeep implements FollowedTopics.User {
  private static final int MOST = 100;
  private static final Duration POLL = Duration.ofSeconds(10);
  private static final Logger LOG = Logger.getLogger(StapleUpkeep.class);

  /** A certificate of ours, and the certificate that signed it. */
  private record Own(ParsedCertificate leaf, ParsedCertificate issuer) {}

  private final OwnTlsReader own;
  private final DefaultAnchors anchors;
  private final StapleFetch responders;
  private final StaplePublisher publisher;
  private final InstantSource clock;
  private final MultiGauge gauge;
  private final OcspStaples staples = new OcspStaples();
  private final StapleTimes times = new StapleTimes(RandomGenerator.getDefault());
  private final Every every =
      new Every(
          StapleUpkeep.class,
          "staples",
          "OCSP responses for the installation's certificates could not be checked; will be "
              + "retried");

  StapleUpkeep(
      OwnTlsReader own,
      DefaultAnchors anchors,
      StapleFetch responders,
      StaplePublisher publisher,
      InstantSource clock,
      MeterRegistry meters) {
    this.own = own;
    this.anchors = anchors;
    this.responders = responders;
    this.publisher = publisher;
    this.clock = clock;
    this.gauge = MultiGauge.builder("postern.certificate.staples").register(meters);
  }

  @Override
  public void follow(FollowedTopics topics) {
    topics.state().follow(Topics.CERTIFICATE_STAPLES, staples);
  }

  void start(@Observes TopicsVerified ready) {
    every.repeatNow(POLL, this::look);
  }

  void stop(@Observes ShutdownEvent event) {
    every.close();
  }

  private void look() throws InterruptedException {
    Map<String, Own> ours = ours(clock.instant());
    times.retain(ours.keySet());
    for (Map.Entry<String, Own> each : ours.entrySet()) {
      renewWhereDue(each.getKey(), each.getValue());
    }
    count(ours.values());
  }

  /** By fingerprint of the leaf; only those for which a responder answers. */
  private Map<String, Own> ours(Instant now) {
    Map<String, Own> ours = new LinkedHashMap<>();
    for (PublishedCertificate each : own.history().certificates(now).orElse(List.of())) {
      if (each.state() == PublishedCertificate.State.CURRENT
          && each.use().equals("server")
          && ours.size() < MOST) {
        ParsedCertificate leaf = each.chain().getFirst();
        ParsedCertificate issuer = issuer(each.chain());
        if (issuer != null && !StapleFetch.responders(leaf).isEmpty()) {
          ours.put(Fingerprints.hex(leaf.fingerprint()), new Own(leaf, issuer));
        }
      }
    }
    return ours;
  }

  /** The one presented behind it, else a root that has signed it. */
  private @Nullable ParsedCertificate issuer(List<ParsedCertificate> chain) {
    ParsedCertificate leaf = chain.getFirst();
    return chain.size() > 1
        ? chain.get(1)
        : anchors.current().named(leaf.x509().getIssuerX500Principal()).stream()
            .filter(root -> isBy(leaf, root))
            .findFirst()
            .orElse(null);
  }

  private static boolean isBy(ParsedCertificate certificate, ParsedCertificate issuer) {
    try {
      certificate.x509().verify(issuer.x509().getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false; // another root of the same name
    }
  }

  private void renewWhereDue(String leaf, Own certificate) throws InterruptedException {
    Instant now = clock.instant();
    Optional<OcspStaple> newest = staples.newest(certificate.leaf().fingerprint());
    if (!times.due(leaf, newest, now)) {
      return;
    }
    try {
      publisher.publish(responders.fetch(certificate.leaf(), certificate.issuer()));
      times.fetched(leaf, now);
    } catch (FetchException e) {
      if (times.failed(leaf, now) == 1) {
        LOG.warnf(
            "no OCSP response to staple for certificate %s, will be retried: %s",
            certificate.leaf().x509().getSubjectX500Principal().getName(), e.getMessage());
      }
    }
  }

  private void count(Iterable<Own> ours) {
    Instant now = clock.instant();
    int current = 0;
    int missing = 0;
    for (Own each : ours) {
      if (staples.current(each.leaf().fingerprint(), now).isPresent()) {
        current++;
      } else {
        missing++;
      }
    }
    List<MultiGauge.Row<?>> rows = new ArrayList<>();
    rows.add(MultiGauge.Row.of(Tags.of("state", "current"), current));
    rows.add(MultiGauge.Row.of(Tags.of("state", "missing"), missing));
    gauge.register(rows, true);
  }
}
