package io.postern.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.AnchorSet;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.HandshakeFailure;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.Organization;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsVersion;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpellingTest {
  /** docs/design/architecture.md, "Certificate verdicts", in its order. */
  private static final List<String> VERDICT_REASONS =
      List.of(
          "untrusted-root",
          "self-signed",
          "incomplete-chain",
          "expired",
          "not-yet-valid",
          "revoked",
          "revocation-unreachable",
          "revocation-stale",
          "weak-key",
          "weak-signature",
          "bad-signature",
          "not-a-ca",
          "path-length",
          "name-constraint",
          "key-usage",
          "extended-key-usage",
          "policy",
          "unknown-critical-extension",
          "malformed",
          "too-complex",
          "unavailable");

  @Test
  void verdictReasonsAreTheClosedList() {
    assertThat(
            Arrays.stream(VerdictReason.values())
                .filter(
                    r ->
                        r != VerdictReason.VERDICT_REASON_UNSPECIFIED
                            && r != VerdictReason.UNRECOGNIZED)
                .map(Spelling::of))
        .isEqualTo(VERDICT_REASONS);
  }

  @Test
  void anUnknownLevelIsNeverSpelledAsAKnownOne() {
    assertThat(Spelling.of(TlsLevel.UNRECOGNIZED)).isEqualTo("unknown");
    assertThat(Spelling.of(TlsLevel.TLS_LEVEL_UNSPECIFIED)).isEqualTo("unknown");
    assertThat(Spelling.of(TlsLevel.OPPORTUNISTIC)).isEqualTo("opportunistic");
    assertThat(Spelling.of(TlsLevel.DOMAIN_VALIDATION)).isEqualTo("domain-validation");
    assertThat(Spelling.of(TlsVersion.TLS_1_3)).isEqualTo("TLSv1.3");
    assertThat(Spelling.of(HandshakeFailure.HANDSHAKE_NO_SHARED_VERSION))
        .isEqualTo("no-shared-version");
    assertThat(Spelling.of(HandshakeFailure.HANDSHAKE_FAILURE_UNSPECIFIED)).isEmpty();
    assertThat(Spelling.of(HandshakeFailure.UNRECOGNIZED)).isEqualTo("unknown");
  }

  @Test
  void verdictsAreSpelledWithTheirReason() {
    assertThat(verdict(VerdictResult.GOOD, VerdictReason.VERDICT_REASON_UNSPECIFIED))
        .isEqualTo("good");
    assertThat(verdict(VerdictResult.BAD, VerdictReason.REVOKED)).isEqualTo("bad/revoked");
    assertThat(verdict(VerdictResult.UNKNOWN, VerdictReason.UNAVAILABLE))
        .isEqualTo("unknown/unavailable");
    assertThat(Spelling.verdict(CertificateVerdict.newBuilder().setResultValue(99).build()))
        .isEqualTo("unknown");
  }

  @Test
  void tokensAreAsTheDesignWritesThem() {
    assertThat(TlsToken.achieved(TlsLevel.OPPORTUNISTIC, TlsToken.Achieved.NONE_NOT_OFFERED))
        .isEqualTo("opportunistic:none(not-offered)");
    assertThat(
            TlsToken.achieved(
                TlsLevel.DOMAIN_VALIDATION, TlsToken.Achieved.level(TlsLevel.DOMAIN_VALIDATION)))
        .isEqualTo("domain-validation:domain-validation");
    assertThat(
            TlsToken.refused(TlsLevel.CERTIFICATE_VALIDATION, Spelling.of(VerdictReason.REVOKED)))
        .isEqualTo("certificate-validation/revoked");
  }

  @Test
  void directoryKeysNameKindOrganizationAndObject() {
    assertKey(
        DirectoryObject.newBuilder().setOrganization(Organization.newBuilder().setId("contoso")),
        "organization/contoso");
    assertKey(
        DirectoryObject.newBuilder()
            .setAcceptedDomain(
                AcceptedDomain.newBuilder().setDomain("contoso.com").setOrganization("contoso")),
        "accepted-domain/contoso.com");
    assertKey(
        DirectoryObject.newBuilder()
            .setInboundConnector(
                InboundConnector.newBuilder().setOrganization("contoso").setName("From F")),
        "inbound-connector/contoso/From F");
    assertKey(
        DirectoryObject.newBuilder()
            .setOutboundConnector(
                OutboundConnector.newBuilder().setOrganization("contoso").setName("To F")),
        "outbound-connector/contoso/To F");
    assertKey(
        DirectoryObject.newBuilder()
            .setAnchorSet(AnchorSet.newBuilder().setOrganization("contoso").setName("roots")),
        "anchor-set/contoso/roots");
    DirectoryObject unknown = DirectoryObject.getDefaultInstance();
    assertThatThrownBy(() -> DirectoryKeys.key(unknown))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static void assertKey(DirectoryObject.Builder object, String key) {
    assertThat(DirectoryKeys.key(object.build())).isEqualTo(key);
    assertThat(DirectoryKeys.organizationOf(object.build())).isEqualTo("contoso");
  }

  private static String verdict(VerdictResult result, VerdictReason reason) {
    return Spelling.verdict(
        CertificateVerdict.newBuilder().setResult(result).setReason(reason).build());
  }
}
