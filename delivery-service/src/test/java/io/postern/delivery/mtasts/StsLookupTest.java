package io.postern.delivery.mtasts;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.StsFailure;
import io.postern.contracts.v1.StsPolicyState;
import io.postern.delivery.mtasts.StsLookup.Found;
import io.postern.dns.DnsSettings;
import io.postern.dns.Dnssec;
import io.postern.dns.MailResolver;
import io.postern.lab.LabDns;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Which policy is in force (RFC 8461 §3, §5.1), with a real name server and a clock that is held.
 */
class StsLookupTest {
  private static final String DOMAIN = "fabrikam.example";
  private static final Instant FETCHED = Instant.parse("2026-11-27T12:00:00Z");
  private static final long WEEK = 7 * 86_400;

  private final MemoryStsPolicies policies = new MemoryStsPolicies();
  private LabDns dns;
  private MailResolver resolver;
  private Instant now = FETCHED;

  @BeforeEach
  void start() throws Exception {
    dns = LabDns.start();
    resolver =
        new MailResolver(
            new DnsSettings(
                List.of(dns.address()),
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                1 << 20,
                Dnssec.OFF,
                Optional.empty()),
            InstantSource.system());
  }

  @AfterEach
  void stop() {
    dns.close();
  }

  private Found look() {
    return new StsLookup(resolver, policies, Duration.ofMillis(50), () -> now).of(DOMAIN);
  }

  private void record(String id) {
    dns.txt("_mta-sts." + DOMAIN, "v=STSv1; id=" + id);
  }

  private static StsPolicyState.Builder fetched(String id) {
    return StsPolicyState.newBuilder()
        .setDomain(DOMAIN)
        .setId(id)
        .setMode("enforce")
        .addMx("mx." + DOMAIN)
        .setMaxAgeSeconds(WEEK)
        .setFetchedMillis(FETCHED.toEpochMilli());
  }

  private static StsFailure failure(String id, Duration until) {
    return StsFailure.newBuilder()
        .setId(id)
        .setResultType("sts-webpki-invalid")
        .setNextMillis(FETCHED.plus(until).toEpochMilli())
        .build();
  }

  private void inForce(Found found, String id) {
    assertThat(found)
        .isInstanceOfSatisfying(
            Found.Policy.class,
            policy -> {
              assertThat(policy.id()).isEqualTo(id);
              assertThat(policy.policy().names("mx." + DOMAIN)).isTrue();
            });
  }

  @Test
  void aDomainWithoutARecordHasNoPolicyAndNobodyIsAsked() {
    assertThat(look()).isEqualTo(new Found.Nothing());
    assertThat(policies.asked()).isEmpty();
  }

  @Test
  void thePolicyOfTheRecordsIdIsInForceAndNotAskedFor() {
    record("1");
    policies.publish(fetched("1").build());
    inForce(look(), "1");
    assertThat(policies.asked()).isEmpty();
  }

  @Test
  void aRecordThatIsGoneOrNotAnsweredLeavesThePolicyInForceUntilItsAgeEnds() {
    policies.publish(fetched("1").build());
    inForce(look(), "1");
    now = FETCHED.plusSeconds(WEEK - 1);
    inForce(look(), "1");
    now = FETCHED.plusSeconds(WEEK);
    assertThat(look()).isEqualTo(new Found.Nothing());
  }

  @Test
  void aDnsThatIsBlockedLeavesThePolicyInForce() {
    dns.servfail("_mta-sts." + DOMAIN);
    policies.publish(fetched("1").build());
    inForce(look(), "1");
  }

  @Test
  void aDomainWhoseDnsFailsIsNotAskedForItsRecordAgainAtOnce() {
    dns.servfail("_mta-sts." + DOMAIN);
    StsLookup lookup = new StsLookup(resolver, policies, Duration.ofMillis(50), () -> now);
    assertThat(lookup.of(DOMAIN)).isEqualTo(new Found.Nothing());
    dns.txt("_mta-sts." + DOMAIN, "v=STSv1; id=1");
    assertThat(lookup.of(DOMAIN)).isEqualTo(new Found.Nothing());
    assertThat(policies.asked()).isEmpty();
  }

  @Test
  void anotherIdIsAskedForAndTheOldPolicyHoldsMeanwhile() {
    record("2");
    policies.publish(fetched("1").build());
    inForce(look(), "1");
    assertThat(policies.asked()).containsExactly(DOMAIN + "/2");
  }

  @Test
  void aPolicyThatIsADayOldIsAskedForAgain() {
    record("1");
    policies.publish(fetched("1").build());
    now = FETCHED.plus(Duration.ofDays(1)).minusMillis(1);
    inForce(look(), "1");
    assertThat(policies.asked()).isEmpty();
    now = FETCHED.plus(Duration.ofDays(1));
    inForce(look(), "1");
    assertThat(policies.asked()).containsExactly(DOMAIN + "/1");
  }

  @Test
  void aPolicyThatHasEndedIsAskedForAlthoughItIsYoung() {
    record("1");
    policies.publish(fetched("1").setMaxAgeSeconds(600).build());
    now = FETCHED.plus(Duration.ofMinutes(20));
    assertThat(look()).isInstanceOf(Found.Failure.class);
    assertThat(policies.asked()).containsExactly(DOMAIN + "/1");
  }

  @Test
  void aFirstPolicyIsAwaited() {
    record("1");
    Thread.ofVirtual()
        .start(
            () -> {
              while (policies.asked().isEmpty()) {
                Thread.onSpinWait();
              }
              policies.publish(fetched("1").build());
            });
    Found found = new StsLookup(resolver, policies, Duration.ofMinutes(1), () -> now).of(DOMAIN);
    inForce(found, "1");
  }

  @Test
  void aPolicyThatCannotBeHadIsAFailureAndDemandsNothing() {
    record("1");
    assertThat(look()).isEqualTo(new Found.Failure("1", "sts-policy-fetch-error"));
    policies.publish(
        StsPolicyState.newBuilder()
            .setDomain(DOMAIN)
            .setFailure(failure("1", Duration.ofMinutes(5)))
            .build());
    assertThat(look()).isEqualTo(new Found.Failure("1", "sts-webpki-invalid"));
  }

  @Test
  void aFailureIsNotAskedAboutAgainBeforeItsTime() {
    record("2");
    policies.publish(fetched("1").setFailure(failure("2", Duration.ofMinutes(5))).build());
    now = FETCHED.plus(Duration.ofMinutes(5)).minusMillis(1);
    inForce(look(), "1");
    assertThat(policies.asked()).isEmpty();
    now = FETCHED.plus(Duration.ofMinutes(5));
    inForce(look(), "1");
    assertThat(policies.asked()).containsExactly(DOMAIN + "/2");
  }

  @Test
  void aFailureLongAgoIsAskedAboutAgain() {
    record("1");
    policies.publish(
        StsPolicyState.newBuilder()
            .setDomain(DOMAIN)
            .setFailure(failure("1", Duration.ofMinutes(5)))
            .build());
    now = FETCHED.plus(Duration.ofMinutes(5));
    assertThat(look()).isEqualTo(new Found.Failure("1", "sts-webpki-invalid"));
    assertThat(policies.asked()).containsExactly(DOMAIN + "/1");
  }

  @Test
  void modeNoneAndModesOfALaterVersionDemandNothing() {
    record("1");
    policies.publish(fetched("1").setMode("none").build());
    assertThat(look()).isEqualTo(new Found.Nothing());
    policies.publish(fetched("1").setMode("stricter").build());
    assertThat(look()).isEqualTo(new Found.Nothing());
  }
}
