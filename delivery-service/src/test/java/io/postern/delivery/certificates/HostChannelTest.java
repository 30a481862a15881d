package io.postern.delivery.certificates;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.HostSeen;
import io.postern.contracts.v1.TlsFacts;
import io.postern.contracts.v1.TlsVersion;
import io.postern.log.sending.RecordSink;
import io.postern.transport.CertificateRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HostChannelTest {
  private static final ByteString AUTHORITY = ByteString.copyFromUtf8("Fabrikam Root");
  private static final CertificateRequest ASKED =
      new CertificateRequest(Set.of(AUTHORITY), true, true, false);
  private static final TlsFacts FACTS =
      TlsFacts.newBuilder()
          .setVersion(TlsVersion.TLS_1_3)
          .setCipherSuite("TLS_AES_256_GCM_SHA384")
          .setServerName("mx.fabrikam.example")
          .setOwnFingerprint(ByteString.copyFromUtf8("ours"))
          .setPeerChainFingerprint(ByteString.copyFromUtf8("theirs"))
          .build();

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Log log = new Log();

  private final HostChannel channel = new HostChannel(log, registry);

  @Test
  void aHostOfAConnectorWithACertificateIsToldOnceADay() throws Exception {
    channel.publish(request("To Fabrikam", "ours"), "MX.fabrikam.example", FACTS, ASKED);
    channel.publish(request("To Fabrikam", "ours"), "mx.fabrikam.example", FACTS, ASKED);
    assertThat(log.values).hasSize(1);
    HostSeen seen = HostSeen.parseFrom(log.values.getFirst());
    assertThat(seen.getLastSeenMillis()).isPositive();
    assertThat(seen.toBuilder().clearLastSeenMillis().build())
        .isEqualTo(
            HostSeen.newBuilder()
                .setOrganization("contoso")
                .setConnector("To Fabrikam")
                .setHost("mx.fabrikam.example")
                .setPresentedFingerprint(ByteString.copyFromUtf8("ours"))
                .setCertificateAsked(true)
                .addAuthorities(AUTHORITY)
                .setAuthoritiesCut(true)
                .setVerifiesEcdsa(true)
                .build());
    assertThat(count("told")).isEqualTo(1);

    channel.publish(request("To Fabrikam", "ours"), "mx.fabrikam.example", FACTS, null);
    assertThat(log.values).hasSize(2);
    assertThat(HostSeen.parseFrom(log.values.getLast()).getCertificateAsked()).isFalse();
  }

  @Test
  void connectorsWithoutACertificateAndResumedSessionsAreNotTold() {
    channel.publish(request("To Fabrikam", ""), "mx.fabrikam.example", FACTS, null);
    TlsFacts resumed = FACTS.toBuilder().setResumed(true).build();
    channel.publish(request("To Fabrikam", "ours"), "mx.fabrikam.example", resumed, null);
    assertThat(log.values).isEmpty();
  }

  @Test
  void aConnectorWithManyHostsTakesNoRoomOfAnother() {
    for (int i = 0; i < HostChannel.MOST_OF_CONNECTOR + 10; i++) {
      channel.publish(request("To Fabrikam", "ours"), "mx" + i + ".example", FACTS, ASKED);
    }
    assertThat(log.values).hasSize(HostChannel.MOST_OF_CONNECTOR);
    assertThat(count("dropped")).isEqualTo(10);
    channel.publish(request("To others", "ours"), "mx.example", FACTS, ASKED);
    assertThat(log.values).hasSize(HostChannel.MOST_OF_CONNECTOR + 1);
  }

  private double count(String result) {
    return registry.get("postern.delivery.host.records").tag("result", result).counter().count();
  }

  private static DeliveryRequested request(String connector, String clientCertificate) {
    DeliveryRequested.Builder request =
        DeliveryRequested.newBuilder().setOrganization("contoso").setConnector(connector);
    request.getRequirementBuilder().setClientCertificate(clientCertificate);
    return request.build();
  }

  /** Takes everything. */
  private static final class Log implements RecordSink {
    final List<byte[]> values = new ArrayList<>();

    @Override
    public CompletionStage<Void> send(String topic, String key, byte @Nullable [] value) {
      values.add(requireNonNull(value));
      return CompletableFuture.completedFuture(null);
    }
  }
}
