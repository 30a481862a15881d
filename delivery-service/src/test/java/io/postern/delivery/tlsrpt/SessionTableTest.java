package io.postern.delivery.tlsrpt;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.Reasons;
import io.postern.contracts.v1.FailedSessions;
import io.postern.contracts.v1.PolicySessions;
import io.postern.contracts.v1.TlsSessionCounts;
import io.postern.delivery.gate.HostDemand;
import io.postern.delivery.gate.StsDemand;
import io.postern.dns.dane.Tlsa;
import io.postern.dns.dane.TlsaSet;
import io.postern.dns.mtasts.StsPolicy.Mode;
import java.util.List;
import org.junit.jupiter.api.Test;

class SessionTableTest {
  private static final int DAY = 20_000;
  private static final HostDemand DANE =
      new HostDemand(
          new TlsaSet(
              "mx.fabrikam.example",
              List.of(new Tlsa(3, 1, 1, "00".repeat(32))),
              List.of("mx.fabrikam.example")),
          null);
  private static final HostDemand POLICY =
      new HostDemand(
          null,
          new StsDemand(
              "fabrikam.example", "1", Mode.TESTING, List.of("mx.fabrikam.example"), true, ""));

  private final SessionTable table = new SessionTable();

  private static SessionResult result(
      String domain, HostDemand demand, String reason, String detail) {
    return new SessionResult(
        domain, demand, "mx." + domain, "192.0.2.9", "192.0.2.1", reason, "", detail);
  }

  private TlsSessionCounts only() {
    List<TlsSessionCounts> counts = table.take();
    assertThat(counts).hasSize(1);
    return counts.getFirst();
  }

  @Test
  void sessionsCountByPolicyAndEqualFailuresTogether() {
    table.add(result("fabrikam.example", DANE, "", ""), DAY);
    table.add(result("fabrikam.example", DANE, "", ""), DAY);
    for (int i = 0; i < 3; i++) {
      table.add(result("fabrikam.example", DANE, "dane-tlsa-invalid", "no record matches"), DAY);
    }
    table.add(result("fabrikam.example", HostDemand.NONE, "not-offered", ""), DAY);
    TlsSessionCounts counts = only();
    assertThat(counts.getDomain()).isEqualTo("fabrikam.example");
    assertThat(counts.getDay()).isEqualTo(DAY);
    assertThat(counts.getPoliciesList())
        .containsExactlyInAnyOrder(
            PolicySessions.newBuilder()
                .setType("tlsa")
                .setDomain("mx.fabrikam.example")
                .addLines("3 1 1 " + "00".repeat(32))
                .setSuccessful(2)
                .addFailures(
                    FailedSessions.newBuilder()
                        .setResultType("tlsa-invalid")
                        .setReceivingHost("mx.fabrikam.example")
                        .setReceivingAddress("192.0.2.9")
                        .setSendingAddress("192.0.2.1")
                        .setSessions(3)
                        .setInformation("no record matches")
                        .setReason("dane-tlsa-invalid"))
                .build(),
            PolicySessions.newBuilder()
                .setType("no-policy-found")
                .setDomain("fabrikam.example")
                .addFailures(
                    FailedSessions.newBuilder()
                        .setResultType("starttls-not-supported")
                        .setReceivingHost("mx.fabrikam.example")
                        .setReceivingAddress("192.0.2.9")
                        .setSendingAddress("192.0.2.1")
                        .setSessions(1)
                        .setReason("not-offered"))
                .build());
    assertThat(table.take()).as("taken once").isEmpty();
  }

  @Test
  void aDayEndsAtMidnightUtc() {
    table.add(result("fabrikam.example", DANE, "", ""), DAY);
    table.add(result("fabrikam.example", DANE, "", ""), DAY + 1);
    assertThat(table.take())
        .extracting(TlsSessionCounts::getDay)
        .containsExactlyInAnyOrder(DAY, DAY + 1);
  }

  @Test
  void recordsThatCouldNotBeHadAreAFailureOfDane() {
    table.add(result("fabrikam.example", HostDemand.NONE, "dane-dns-failure", "no answer"), DAY);
    PolicySessions policy = only().getPolicies(0);
    assertThat(policy.getType()).isEqualTo("tlsa");
    assertThat(policy.getDomain()).isEqualTo("mx.fabrikam.example");
    assertThat(policy.getFailures(0).getResultType()).isEqualTo("dnssec-invalid");
  }

  @Test
  void furtherKindsOfFailuresAreOneKindAndNoSessionIsLost() {
    int kinds = SessionTable.MOST_FAILURES + 7;
    for (int i = 0; i < kinds; i++) {
      assertThat(table.add(result("fabrikam.example", DANE, "dane-tlsa-invalid", "no " + i), DAY))
          .isTrue();
    }
    List<FailedSessions> failures = only().getPolicies(0).getFailuresList();
    assertThat(failures).hasSize(SessionTable.MOST_FAILURES + 1);
    assertThat(failures.getLast().getSessions()).isEqualTo(7);
    assertThat(failures.getLast().getResultType()).isEqualTo("validation-failure");
    assertThat(failures.stream().mapToLong(FailedSessions::getSessions).sum()).isEqualTo(kinds);
  }

  @Test
  void domainsBeyondTheBoundFindNoRoomAndTheKnownOnesDo() {
    for (int i = 0; i < SessionTable.MOST_DOMAINS; i++) {
      assertThat(table.add(result("d" + i + ".example", HostDemand.NONE, "", ""), DAY)).isTrue();
    }
    assertThat(table.add(result("one.more.example", HostDemand.NONE, "", ""), DAY)).isFalse();
    assertThat(table.add(result("d0.example", HostDemand.NONE, "", ""), DAY)).isTrue();
    assertThat(table.take()).hasSize(SessionTable.MOST_DOMAINS);
    assertThat(table.add(result("one.more.example", HostDemand.NONE, "", ""), DAY)).isTrue();
  }

  @Test
  void aStrangersTextsStayWithinTheBytes() {
    int room = 0;
    for (int i = 0; i < SessionTable.MOST_DOMAINS; i++) {
      String domain = i + "." + "d".repeat(200) + ".example";
      for (int kind = 0; kind < 20; kind++) {
        String detail = kind + "x".repeat(10_000);
        room += table.add(result(domain, HostDemand.NONE, "not-offered", detail), DAY) ? 1 : 0;
      }
    }
    long bytes = table.take().stream().mapToLong(TlsSessionCounts::getSerializedSize).sum();
    assertThat(room).isPositive();
    assertThat(bytes).isLessThan(SessionTable.MOST_BYTES);
  }

  @Test
  void aPolicyThatIsTriedOutCountsTheFailureThatItWouldHaveMade() {
    SessionResult met = result("fabrikam.example", POLICY, "", "");
    table.add(met, DAY);
    table.add(
        new SessionResult(
            "fabrikam.example",
            POLICY,
            "mx.fabrikam.example",
            "192.0.2.9",
            "192.0.2.1",
            "",
            Reasons.MTA_STS_HOST_MISMATCH,
            "another name"),
        DAY);
    PolicySessions sessions = table.take().getFirst().getPolicies(0);
    assertThat(sessions.getType()).isEqualTo("sts");
    assertThat(sessions.getLinesList())
        .containsExactly("version: STSv1", "mode: testing", "mx: mx.fabrikam.example");
    assertThat(sessions.getSuccessful()).isEqualTo(1);
    assertThat(sessions.getFailures(0).getResultType()).isEqualTo("certificate-host-mismatch");
  }

  @Test
  void aPolicyThatCannotBeHadIsAFailureOfEachSession() {
    StsDemand without =
        new StsDemand("fabrikam.example", "1", Mode.NONE, List.of(), false, "sts-webpki-invalid");
    table.add(result("fabrikam.example", new HostDemand(null, without), "", ""), DAY);
    PolicySessions sessions = table.take().getFirst().getPolicies(0);
    assertThat(sessions.getLinesList()).isEmpty();
    assertThat(sessions.getFailures(0).getResultType()).isEqualTo("sts-webpki-invalid");
  }
}
