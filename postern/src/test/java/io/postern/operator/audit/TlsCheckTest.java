package io.postern.operator.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.v1.DaneMode;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RequireTls;
import io.postern.contracts.v1.TlsFacts;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.contracts.v1.TlsVersion;
import io.postern.operator.audit.wire.OutcomeRecord;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a delivered outcome must show for its requirement. */
final class TlsCheckTest {
  // level, demands, token, TLS version (0: none), forward secrecy, verdict | enough
  @ParameterizedTest(name = "{0} {1} {2} {3} {4} {5}: {6}")
  @CsvSource({
    "OPPORTUNISTIC, -, opportunistic:none(not-offered), 0, false, '', true",
    "OPPORTUNISTIC, -, opportunistic:none(handshake-failed), 0, false, '', true",
    "OPPORTUNISTIC, -, opportunistic:encryption-only, 12, false, '', true",
    "OPPORTUNISTIC, -, opportunistic:encryption-only, 0, false, '', false",
    "OPPORTUNISTIC, fs, opportunistic:none(not-offered), 0, false, '', false",
    "OPPORTUNISTIC, 1.3, opportunistic:none(not-offered), 0, false, '', false",
    "OPPORTUNISTIC, requiretls, opportunistic:encryption-only, 13, true, '', false",
    "OPPORTUNISTIC, requiretls, opportunistic:encryption-only, 13, true, good, true",
    "OPPORTUNISTIC, -, opportunistic:encryption-only+dane, 13, true, '', true",
    "OPPORTUNISTIC, -, opportunistic:+dane, 13, true, '', false",
    "OPPORTUNISTIC, dane, opportunistic:encryption-only+dane, 13, true, '', true",
    "OPPORTUNISTIC, dane, opportunistic:encryption-only, 13, true, '', false",
    "OPPORTUNISTIC, dane, opportunistic:none(not-offered), 0, false, '', false",
    "OPPORTUNISTIC, -, opportunistic:encryption-only+mta-sts, 13, true, '', true",
    "OPPORTUNISTIC, dane, opportunistic:encryption-only+mta-sts, 13, true, '', false",
    "ENCRYPTION_ONLY, dane, encryption-only:encryption-only+dane+pq, 13, true, '', true",
    "DOMAIN_VALIDATION, -, domain-validation:encryption-only+dane, 13, true, good, false",
    "ENCRYPTION_ONLY, -, encryption-only:encryption-only, 12, false, '', true",
    "ENCRYPTION_ONLY, -, encryption-only:none(not-offered), 0, false, '', false",
    "ENCRYPTION_ONLY, -, opportunistic:encryption-only, 13, true, '', false",
    "ENCRYPTION_ONLY, -, encryption-only/not-offered, 0, false, '', false",
    "ENCRYPTION_ONLY, -, '', 13, true, '', false",
    "ENCRYPTION_ONLY, fs, encryption-only:encryption-only, 12, false, '', false",
    "ENCRYPTION_ONLY, 1.3, encryption-only:encryption-only, 12, true, '', false",
    "ENCRYPTION_ONLY, 1.3, encryption-only:encryption-only, 13, true, '', true",
    "CERTIFICATE_VALIDATION, -, certificate-validation:encryption-only, 13, true, good, false",
    "CERTIFICATE_VALIDATION, -, certificate-validation:certificate-validation, 13, true, good, true",
    "CERTIFICATE_VALIDATION, -, certificate-validation:certificate-validation, 13, true, bad/revoked, false",
    "CERTIFICATE_VALIDATION, -, certificate-validation:certificate-validation, 13, true, '', false",
    "DOMAIN_VALIDATION, -, domain-validation:certificate-validation, 13, true, good, false",
    "DOMAIN_VALIDATION, -, domain-validation:domain-validation, 13, true, good, true",
    "DOMAIN_VALIDATION, -, domain-validation:domain-validation, 13, true, unknown/unavailable, false",
    "OPPORTUNISTIC, -, opportunistic:encryption-only+dane, 13, true, '', true",
    "ENCRYPTION_ONLY, pq, encryption-only:encryption-only+pq, 13, true, '', false",
    "ENCRYPTION_ONLY, pq hybrid, encryption-only:encryption-only+pq, 13, true, '', true",
    "ENCRYPTION_ONLY, pq hybrid, encryption-only:encryption-only+dane+pq, 13, true, '', true",
    "OPPORTUNISTIC, pq, opportunistic:none(not-offered), 0, false, '', false",
    "CERTIFICATE_VALIDATION, pq hybrid, certificate-validation:encryption-only+pq, 13, true, good, false",
    "TLS_LEVEL_UNSPECIFIED, -, unknown:encryption-only, 13, true, good, false"
  })
  void factsMustFitTheRequirement(
      TlsLevel level,
      String demand,
      String token,
      int version,
      boolean forwardSecrecy,
      String verdict,
      boolean enough)
      throws InvalidProtocolBufferException {
    TlsRequirement.Builder requirement = TlsRequirement.newBuilder().setLevel(level);
    switch (demand) {
      case "fs" -> requirement.setForwardSecrecy(true);
      case "1.3" -> requirement.setMinimumVersion(TlsVersion.TLS_1_3);
      case "pq", "pq hybrid" -> requirement.setPostQuantum(true);
      case "dane" -> requirement.setDane(DaneMode.DANE_MANDATORY);
      case "requiretls" -> requirement.setRequireTls(RequireTls.REQUIRE_TLS_YES);
      default -> {}
    }
    OutcomeRecorded.Builder outcome =
        OutcomeRecorded.newBuilder()
            .setRequirement(requirement)
            .setToken(token)
            .setVerdict(verdict);
    if (version != 0) {
      outcome.setTlsFacts(
          TlsFacts.newBuilder()
              .setVersionValue(version)
              .setForwardSecrecy(forwardSecrecy)
              .setGroup(demand.endsWith("hybrid") ? "X25519MLKEM768" : "x25519")
              .setPeerChainFingerprint(ByteString.copyFromUtf8("chain")));
    }
    assertThat(TlsCheck.shortfall(OutcomeRecord.parseFrom(outcome.build().toByteString())) == null)
        .isEqualTo(enough);
  }
}
