package io.postern.delivery.tlsrpt;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.dns.tlsrpt.ResultType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 8460 §4.3: the type of each failure, by policy. */
class ResultTypesTest {
  @ParameterizedTest
  @CsvSource(
      nullValues = "success",
      value = {
        "tlsa, '', success",
        "tlsa, not-offered, starttls-not-supported",
        "tlsa, starttls-refused, starttls-not-supported",
        "tlsa, handshake-failed, validation-failure",
        "tlsa, dane-starttls-not-supported, starttls-not-supported",
        "tlsa, dane-certificate-expired, certificate-expired",
        "tlsa, dane-host-mismatch, certificate-host-mismatch",
        "tlsa, dane-tlsa-invalid, tlsa-invalid",
        "tlsa, dane-dns-failure, dnssec-invalid",
        "tlsa, dnssec-invalid, dnssec-invalid",
        "tlsa, dane-not-published, dane-required",
        "tlsa, dane-of-tomorrow, validation-failure",
        // The domain's policy is met: a demand of ours refuses the host.
        "tlsa, untrusted-root, success",
        "tlsa, name-mismatch, success",
        "tlsa, requiretls-not-offered, success",
        "sts, '', success",
        "sts, mta-sts-mx-mismatch, validation-failure",
        "sts, mta-sts-starttls-not-supported, starttls-not-supported",
        "sts, mta-sts-certificate-expired, certificate-expired",
        "sts, mta-sts-host-mismatch, certificate-host-mismatch",
        "sts, mta-sts-certificate-invalid, certificate-not-trusted",
        "sts, revoked, success",
        "no-policy-found, '', success",
        "no-policy-found, not-offered, starttls-not-supported",
        "no-policy-found, handshake-failed, validation-failure",
        "no-policy-found, expired, certificate-expired",
        "no-policy-found, name-mismatch, certificate-host-mismatch",
        "no-policy-found, untrusted-root, certificate-not-trusted",
        "no-policy-found, self-signed, certificate-not-trusted",
        "no-policy-found, revoked, certificate-not-trusted",
        "no-policy-found, no-certificate, certificate-not-trusted",
        "no-policy-found, version-too-low, validation-failure",
        "no-policy-found, no-forward-secrecy, validation-failure",
        "no-policy-found, requiretls-not-offered, success",
        "no-policy-found, reason-of-tomorrow, validation-failure",
      })
  void eachReasonHasItsType(String policy, String reason, String type) {
    assertThat(ResultTypes.counts(policy, reason)).isTrue();
    ResultType failure = ResultTypes.failure(policy, reason);
    assertThat(failure == null ? null : failure.spelled()).isEqualTo(type);
  }

  @ParameterizedTest
  @CsvSource({
    // Faults of ours say nothing about the host.
    "tlsa, dane-unavailable",
    "tlsa, verdict-unavailable",
    "no-policy-found, verdict-unavailable",
    "no-policy-found, undecidable",
    // Refused for the other policy: this one was not looked at.
    "sts, dane-tlsa-invalid",
    "sts, dnssec-invalid",
    "tlsa, mta-sts-host-mismatch",
  })
  void whatProvesNothingAboutAPolicyDoesNotCount(String policy, String reason) {
    assertThat(ResultTypes.counts(policy, reason)).isFalse();
  }
}
