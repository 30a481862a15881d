package io.postern.ingress.intake;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.PresentedChain;
import io.postern.ingress.bounds.SourceBound;
import io.postern.ingress.source.Source;
import io.postern.log.sending.RecordSink;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * The publisher of certificate.presented: each chain that a recorded session names, once a day.
 *
 * <p>Anybody can show a new chain in each session, so it is bounded. Unproved chains: 10 an hour
 * from one source ({@link SourceBound}), {@value #MOST_UNPROVED} and {@value #UNPROVED_BYTES} bytes
 * an hour in all. Proved ones, by a good verdict: {@value #MOST_PROVED} and {@value #PROVED_BYTES}
 * bytes of their own. A chain has {@value #MOST_BYTES} bytes at most (a larger one fails the
 * handshake), and 100 wait. Beyond, the chain is not kept, and the session's record says so:
 * nothing else is lost, and no mail is touched. {@value #REMEMBERED} chains are remembered, some
 * 100 bytes each; one that is forgotten is recorded again. Thread-safe.
 */
@ApplicationScoped
public class PresentedChainChannel implements PresentedChains {
  private static final int WAITING = 100;
  static final int MOST_BYTES = 24 * 1024;
  static final int MOST_UNPROVED = 500;
  static final int UNPROVED_BYTES = 4 << 20;
  static final int MOST_PROVED = 2_000;
  static final int PROVED_BYTES = 16 << 20;
  static final int REMEMBERED = 10_000;
  private static final long DAY_NANOS = 86_400_000_000_000L;

  private final RecordSink records;
  private final Counter published;
  private final Counter dropped;
  private final LongSupplier nanos;
  private final ChainBudget proved;
  private final ChainBudget unproved;
  private final Map<ByteString, Long> kept = new LinkedHashMap<>(); // by the time of recording

  @Inject
  public PresentedChainChannel(RecordSink records, MeterRegistry registry) {
    this(records, registry, System::nanoTime);
  }

  PresentedChainChannel(RecordSink records, MeterRegistry registry, LongSupplier nanos) {
    this.records = records.atMost(WAITING);
    this.published = registry.counter("postern.ingress.chain.records", "result", "told");
    this.dropped = registry.counter("postern.ingress.chain.records", "result", "dropped");
    this.nanos = nanos;
    this.proved = new ChainBudget(MOST_PROVED, PROVED_BYTES, MOST_PROVED, nanos);
    this.unproved =
        new ChainBudget(MOST_UNPROVED, UNPROVED_BYTES, SourceBound.CHAINS.most(), nanos);
  }

  @Override
  public boolean keep(
      Source source, byte[] fingerprint, List<byte[]> chain, byte[] stapledOcsp, boolean good) {
    ByteString key = ByteString.copyFrom(fingerprint);
    int size = stapledOcsp.length;
    for (byte[] certificate : chain) {
      size += certificate.length;
    }
    if (!begin(source, key, size, good)) {
      return known(key);
    }
    PresentedChain.Builder record =
        PresentedChain.newBuilder()
            .setFingerprint(key)
            .setStapledOcsp(ByteString.copyFrom(stapledOcsp))
            .setSeenMillis(System.currentTimeMillis());
    chain.forEach(certificate -> record.addCertificates(ByteString.copyFrom(certificate)));
    records
        .send(
            Topics.CERTIFICATE_PRESENTED,
            Fingerprints.hex(fingerprint),
            record.build().toByteArray())
        .whenComplete((done, failure) -> answered(key, failure == null));
    return known(key); // unless it was refused at once
  }

  private synchronized boolean known(ByteString key) {
    return kept.containsKey(key);
  }

  /** False: it was recorded today, or there is no room for it. */
  private synchronized boolean begin(Source source, ByteString key, int size, boolean good) {
    long now = nanos.getAsLong();
    Long before = kept.get(key);
    if (before != null && now - before < DAY_NANOS) {
      return false;
    }
    kept.remove(key);
    if (size > MOST_BYTES || !(good ? proved : unproved).take(source, size)) {
      dropped.increment();
      return false;
    }
    if (kept.size() >= REMEMBERED) {
      kept.remove(kept.keySet().iterator().next());
    }
    kept.put(key, now);
    return true;
  }

  private void answered(ByteString key, boolean success) {
    if (success) {
      published.increment();
      return;
    }
    dropped.increment();
    synchronized (this) {
      kept.remove(key); // the next session records it
    }
  }
}
