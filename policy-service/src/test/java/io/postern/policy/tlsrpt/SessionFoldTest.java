package io.postern.policy.tlsrpt;

import static io.postern.policy.tlsrpt.SessionFold.Taken;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.FailedSessions;
import io.postern.contracts.v1.PolicySessions;
import io.postern.contracts.v1.TlsReportMade;
import io.postern.contracts.v1.TlsReportPosted;
import io.postern.contracts.v1.TlsSessionCounts;
import io.postern.contracts.v1.TlsSessionRecord;
import io.postern.dns.tlsrpt.TlsReport.PolicyResult;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SessionFoldTest {
  private static final DomainDay SUBJECT = new DomainDay("fabrikam.example", Sessions.DAY);

  private final SessionFold fold = new SessionFold();

  private Taken take(TlsSessionRecord record, long offset) {
    return fold.take(record, offset, 1_000 + offset);
  }

  private static TlsSessionRecord counts(String domain) {
    return Sessions.record(Sessions.counts(domain, Sessions.DAY, 1, 0, "mailto:a@" + domain));
  }

  private static TlsSessionRecord made(String... postTo) {
    return TlsSessionRecord.newBuilder()
        .setMade(
            TlsReportMade.newBuilder()
                .setDomain(SUBJECT.domain())
                .setDay(SUBJECT.day())
                .addAllPostTo(java.util.List.of(postTo)))
        .build();
  }

  private static TlsSessionRecord posted(String to) {
    return TlsSessionRecord.newBuilder()
        .setPosted(
            TlsReportPosted.newBuilder()
                .setDomain(SUBJECT.domain())
                .setDay(SUBJECT.day())
                .setPostTo(to))
        .build();
  }

  @Test
  void aDayIsDueOnceItHasEndedAndItsDelayHasPassed() {
    take(counts("fabrikam.example"), 0);
    assertThat(fold.due(SUBJECT.endMillis(), Set.of(), 10)).isEmpty();
    assertThat(fold.due(SUBJECT.dueMillis() - 1, Set.of(), 10)).isEmpty();
    assertThat(fold.due(SUBJECT.dueMillis(), Set.of(), 10)).containsExactly(SUBJECT);
    assertThat(fold.due(SUBJECT.dueMillis(), Set.of(SUBJECT), 10)).isEmpty();
  }

  @Test
  void aDayWithItsReportIsDoneAndCountsBehindItAreLate() {
    take(counts("fabrikam.example"), 0);
    take(made(), 1);
    assertThat(take(counts("fabrikam.example"), 2)).isEqualTo(Taken.LATE);
    assertThat(fold.due(Long.MAX_VALUE, Set.of(), 10)).isEmpty();
    assertThat(fold.posts()).isEmpty();
  }

  @Test
  void aReportIsToBePostedUntilItWasToEachAddress() {
    take(made("https://a.example/", "https://b.example/"), 7);
    assertThat(fold.posts()).hasSize(2);
    assertThat(fold.posts().getFirst().offset()).isEqualTo(7);
    take(posted("https://a.example/"), 8);
    assertThat(fold.posts())
        .extracting(SessionFold.Post::address)
        .containsExactly("https://b.example/");
    take(made("https://a.example/"), 9);
    assertThat(fold.posts()).as("the first report counts").hasSize(1);
    take(posted("https://b.example/"), 10);
    assertThat(fold.posts()).isEmpty();
  }

  @Test
  void aDayThatNobodyReportedInTimeIsDropped() {
    take(counts("fabrikam.example"), 0);
    assertThat(fold.dropTooOld(SUBJECT.dueMillis())).isZero();
    assertThat(fold.dropTooOld(SUBJECT.endMillis() + 40L * 3_600_000)).isEqualTo(1);
    assertThat(fold.due(Long.MAX_VALUE, Set.of(), 10)).isEmpty();
  }

  @Test
  void domainsHaveABoundAndAReportMakesRoom() {
    for (int i = 0; i < SessionFold.MOST_OPEN - 1; i++) {
      assertThat(take(counts("d" + i + ".example"), i)).isEqualTo(Taken.COUNTED);
    }
    assertThat(take(counts("fabrikam.example"), 90_000)).isEqualTo(Taken.COUNTED);
    assertThat(take(counts("more.example"), 90_001)).isEqualTo(Taken.NO_ROOM);
    take(made(), 90_002);
    assertThat(take(counts("more.example"), 90_003)).isEqualTo(Taken.COUNTED);
  }

  @Test
  void domainsHaveABoundInBytesAndLongAddressesAreLeftOut() {
    int counted = 0;
    Taken last = Taken.COUNTED;
    for (int i = 0; last == Taken.COUNTED && i < SessionFold.MOST_OPEN; i++) {
      TlsSessionCounts.Builder counts =
          TlsSessionCounts.newBuilder().setDomain("d" + i + ".example").setDay(Sessions.DAY);
      for (int k = 0; k < 10; k++) {
        counts.addReportTo("https://report.example/" + k + "x".repeat(6_000));
        counts.addPolicies(
            PolicySessions.newBuilder().setType("tlsa").setDomain(k + "y".repeat(500)));
      }
      last = take(TlsSessionRecord.newBuilder().setCounts(counts).build(), i);
      counted += last == Taken.COUNTED ? 1 : 0;
    }
    assertThat(last).isEqualTo(Taken.NO_ROOM);
    assertThat(counted).isBetween(500, SessionFold.MOST_BYTES / 5_000);
    SessionTally tally = new SessionTally();
    tally.add(
        TlsSessionCounts.newBuilder()
            .addReportTo("mailto:a@fabrikam.example")
            .addReportTo("https://report.example/" + "x".repeat(6_000))
            .build());
    assertThat(tally.reportTo()).containsExactly("mailto:a@fabrikam.example");
  }

  @Test
  void aRecordOfANewerVersionIsSkipped() {
    assertThat(take(TlsSessionRecord.getDefaultInstance(), 0)).isEqualTo(Taken.UNKNOWN);
  }

  @Test
  void aDaysFailuresHaveABoundAndNoSessionIsLost() {
    SessionTally tally = new SessionTally();
    int kinds = SessionTally.MOST_FAILURES + 20;
    for (int i = 0; i < kinds; i++) {
      tally.add(
          TlsSessionCounts.newBuilder()
              .addPolicies(
                  PolicySessions.newBuilder()
                      .setType("tlsa")
                      .addFailures(
                          FailedSessions.newBuilder()
                              .setResultType("tlsa-invalid")
                              .setInformation("kind " + i)
                              .setSessions(2)))
              .build());
    }
    PolicyResult result = tally.results().getFirst();
    assertThat(result.failures()).hasSize(SessionTally.MOST_FAILURES + 1);
    assertThat(result.summary().failed()).isEqualTo(2L * kinds);
  }
}
