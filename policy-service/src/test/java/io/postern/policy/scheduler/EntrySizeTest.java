package io.postern.policy.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.postern.contracts.Owner;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.ContentReference;
import io.postern.contracts.v1.ControlKind;
import io.postern.contracts.v1.DaneMode;
import io.postern.contracts.v1.DueCause;
import io.postern.contracts.v1.MtaStsMode;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.ScheduleEntry;
import io.postern.contracts.v1.ScheduleState;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.contracts.v1.TlsVersion;
import org.junit.jupiter.api.Test;

/** docs/design/architecture.md, "Time": an entry is at most 300 bytes. */
class EntrySizeTest {
  private static final long MILLIS = 1_800_000_000_000L;

  private static ScheduleEntry.Builder usual() {
    return ScheduleEntry.newBuilder()
        .setState(ScheduleState.WAITING)
        .setAcceptedOffset(12_345_678_901L)
        .setAcceptedMillis(MILLIS)
        .setExpiresMillis(MILLIS)
        .setAttempt(300)
        .setTries(200)
        .setHandBacks(100)
        .setDueMillis(MILLIS)
        .setConnector("To Fabrikam, headquarters")
        .setRequirement(
            TlsRequirement.newBuilder()
                .setLevel(TlsLevel.DOMAIN_VALIDATION)
                .setTlsDomain("*.mail.fabrikam.example")
                .setAnchors(AnchorSetReference.newBuilder().setId("partners").setVersion("18234"))
                .setRevocation(RevocationMode.REVOCATION_REQUIRED)
                .setMinimumVersion(TlsVersion.TLS_1_2)
                .setForwardSecrecy(true)
                .setPostQuantum(true)
                .setDane(DaneMode.DANE_OPPORTUNISTIC)
                .setMtaSts(MtaStsMode.MTA_STS_OPPORTUNISTIC))
        .setRoute(Transitions.route("mx:fabrikam-international.example"))
        .setOrganization("contoso")
        .setReason("revocation-unreachable")
        .setDelayNoticed(true)
        .setOutcomeOffset(12_345_678_901L)
        .setCause(DueCause.DUE_WATCH_ENDED);
  }

  @Test
  void ofAMessageThatWaits() {
    assertThat(usual().build().getSerializedSize()).isLessThanOrEqualTo(300);
  }

  @Test
  void ofAMessageThatIsWatched() {
    ScheduleEntry entry =
        usual()
            .setState(ScheduleState.WATCHED)
            .clearCause()
            .setRemembered(ControlKind.CANCEL)
            .setRememberedBy("1y2p0ij32e8e7")
            .setOwner(new Owner(3, 1_000_000, 2_000).message())
            .build();
    assertThat(entry.getSerializedSize()).isLessThanOrEqualTo(300);
  }

  @Test
  void ofAMessageThatWasHeldAndKeptAndHasAControlToObey() {
    ScheduleEntry entry =
        usual()
            .setRemembered(ControlKind.CANCEL)
            .setRememberedBy("1y2p0ij32e8e7")
            .setReleasedReason("connector-removed")
            .setKeepAsked(true)
            .setKept(
                ContentReference.newBuilder()
                    .setFirstOffset(12_345_678_901L)
                    .setLastOffset(12_345_678_901L)
                    .setSize(150_000_000)
                    .setSha256(ByteString.copyFrom(new byte[32])))
            .build();
    assertThat(entry.getSerializedSize()).isLessThanOrEqualTo(300);
  }

  @Test
  void aRouteOfManyHostsIsCutAndStillItself() {
    String hosts = "smart:" + "host-of-a-partner.example:25,".repeat(20);
    assertThat(Transitions.route(hosts)).hasSize(80).startsWith("smart:host-of-a-partner");
    assertThat(Transitions.route(hosts)).isNotEqualTo(Transitions.route(hosts + "x"));
    assertThat(Transitions.route("mx:fabrikam.example")).isEqualTo("mx:fabrikam.example");
  }
}
