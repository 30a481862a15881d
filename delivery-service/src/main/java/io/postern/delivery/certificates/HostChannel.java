package io.postern.delivery.certificates;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.HostSeen;
import io.postern.contracts.v1.TlsFacts;
import io.postern.delivery.relay.HandshakePublisher;
import io.postern.log.certificates.DailyRecords;
import io.postern.log.sending.RecordSink;
import io.postern.transport.CertificateRequest;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The publisher of the demands of hosts to certificate.hosts where a connector presents a
 * certificate: each kind once a day, so that a change of the certificate can be rehearsed against
 * it. At most {@value #MOST_A_DAY} a day are published and remembered, {@value #MOST_OF_CONNECTOR}
 * of one connector, and 100 wait; those beyond are dropped and counted.
 */
public final class HostChannel implements HandshakePublisher {
  private static final int WAITING = 100;
  static final int MOST_A_DAY = 2_000;
  static final int MOST_OF_CONNECTOR = 50;

  private final DailyRecords records;

  public HostChannel(RecordSink sink, MeterRegistry registry) {
    Counter published = registry.counter("postern.delivery.host.records", "result", "told");
    Counter dropped = registry.counter("postern.delivery.host.records", "result", "dropped");
    records =
        new DailyRecords(
            sink.atMost(WAITING),
            Topics.CERTIFICATE_HOSTS,
            MOST_A_DAY,
            MOST_OF_CONNECTOR,
            published::increment,
            dropped::increment);
  }

  @Override
  public void publish(
      DeliveryRequested request, String host, TlsFacts facts, @Nullable CertificateRequest asked) {
    // A resumed session asks for nothing: its first handshake was published.
    if (request.getRequirement().getClientCertificate().isEmpty() || facts.getResumed()) {
      return;
    }
    HostSeen seen = seen(request, host, facts, asked);
    records.publish(
        seen.getOrganization() + "/" + seen.getConnector(),
        seen.toByteArray(),
        now -> seen.toBuilder().setLastSeenMillis(now).build().toByteArray());
  }

  private static HostSeen seen(
      DeliveryRequested request, String host, TlsFacts facts, @Nullable CertificateRequest asked) {
    HostSeen.Builder seen =
        HostSeen.newBuilder()
            .setOrganization(request.getOrganization())
            .setConnector(request.getConnector())
            .setHost(host.toLowerCase(Locale.ROOT))
            .setPresentedFingerprint(facts.getOwnFingerprint());
    if (asked != null) {
      seen.setCertificateAsked(true)
          .setVerifiesEcdsa(asked.verifiesEcdsa())
          .setVerifiesRsa(asked.verifiesRsa())
          .setAuthoritiesCut(asked.cut());
      // In one order, or each connection would be a kind of its own.
      asked.authorities().stream()
          .sorted(ByteString.unsignedLexicographicalComparator())
          .forEach(seen::addAuthorities);
    }
    return seen.build();
  }
}
