package io.postern.ingress.intake;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.HandshakeSeen;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.SessionFacts;
import io.postern.contracts.v1.TlsVersion;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HandshakeChannelTest {
  private static final RecipientGroup PARTNER = group("Fabrikam", Direction.INCOMING, "good");
  private static final RecipientGroup UNPROVED = group("Fabrikam", Direction.INCOMING, "");
  private static final RecipientGroup OWN_BY_ADDRESS =
      group("Own", Direction.ORIGINATING, "").toBuilder().setByAddress("192.0.2.0/24").build();
  private static final RecipientGroup PARTNER_BY_ADDRESS =
      UNPROVED.toBuilder().setByAddress("192.0.2.0/24").build();
  private static final RecipientGroup OWN = group("Own", Direction.ORIGINATING, "good");
  private static final RecipientGroup ANONYMOUS = group("", Direction.INCOMING, "");

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final WaitingSink sink = new WaitingSink();
  private final HandshakeChannel channel = new HandshakeChannel(sink, registry);

  @Test
  void aPartnersHandshakeIsToldOnceADayAndAnotherKindOfItAgain() throws Exception {
    channel.record(session("Mail.Fabrikam.example"), List.of(PARTNER, ANONYMOUS));
    channel.record(session("mail.fabrikam.example"), List.of(PARTNER));
    assertThat(sink.values).hasSize(1);
    HandshakeSeen seen = HandshakeSeen.parseFrom(sink.values.getFirst());
    assertThat(seen.getPeer()).isEqualTo("mail.fabrikam.example");
    assertThat(seen.getOrganization()).isEqualTo("contoso");
    assertThat(seen.getConnector()).isEqualTo("Fabrikam");
    assertThat(seen.getServerName()).isEqualTo("sni.of.mail.fabrikam.example");
    assertThat(seen.getChainFingerprint().toStringUtf8())
        .isEqualTo("chain of mail.fabrikam.example");
    assertThat(seen.getVersion()).isEqualTo(TlsVersion.TLS_1_2);
    assertThat(seen.getVerifiesRsa()).isTrue();
    assertThat(seen.getLastSeenMillis()).isPositive();

    SessionFacts.Builder other = session("mail.fabrikam.example").toBuilder();
    other.getTlsFactsBuilder().setPeerVerifiesEcdsa(true);
    channel.record(other.build(), List.of(PARTNER));
    assertThat(sink.values).hasSize(2);
  }

  @Test
  void strangersPlaintextAndResumedSessionsAreNotTold() {
    SessionFacts.Builder resumed = session("mail.fabrikam.example").toBuilder();
    resumed.getTlsFactsBuilder().setResumed(true);
    channel.record(session("mail.stranger.example"), List.of(ANONYMOUS));
    channel.record(resumed.build(), List.of(PARTNER));
    channel.record(SessionFacts.newBuilder().setGreeting("plain").build(), List.of(PARTNER));
    assertThat(sink.values).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "bad/self-signed", "unknown/unavailable"})
  void anUnprovedPeersOwnWordsAreNotRecorded(String verdict) throws Exception {
    RecipientGroup unproved = group("Fabrikam", Direction.INCOMING, verdict);
    for (int i = 0; i < 12_000; i++) {
      channel.record(session("host" + i + ".example"), List.of(unproved));
    }
    assertThat(sink.values).hasSize(1);
    HandshakeSeen seen = HandshakeSeen.parseFrom(sink.values.getFirst());
    assertThat(seen.toBuilder().clearLastSeenMillis().build())
        .isEqualTo(
            HandshakeSeen.newBuilder()
                .setVersion(TlsVersion.TLS_1_2)
                .setSuite("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")
                .setVerifiesRsa(true)
                .setPresentedFingerprint(ByteString.copyFromUtf8("ours"))
                .setOrganization("contoso")
                .setConnector("Fabrikam")
                .build());
    assertThat(dropped()).isZero();
  }

  @Test
  void aPeerKnownByTheAddressThatTheConnectorNamesIsRecordedByIt() throws Exception {
    channel.record(session("made.up.example"), List.of(OWN_BY_ADDRESS));
    channel.record(session("relay.contoso.example"), List.of(OWN));
    channel.record(session("made.up.example"), List.of(PARTNER_BY_ADDRESS));
    assertThat(HandshakeSeen.parseFrom(sink.values.get(0)).getPeer()).isEqualTo("192.0.2.0/24");
    assertThat(HandshakeSeen.parseFrom(sink.values.get(1)).getPeer())
        .isEqualTo("relay.contoso.example");
    assertThat(HandshakeSeen.parseFrom(sink.values.get(2)).getPeer()).isEqualTo("192.0.2.0/24");
  }

  @Test
  void oneConnectorsPeersTakeNoRoomOfAnothers() {
    sink.writes = true;
    for (int i = 0; i < HandshakeChannel.MOST_OF_CONNECTOR + 10; i++) {
      channel.record(session("host" + i + ".example"), List.of(PARTNER));
    }
    assertThat(sink.values).hasSize(HandshakeChannel.MOST_OF_CONNECTOR);
    assertThat(dropped()).isEqualTo(10);
    channel.record(session("host.example"), List.of(OWN));
    assertThat(sink.values).hasSize(HandshakeChannel.MOST_OF_CONNECTOR + 1);
  }

  @Test
  void unprovedPeersTakeNoRoomOfPartners() {
    sink.writes = true;
    for (int i = 0; i < HandshakeChannel.MOST_UNPROVED_A_DAY + 10; i++) {
      channel.record(session("any.example"), List.of(group("To " + i, Direction.INCOMING, "")));
    }
    assertThat(sink.values).hasSize(HandshakeChannel.MOST_UNPROVED_A_DAY);
    channel.record(session("mail.fabrikam.example"), List.of(PARTNER));
    assertThat(sink.values).hasSize(HandshakeChannel.MOST_UNPROVED_A_DAY + 1);
  }

  @Test
  void aRecordThatTheLogDidNotTakeIsPublishedAtTheNextOccasion() {
    channel.record(session("mail.fabrikam.example"), List.of(PARTNER));
    sink.waiting.getFirst().completeExceptionally(new IllegalStateException("away"));
    sink.full = true;
    channel.record(session("mail.fabrikam.example"), List.of(PARTNER));
    sink.full = false;
    assertThat(dropped()).isEqualTo(2);

    channel.record(session("mail.fabrikam.example"), List.of(PARTNER));
    assertThat(sink.values).hasSize(2);
    sink.waiting.getLast().complete(null);
    channel.record(session("mail.fabrikam.example"), List.of(PARTNER));
    assertThat(sink.values).hasSize(2);
    assertThat(dropped()).isEqualTo(2);
  }

  private double dropped() {
    return registry
        .get("postern.ingress.handshake.records")
        .tag("result", "dropped")
        .counter()
        .count();
  }

  private static RecipientGroup group(String connector, Direction direction, String verdict) {
    return RecipientGroup.newBuilder()
        .setOrganization("contoso")
        .setConnector(connector)
        .setDirection(direction)
        .setVerdict(verdict)
        .build();
  }

  /** All that a peer can make up is made from the name. */
  private static SessionFacts session(String name) {
    SessionFacts.Builder session =
        SessionFacts.newBuilder().setGreeting(name).setClientIp("192.0.2.7");
    session
        .getTlsFactsBuilder()
        .setVersion(TlsVersion.TLS_1_2)
        .setCipherSuite("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")
        .setPeerVerifiesRsa(true)
        .setOwnFingerprint(ByteString.copyFromUtf8("ours"))
        .setPeerChainFingerprint(
            ByteString.copyFromUtf8("chain of " + name.toLowerCase(Locale.ROOT)))
        .setServerName("sni.of." + name)
        .addPeerNames(name);
    return session.build();
  }
}
