package io.postern.certificate.published;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.UnusableCertificateException;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.OwnCertificate;
import io.postern.contracts.v1.OwnCertificateState;
import io.postern.contracts.v1.OwnTls;
import io.postern.contracts.v1.TlsCapabilities;
import io.postern.log.OwnTlsAnnouncer;
import io.postern.log.TopicFollower;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What the replicas have told of their certificates (certificate.own), as it is now and was before.
 * A replica that was silent for 13 h presents nothing. Any thread reads; the follower's writes. At
 * most {@value #MOST} certificates and as many replicas, the ones heard of last.
 */
public final class OwnTlsHistory implements TopicFollower.View {
  static final int MOST = 1000;
  private static final Logger LOG = Logger.getLogger(OwnTlsHistory.class);

  /** A certificate in one use. */
  record Key(CertificateRole role, String name, ByteString leaf) {}

  private static final class Presented {
    private final List<ParsedCertificate> chain;
    private final long since;
    private long last;

    Presented(List<ParsedCertificate> chain, long since) {
      this.chain = chain;
      this.since = since;
    }
  }

  private final Map<String, OwnTls> newest = bounded();
  private final Map<Key, Presented> presented = bounded();
  private boolean complete;

  private static <K, V> Map<K, V> bounded() {
    return new LinkedHashMap<>(16, 0.75f, true) {
      private static final long serialVersionUID = 1;

      @Override
      protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > MOST;
      }
    };
  }

  @Override
  public synchronized void begin() {
    newest.clear();
    presented.clear();
    complete = false;
  }

  @Override
  public synchronized void complete() {
    complete = true;
  }

  @Override
  public synchronized void take(ConsumerRecord<String, byte @Nullable []> record) {
    if (record.value() == null) {
      return;
    }
    try {
      OwnTls own = OwnTls.parseFrom(record.value());
      String replica = own.getService() + "/" + own.getReplica();
      OwnTls before = newest.put(replica, own);
      if (before != null) {
        // It presented those until now, unless it was away for longer.
        long until =
            Math.min(own.getAtMillis(), before.getAtMillis() + OwnTlsAnnouncer.SILENT.toMillis());
        before.getCertificatesList().forEach(was -> seen(was, until));
      }
      own.getCertificatesList().forEach(is -> seen(is, own.getAtMillis()));
    } catch (InvalidProtocolBufferException e) {
      LOG.warnf("the record of our certificates at offset %d cannot be read", record.offset());
    }
  }

  private void seen(OwnCertificate own, long atMillis) {
    if (own.getState() != OwnCertificateState.PRESENTED) {
      return;
    }
    List<ParsedCertificate> chain = chain(own);
    if (!chain.isEmpty()) {
      Presented known = presented.computeIfAbsent(key(own), _ -> new Presented(chain, atMillis));
      known.last = Math.max(known.last, atMillis);
    }
  }

  private static Key key(OwnCertificate own) {
    ByteString leaf = own.getChainCount() == 0 ? ByteString.EMPTY : own.getChain(0);
    return new Key(own.getRole(), own.getName(), leaf);
  }

  private static List<ParsedCertificate> chain(OwnCertificate own) {
    List<ParsedCertificate> chain = new ArrayList<>();
    for (ByteString der : own.getChainList()) {
      try {
        chain.add(ParsedCertificate.parse(der.toByteArray()));
      } catch (UnusableCertificateException e) {
        LOG.warnf("one of our own certificates is not usable: %s", e.getMessage());
        return List.of();
      }
    }
    return chain;
  }

  /** All that is known; empty while the history has not been read to its end. */
  public synchronized Optional<List<PublishedCertificate>> certificates(Instant now) {
    if (!complete) {
      return Optional.empty();
    }
    Map<Key, PublishedCertificate> all = new LinkedHashMap<>();
    for (OwnTls own : alive(now)) {
      for (OwnCertificate is : own.getCertificatesList()) {
        Presented known =
            is.getState() == OwnCertificateState.PRESENTED ? presented.get(key(is)) : null;
        if (known != null) {
          all.put(
              key(is),
              Publication.of(
                  PublishedCertificate.State.CURRENT, key(is), known.chain, known.since, 0));
        }
      }
    }
    for (OwnTls own : alive(now)) {
      for (OwnCertificate is : own.getCertificatesList()) {
        List<ParsedCertificate> chain =
            is.getState() == OwnCertificateState.COMING ? chain(is) : List.of();
        if (!chain.isEmpty()) {
          all.putIfAbsent(
              key(is), Publication.of(PublishedCertificate.State.COMING, key(is), chain, 0, 0));
        }
      }
    }
    presented.forEach(
        (key, known) ->
            all.putIfAbsent(
                key,
                Publication.of(
                    PublishedCertificate.State.DEPRECATED,
                    key,
                    known.chain,
                    known.since,
                    known.last)));
    return Optional.of(Publication.sorted(all.values()));
  }

  /** What the engines of the replicas that live can do, without repetitions. */
  public synchronized List<PublishedCapabilities> capabilities(Instant now) {
    return alive(now).stream()
        .flatMap(own -> own.getCapabilitiesList().stream())
        .distinct()
        .sorted(Comparator.comparing(TlsCapabilities::getRoleValue).reversed())
        .map(PublishedCapabilities::of)
        .toList();
  }

  private Collection<OwnTls> alive(Instant now) {
    long earliest = now.minus(OwnTlsAnnouncer.SILENT).toEpochMilli();
    Map<String, OwnTls> alive = new HashMap<>(newest);
    alive.values().removeIf(own -> own.getAtMillis() < earliest);
    return alive.values();
  }
}
