package io.postern.rules.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.DaneMode;
import io.postern.contracts.v1.MtaStsMode;
import io.postern.contracts.v1.RequireTls;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.contracts.v1.TlsVersion;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class RequirementComparisonTest {
  private static final TlsRequirement STRICT =
      TlsRequirement.newBuilder()
          .setLevel(TlsLevel.DOMAIN_VALIDATION)
          .setTlsDomain("mail.fabrikam.com")
          .setAnchors(AnchorSetReference.newBuilder().setId("own").setVersion("3"))
          .setRevocation(RevocationMode.REVOCATION_REQUIRED)
          .setMinimumVersion(TlsVersion.TLS_1_3)
          .setForwardSecrecy(true)
          .setPostQuantum(true)
          .setDane(DaneMode.DANE_OPPORTUNISTIC)
          .setMtaSts(MtaStsMode.MTA_STS_OPPORTUNISTIC)
          .setRequireTls(RequireTls.REQUIRE_TLS_YES)
          .setClientCertificate("ours")
          .build();

  static Stream<Arguments> changes() {
    return Stream.of(
        change("level", r -> r.setLevel(TlsLevel.CERTIFICATE_VALIDATION)),
        change("level", r -> r.setLevel(TlsLevel.TLS_LEVEL_UNSPECIFIED)),
        change("tlsDomain", r -> r.setTlsDomain("*.fabrikam.com")),
        change("anchors", r -> r.getAnchorsBuilder().setId("")),
        change("revocation", r -> r.setRevocation(RevocationMode.REVOCATION_BEST_EFFORT)),
        change("revocation", r -> r.setRevocation(RevocationMode.REVOCATION_OFF)),
        change("minimumTlsVersion", r -> r.setMinimumVersion(TlsVersion.TLS_1_2)),
        change("requireForwardSecrecy", r -> r.setForwardSecrecy(false)),
        change("requirePostQuantum", r -> r.setPostQuantum(false)),
        change("smtpDaneMode", r -> r.setDane(DaneMode.DANE_NONE)),
        change("mtaStsMode", r -> r.setMtaSts(MtaStsMode.MTA_STS_NONE)),
        change("REQUIRETLS", r -> r.setRequireTls(RequireTls.REQUIRE_TLS_UNSPECIFIED)),
        change("", r -> r.setClientCertificate("")),
        change("", r -> r.getAnchorsBuilder().setVersion("4")),
        change("", r -> r.setDane(DaneMode.DANE_MANDATORY)),
        change("", r -> {}));
  }

  private static Arguments change(String respect, Consumer<TlsRequirement.Builder> change) {
    TlsRequirement.Builder now = STRICT.toBuilder();
    change.accept(now);
    return Arguments.of(respect, now.build());
  }

  @ParameterizedTest
  @MethodSource("changes")
  void G3_eachRespectInWhichLessIsDemandedIsNamed(String respect, TlsRequirement now) {
    assertThat(RequirementComparison.looserRespect(STRICT, now).orElse("")).isEqualTo(respect);
  }

  @ParameterizedTest
  @EnumSource(
      value = TlsLevel.class,
      names = {"OPPORTUNISTIC", "ENCRYPTION_ONLY"})
  void belowValidationWhatJudgesChainsDoesNotCount(TlsLevel level) {
    TlsRequirement before =
        TlsRequirement.newBuilder()
            .setLevel(level)
            .setAnchors(AnchorSetReference.newBuilder().setId("own"))
            .build();
    TlsRequirement now = before.toBuilder().clearAnchors().build();
    assertThat(RequirementComparison.looserRespect(before, now)).isEmpty();
  }

  @Test
  void aLevelOfALaterVersionIsNeverMatchedByOneThatIsKnown() {
    TlsRequirement before = TlsRequirement.newBuilder().setLevelValue(99).build();
    assertThat(RequirementComparison.looserRespect(before, STRICT)).contains("level");
  }
}
