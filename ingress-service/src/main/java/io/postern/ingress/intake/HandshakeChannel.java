package io.postern.ingress.intake;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.Texts;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.HandshakeSeen;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.SessionFacts;
import io.postern.contracts.v1.TlsFacts;
import io.postern.log.certificates.DailyRecords;
import io.postern.log.sending.RecordSink;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Locale;

/**
 * The publisher of certificate.handshakes: handshakes of peers whose mail a connector took, each
 * kind of handshake once a day. A proved peer has a name: that of its certificate if it was judged
 * good for the connector, or the range of addresses by which the connector names it. Any other is
 * unproved, since anybody may write a partner's MAIL FROM: its record has the abilities of its
 * software and nothing that it makes up, and takes no room of the proved ones. A day has at most
 * {@value #MOST_A_DAY} records of proved and {@value #MOST_UNPROVED_A_DAY} of unproved peers, one
 * connector {@value #MOST_OF_CONNECTOR} and {@value #MOST_UNPROVED_OF_CONNECTOR}, and 100 wait;
 * further ones are dropped and counted.
 */
@ApplicationScoped
public class HandshakeChannel implements Handshakes {
  private static final int WAITING = 100;
  static final int MOST_A_DAY = 8_000;
  static final int MOST_OF_CONNECTOR = 200;
  static final int MOST_UNPROVED_A_DAY = 2_000;
  static final int MOST_UNPROVED_OF_CONNECTOR = 100;
  private static final int MOST_NAME = 255;

  private final DailyRecords named;
  private final DailyRecords unproved;

  @Inject
  public HandshakeChannel(RecordSink records, MeterRegistry registry) {
    Counter published = registry.counter("postern.ingress.handshake.records", "result", "told");
    Counter dropped = registry.counter("postern.ingress.handshake.records", "result", "dropped");
    RecordSink own = records.atMost(WAITING);
    named =
        new DailyRecords(
            own,
            Topics.CERTIFICATE_HANDSHAKES,
            MOST_A_DAY,
            MOST_OF_CONNECTOR,
            published::increment,
            dropped::increment);
    unproved =
        new DailyRecords(
            own,
            Topics.CERTIFICATE_HANDSHAKES,
            MOST_UNPROVED_A_DAY,
            MOST_UNPROVED_OF_CONNECTOR,
            published::increment,
            dropped::increment);
  }

  @Override
  public void record(SessionFacts session, List<RecipientGroup> groups) {
    // A resumed session shows no certificate of ours: its first handshake was published.
    if (!session.hasTlsFacts() || session.getTlsFacts().getResumed()) {
      return;
    }
    for (RecipientGroup group : groups) {
      if (!group.getConnector().isEmpty()) {
        HandshakeSeen seen = seen(session, group);
        (seen.getPeer().isEmpty() ? unproved : named)
            .publish(
                seen.getOrganization() + "/" + seen.getConnector(),
                seen.toByteArray(),
                now -> seen.toBuilder().setLastSeenMillis(now).build().toByteArray());
      }
    }
  }

  private static HandshakeSeen seen(SessionFacts session, RecipientGroup group) {
    TlsFacts tls = session.getTlsFacts();
    HandshakeSeen.Builder seen =
        HandshakeSeen.newBuilder()
            .setVersion(tls.getVersion())
            .setSuite(tls.getCipherSuite())
            .setVerifiesEcdsa(tls.getPeerVerifiesEcdsa())
            .setVerifiesRsa(tls.getPeerVerifiesRsa())
            .setPresentedFingerprint(tls.getOwnFingerprint())
            .setOrganization(group.getOrganization())
            .setConnector(group.getConnector());
    String peer = peer(session, group);
    if (!peer.isEmpty()) {
      seen.setPeer(peer)
          .setChainFingerprint(tls.getPeerChainFingerprint())
          .setServerName(cut(tls.getServerName()));
    }
    return seen.build();
  }

  /** Empty: nothing proves who it is. */
  private static String peer(SessionFacts session, RecipientGroup group) {
    TlsFacts tls = session.getTlsFacts();
    if (group.getVerdict().startsWith("good") && tls.getPeerNamesCount() > 0) {
      return cut(tls.getPeerNames(0));
    }
    return group.getByAddress();
  }

  private static String cut(String name) {
    return Texts.cut(name.toLowerCase(Locale.ROOT), MOST_NAME);
  }
}
