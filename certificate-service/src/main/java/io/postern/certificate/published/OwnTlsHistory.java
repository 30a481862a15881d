package io.postern.certificate.published;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.RecentlyUsed;
import io.postern.certificate.UnusableCertificateException;
import io.postern.certificate.published.PublishedCertificate.State;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.OwnCertificate;
import io.postern.contracts.v1.OwnCertificateState;
import io.postern.contracts.v1.OwnTls;
import io.postern.log.certificates.OwnTlsAnnouncer;
import io.postern.log.reading.TopicFollower;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The replicas' records of their certificates (certificate.own), now and before, by the log's
 * clock. A replica that was silent for 13 h presents nothing. Any thread reads; the follower's
 * writes. At most {@value #MOST} certificates, chains and replicas, those recorded last.
 */
public final class OwnTlsHistory implements TopicFollower.View {
  static final int MOST = 1000;
  private static final Logger LOG = Logger.getLogger(OwnTlsHistory.class);

  /** A certificate in one use. */
  record Key(CertificateRole role, String name, ParsedCertificate leaf) {}

  /** One that a replica presents or announces. */
  private record PresentedChain(
      Key key, OwnCertificateState state, OwnChain chain, long plannedMillis) {}

  /** A replica's newest record. */
  private record ReplicaRecord(long atMillis, OwnTls own, List<PresentedChain> shown) {}

  private static final class Presentation {
    private final long since;
    private long last;
    private OwnChain chain;

    Presentation(OwnChain chain, long since) {
      this.chain = chain;
      this.since = since;
    }
  }

  private final Map<ByteString, OwnChain> chains = new RecentlyUsed<>(MOST);
  private final Map<String, ReplicaRecord> newest = new RecentlyUsed<>(MOST);
  private final Map<Key, Presentation> presented = new RecentlyUsed<>(MOST);
  private boolean complete;
  private long changes;

  @Override
  public synchronized void begin() {
    chains.clear();
    newest.clear();
    presented.clear();
    complete = false;
    changes++;
  }

  @Override
  public synchronized void complete() {
    complete = true;
    changes++;
  }

  @Override
  public synchronized void take(ConsumerRecord<String, byte @Nullable []> record) {
    if (record.value() == null) {
      return;
    }
    try {
      take(OwnTls.parseFrom(record.value()), record.timestamp());
      changes++;
    } catch (InvalidProtocolBufferException e) {
      LOG.warnf(
          "the record of the installation's certificates at offset %d is unreadable",
          record.offset());
    }
  }

  private void take(OwnTls own, long atMillis) {
    String replica = own.getService() + "/" + own.getReplica();
    ReplicaRecord before = newest.get(replica);
    boolean farewell = own.getCertificatesCount() == 0;
    if (farewell && before != null && own.getStartMillis() != before.own().getStartMillis()) {
      return; // of an earlier start of the same name
    }
    if (before != null) {
      // It presented those until now, unless it was away for longer.
      long until = Math.min(atMillis, before.atMillis() + OwnTlsAnnouncer.SILENT.toMillis());
      before.shown().forEach(was -> seen(was, until));
    }
    List<PresentedChain> shown = new ArrayList<>();
    for (OwnCertificate is : own.getCertificatesList()) {
      OwnChain chain = chain(is, replica);
      if (chain != null) {
        Key key = new Key(is.getRole(), is.getName(), chain.leaf());
        shown.add(new PresentedChain(key, is.getState(), chain, is.getPlannedMillis()));
      }
    }
    shown.forEach(is -> seen(is, atMillis));
    newest.put(replica, new ReplicaRecord(atMillis, own, shown));
  }

  private @Nullable OwnChain chain(OwnCertificate own, String replica) {
    ByteString fingerprint =
        own.getChainCount() == 0
            ? own.getChainFingerprint()
            : ByteString.copyFrom(
                Fingerprints.chain(
                    own.getChainList().stream().map(ByteString::toByteArray).toList()));
    OwnChain known = chains.get(fingerprint);
    if (known != null || own.getChainCount() == 0) {
      return known;
    }
    try {
      OwnChain chain = OwnChain.of(own.getChainList());
      chains.put(fingerprint, chain);
      return chain;
    } catch (UnusableCertificateException e) {
      LOG.warnf("a certificate of %s is not usable: %s", replica, e.getMessage());
      return null;
    }
  }

  private void seen(PresentedChain shown, long atMillis) {
    if (shown.state() == OwnCertificateState.PRESENTED) {
      Presentation known =
          presented.computeIfAbsent(shown.key(), _ -> new Presentation(shown.chain(), atMillis));
      if (atMillis >= known.last) {
        known.last = atMillis;
        known.chain = shown.chain(); // an intermediate may have been added
      }
    }
  }

  /** Grows with each change of the other methods' results, time apart. */
  synchronized long changes() {
    return changes;
  }

  /** All that is known; empty while the history has not been read to its end. */
  public synchronized Optional<List<PublishedCertificate>> certificates(Instant now) {
    if (!complete) {
      return Optional.empty();
    }
    Map<Key, PublishedCertificate> all = new LinkedHashMap<>();
    for (PresentedChain is : shown(now, OwnCertificateState.PRESENTED)) {
      Presentation known = presented.get(is.key());
      if (known != null) {
        all.put(
            is.key(),
            PublishedCertificate.of(State.CURRENT, is.key(), known.chain, known.since, 0));
      }
    }
    for (PresentedChain is : shown(now, OwnCertificateState.COMING)) {
      all.putIfAbsent(
          is.key(),
          PublishedCertificate.of(State.COMING, is.key(), is.chain(), is.plannedMillis(), 0));
    }
    presented.forEach(
        (key, known) ->
            all.computeIfAbsent(
                key,
                _ ->
                    PublishedCertificate.of(
                        State.DEPRECATED, key, known.chain, known.since, known.last)));
    return Optional.of(PublishedCertificate.sorted(all.values()));
  }

  private List<PresentedChain> shown(Instant now, OwnCertificateState state) {
    return alive(now).stream()
        .flatMap(record -> record.shown().stream())
        .filter(shown -> shown.state() == state)
        .toList();
  }

  /** The capabilities of the live replicas' engines, without repetitions. */
  public synchronized List<PublishedCapabilities> capabilities(Instant now) {
    return alive(now).stream()
        .flatMap(record -> record.own().getCapabilitiesList().stream())
        .map(PublishedCapabilities::of)
        .distinct()
        .sorted(Comparator.comparing(PublishedCapabilities::use).reversed())
        .toList();
  }

  private List<ReplicaRecord> alive(Instant now) {
    long earliest = now.minus(OwnTlsAnnouncer.SILENT).toEpochMilli();
    return newest.values().stream().filter(record -> record.atMillis() >= earliest).toList();
  }
}
