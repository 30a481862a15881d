package io.postern.delivery.transaction;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.HandshakeSeen;
import io.postern.contracts.v1.TlsFacts;
import io.postern.log.HandshakeRecords;
import io.postern.transport.CertificateRequest;
import io.smallrye.reactive.messaging.kafka.Record;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Locale;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Emitter;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;
import org.jspecify.annotations.Nullable;

/**
 * What hosts ask for as a connector of ours presents its certificate, into certificate.handshakes
 * by the channel {@code handshakes}: each kind once a day, so that a change of the certificate can
 * be rehearsed against it. At most {@value #MOST_A_DAY} a day are told and remembered, {@value
 * #MOST_OF_CONNECTOR} of one connector, and 100 wait; what is more is dropped and counted.
 */
@ApplicationScoped
public class HandshakeChannel implements Handshakes {
  private static final int WAITING = 100;
  static final int MOST_A_DAY = 2_000;
  static final int MOST_OF_CONNECTOR = 50;

  private final HandshakeRecords records;

  @Inject
  public HandshakeChannel(
      @Channel("handshakes") @OnOverflow(value = OnOverflow.Strategy.BUFFER, bufferSize = WAITING)
          Emitter<Record<String, byte[]>> emitter,
      MeterRegistry registry) {
    Counter told = registry.counter("postern.delivery.handshake.records", "result", "told");
    Counter dropped = registry.counter("postern.delivery.handshake.records", "result", "dropped");
    records =
        new HandshakeRecords(
            MOST_A_DAY,
            MOST_OF_CONNECTOR,
            (key, value) -> emitter.send(Record.of(key, value)),
            told::increment,
            dropped::increment);
  }

  @Override
  public void passed(
      DeliveryRequested request, String host, TlsFacts facts, @Nullable CertificateRequest asked) {
    // A resumed session asks for nothing: its first handshake was told.
    if (!request.getRequirement().getClientCertificate().isEmpty() && !facts.getResumed()) {
      records.tell(seen(request, host, facts, asked));
    }
  }

  private static HandshakeSeen seen(
      DeliveryRequested request, String host, TlsFacts facts, @Nullable CertificateRequest asked) {
    HandshakeSeen.Builder seen =
        HandshakeSeen.newBuilder()
            .setAsClient(true)
            .setOrganization(request.getOrganization())
            .setConnector(request.getConnector())
            .setPeer(host.toLowerCase(Locale.ROOT))
            .setChainFingerprint(facts.getPeerChainFingerprint())
            .setServerName(facts.getServerName())
            .setVersion(facts.getVersion())
            .setSuite(facts.getCipherSuite())
            .setPresentedFingerprint(facts.getOwnFingerprint());
    if (asked != null) {
      seen.setCertificateAsked(true)
          .setVerifiesEcdsa(asked.verifiesEcdsa())
          .setVerifiesRsa(asked.verifiesRsa())
          .setAuthoritiesCut(asked.cut());
      asked
          .authorities()
          .forEach(name -> seen.addAuthorities(ByteString.copyFrom(name.getEncoded())));
    }
    return seen.build();
  }
}
