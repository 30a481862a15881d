package io.postern.policy.tlsrpt;

import io.postern.contracts.v1.FailedSessions;
import io.postern.contracts.v1.PolicySessions;
import io.postern.contracts.v1.TlsSessionCounts;
import io.postern.contracts.v1.TlsSessionRecord;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Optional;

/** Counts and keys for tests. */
final class Sessions {
  static final int DAY = 20_783; // 2026-11-26
  static final KeyPair KEY = key();

  private Sessions() {}

  private static KeyPair key() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return generator.generateKeyPair();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  static Submitter submitter() {
    return new Submitter(
        "Contoso",
        "postmaster@contoso.example",
        "tls-reports@contoso.example",
        "contoso.example",
        Optional.of(new DkimSignature("contoso.example", "rpt", KEY.getPrivate())));
  }

  static TlsSessionCounts counts(String domain, int day, long good, long bad, String... to) {
    PolicySessions.Builder policy =
        PolicySessions.newBuilder()
            .setType("tlsa")
            .setDomain("mx." + domain)
            .addLines("3 1 1 " + "00".repeat(32))
            .setSuccessful(good);
    if (bad > 0) {
      policy.addFailures(
          FailedSessions.newBuilder()
              .setResultType("tlsa-invalid")
              .setReceivingHost("mx." + domain)
              .setReceivingAddress("192.0.2.9")
              .setSendingAddress("192.0.2.1")
              .setSessions(bad)
              .setInformation("no TLSA record matches the certificate")
              .setReason("dane-tlsa-invalid"));
    }
    return TlsSessionCounts.newBuilder()
        .setDomain(domain)
        .setDay(day)
        .addAllReportTo(List.of(to))
        .addPolicies(policy)
        .build();
  }

  static TlsSessionRecord record(TlsSessionCounts counts) {
    return TlsSessionRecord.newBuilder().setCounts(counts).build();
  }
}
