package io.postern.ingress.intake;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.HandshakeSeen;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.SessionFacts;
import io.postern.contracts.v1.TlsFacts;
import io.smallrye.reactive.messaging.kafka.Record;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.LocalDate;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Emitter;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;

/**
 * Handshakes of peers whose mail a connector took, into certificate.handshakes by the channel
 * {@code handshakes}: each kind of handshake once a day. Names come from peers, so at most {@value
 * #MOST_A_DAY} a day are told, as many are remembered, and 100 wait; what is more is dropped and
 * counted.
 */
@ApplicationScoped
public class HandshakeChannel implements Handshakes {
  private static final int WAITING = 100;
  static final int MOST_A_DAY = 10_000;
  private static final int MOST_NAME = 255;

  private final Emitter<Record<String, byte[]>> emitter;
  private final Counter told;
  private final Counter dropped;
  private final Set<String> today = new HashSet<>();
  private LocalDate day = LocalDate.EPOCH;

  @Inject
  public HandshakeChannel(
      @Channel("handshakes") @OnOverflow(value = OnOverflow.Strategy.BUFFER, bufferSize = WAITING)
          Emitter<Record<String, byte[]>> emitter,
      MeterRegistry registry) {
    this.emitter = emitter;
    this.told = registry.counter("postern.ingress.handshake.records", "result", "told");
    this.dropped = registry.counter("postern.ingress.handshake.records", "result", "dropped");
  }

  @Override
  public void accepted(SessionFacts session, List<RecipientGroup> groups) {
    // A resumed session shows no certificate of ours: its first handshake was told.
    if (!session.hasTlsFacts() || session.getTlsFacts().getResumed()) {
      return;
    }
    for (RecipientGroup group : groups) {
      if (!group.getConnector().isEmpty()) {
        tell(session, group);
      }
    }
  }

  private void tell(SessionFacts session, RecipientGroup group) {
    TlsFacts tls = session.getTlsFacts();
    HandshakeSeen seen =
        HandshakeSeen.newBuilder()
            .setPeer(peer(session))
            .setChainFingerprint(tls.getPeerChainFingerprint())
            .setServerName(cut(tls.getServerName()))
            .setVersion(tls.getVersion())
            .setSuite(tls.getCipherSuite())
            .setVerifiesEcdsa(tls.getPeerVerifiesEcdsa())
            .setVerifiesRsa(tls.getPeerVerifiesRsa())
            .setPresentedFingerprint(tls.getOwnFingerprint())
            .setOrganization(group.getOrganization())
            .setConnector(group.getConnector())
            .build();
    long now = System.currentTimeMillis();
    String key =
        Fingerprints.hex(Fingerprints.sha256(seen.toByteArray())); // all but when it was seen
    if (!isNew(key, LocalDate.ofEpochDay(now / 86_400_000))) {
      return;
    }
    byte[] record = seen.toBuilder().setLastSeenMillis(now).build().toByteArray();
    try {
      emitter
          .send(Record.of(key, record))
          .whenComplete((done, failure) -> (failure == null ? told : dropped).increment());
    } catch (IllegalStateException full) { // no room among the waiting, or the service stops
      dropped.increment();
    }
  }

  private static String peer(SessionFacts session) {
    TlsFacts tls = session.getTlsFacts();
    return cut(tls.getPeerNamesCount() > 0 ? tls.getPeerNames(0) : session.getGreeting());
  }

  private static String cut(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.length() <= MOST_NAME ? lower : lower.substring(0, MOST_NAME);
  }

  private synchronized boolean isNew(String key, LocalDate date) {
    if (!date.equals(day)) {
      day = date;
      today.clear();
    }
    if (today.size() >= MOST_A_DAY) {
      dropped.increment();
      return false;
    }
    return today.add(key);
  }
}
