package io.postern.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.postern.lab.LabDns;
import io.postern.lab.LabZones;
import io.postern.lab.LabZones.Signing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.Type;

/** Signed, bogus, expired, unsigned and insecurely delegated zones, asked in both ways. */
class MailResolverTest {
  @TempDir Path folder;
  private final LabZones zones =
      new LabZones().signed("example").signed("signed.example").insecure("plain.example");
  private final LabDns dns = LabDns.start().signedBy(zones);

  @BeforeEach
  void fill() {
    dns.mailDomain("signed.example", "mx.signed.example");
    dns.mailDomain("plain.example", "mx.plain.example");
    dns.cname("alias.signed.example", "mx.signed.example");
    dns.cname("out.signed.example", "mx.plain.example");
    dns.a("*.wild.signed.example", "127.0.0.9");
  }

  @AfterEach
  void end() {
    dns.close();
  }

  private MailResolver resolver(Dnssec dnssec) throws IOException {
    if (dnssec == Dnssec.TRUST_AD) {
      dns.validating();
    }
    Path anchors = Files.writeString(folder.resolve("root"), zones.rootAnchor() + "\n");
    return new MailResolver(
        new DnsSettings(
            List.of(dns.address()),
            Duration.ofSeconds(5),
            Duration.ofSeconds(20),
            1 << 20,
            dnssec,
            Optional.of(anchors)),
        InstantSource.system());
  }

  private static Name name(String name) throws Exception {
    return Name.fromString(name, Name.root);
  }

  @ParameterizedTest
  @EnumSource(
      value = Dnssec.class,
      names = {"VALIDATE", "TRUST_AD"})
  void anAnswerOfASignedZoneIsSecure(Dnssec dnssec) throws Exception {
    MailResolver resolver = resolver(dnssec);
    DnsAnswer mx = resolver.ask(name("signed.example"), Type.MX);
    assertThat(mx.secure()).isTrue();
    assertThat(mx.as(MXRecord.class).getFirst().getTarget()).isEqualTo(name("mx.signed.example"));
    assertThat(resolver.ask(name("mx.signed.example"), Type.A).secure()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(
      value = Dnssec.class,
      names = {"VALIDATE", "TRUST_AD"})
  void anAnswerOfAnInsecureDelegationIsNotSecure(Dnssec dnssec) throws Exception {
    DnsAnswer mx = resolver(dnssec).ask(name("plain.example"), Type.MX);
    assertThat(mx.records()).hasSize(1);
    assertThat(mx.secure()).isFalse();
  }

  @ParameterizedTest
  @EnumSource(
      value = Dnssec.class,
      names = {"VALIDATE", "TRUST_AD"})
  void aDenialOfASignedZoneIsSecure(Dnssec dnssec) throws Exception {
    MailResolver resolver = resolver(dnssec);
    DnsAnswer noData = resolver.ask(name("mx.signed.example"), Type.TLSA);
    assertThat(noData.secure()).isTrue();
    assertThat(noData.records()).isEmpty();
    assertThat(noData.nameExists()).isTrue();
    DnsAnswer noName = resolver.ask(name("_25._tcp.mx.signed.example"), Type.TLSA);
    assertThat(noName.secure()).isTrue();
    assertThat(noName.nameExists()).isFalse();
  }

  @Test
  void aliasesAreFollowedAndTheirProofToo() throws Exception {
    MailResolver resolver = resolver(Dnssec.VALIDATE);
    DnsAnswer inside = resolver.ask(name("alias.signed.example"), Type.A);
    assertThat(inside.name()).isEqualTo(name("mx.signed.example"));
    assertThat(inside.secure()).isTrue();
    DnsAnswer outside = resolver.ask(name("out.signed.example"), Type.A);
    assertThat(outside.name()).isEqualTo(name("mx.plain.example"));
    assertThat(outside.secure()).isFalse();
    assertThat(resolver.ask(name("out.signed.example"), Type.CNAME).secure()).isTrue();
  }

  @Test
  void anAnswerOfAWildcardIsSecure() throws Exception {
    DnsAnswer answer = resolver(Dnssec.VALIDATE).ask(name("a.wild.signed.example"), Type.A);
    assertThat(answer.records()).hasSize(1);
    assertThat(answer.secure()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(
      value = Signing.class,
      names = {"EXPIRED", "WRONG_KEY", "LEFT_OUT"})
  void anAnswerWithoutItsProofIsBogusAndNoDenial(Signing signing) throws Exception {
    zones.signing("signed.example", signing);
    MailResolver resolver = resolver(Dnssec.VALIDATE);
    for (int type : List.of(Type.MX, Type.TLSA)) {
      DnsFailureException failure =
          catchThrowableOfType(
              DnsFailureException.class, () -> resolver.ask(name("signed.example"), type));
      assertThat(failure.bogus()).as(failure.detail()).isTrue();
      assertThat(failure.detail()).contains("signed.example");
    }
  }

  @ParameterizedTest
  @EnumSource(Dnssec.class)
  void aRefusalIsAFailureAndNeitherADenialNorBogus(Dnssec dnssec) throws Exception {
    dns.servfail("signed.example");
    MailResolver resolver = resolver(dnssec);
    DnsFailureException failure =
        catchThrowableOfType(
            DnsFailureException.class, () -> resolver.ask(name("signed.example"), Type.MX));
    assertThat(failure.detail()).contains("SERVFAIL");
    assertThat(failure.bogus()).isFalse();
  }

  @Test
  void withoutDnssecNothingIsSecure() throws Exception {
    dns.validating();
    assertThat(resolver(Dnssec.OFF).ask(name("signed.example"), Type.MX).secure()).isFalse();
  }

  /** The default: whoever has such servers need not know what DNSSEC is. */
  @Test
  void automaticallyAnswersAreProvenOnceTheServersHavePassedProofsOn() throws Exception {
    MailResolver resolver = resolver(Dnssec.AUTO);
    DnsAnswer before = resolver.ask(name("signed.example"), Type.MX);
    assertThat(before.records()).isNotEmpty();
    assertThat(before.secure()).isFalse();

    try (ResolverSelfTest test = new ResolverSelfTest(resolver, problem -> {})) {
      test.await(Duration.ofSeconds(30));
      assertThat(test.problem()).isEmpty();
    }
    assertThat(resolver.proves()).isTrue();
    assertThat(resolver.ask(name("signed.example"), Type.MX).secure())
        .as("what was kept before is not used again")
        .isTrue();
  }

  /** An inner server that answers for names below a signed zone has no proofs of them. */
  @Test
  void automaticallyAHostOfAnAdministratorIsFoundWithoutItsProof() throws Exception {
    Name host = name("mx.signed.example");
    for (Dnssec dnssec : List.of(Dnssec.AUTO, Dnssec.VALIDATE)) {
      MailResolver resolver = resolver(dnssec);
      if (dnssec == Dnssec.AUTO) {
        assertThat(resolver.prove()).isEmpty();
      }
      zones.signing("signed.example", Signing.LEFT_OUT);
      assertThatThrownBy(() -> resolver.ask(host, Type.A)).isInstanceOf(DnsFailureException.class);
      if (dnssec == Dnssec.AUTO) {
        DnsAnswer answer = resolver.askOfNamed(host, Type.A);
        assertThat(answer.records()).hasSize(1);
        assertThat(answer.secure()).isFalse();
        assertThat(resolver.unproven()).containsExactly("mx.signed.example");
      } else {
        assertThatThrownBy(() -> resolver.askOfNamed(host, Type.A))
            .isInstanceOf(DnsFailureException.class);
        assertThat(resolver.unproven()).isEmpty();
      }
    }
  }

  /** Whoever drops packets must not take DANE away: only a wrong proof is set aside. */
  @Test
  void automaticallyAHostOfAnAdministratorWaitsForAnAnswerThatDoesNotCome() throws Exception {
    MailResolver resolver = resolver(Dnssec.AUTO);
    assertThat(resolver.prove()).isEmpty();
    dns.servfail("mx.signed.example");
    Name host = name("mx.signed.example");
    assertThatThrownBy(() -> resolver.ask(host, Type.A)).isInstanceOf(DnsFailureException.class);
    // The failure is kept for some seconds, and a question without proof would be answered now.
    dns.remove("mx.signed.example").a("mx.signed.example", "192.0.2.25");
    assertThatThrownBy(() -> resolver.askOfNamed(host, Type.A))
        .isInstanceOfSatisfying(
            DnsFailureException.class, failure -> assertThat(failure.bogus()).isFalse());
    assertThat(resolver.unproven()).isEmpty();
  }

  @Test
  void automaticallyNothingStopsWhereTheServersPassNoSignaturesOn() throws Exception {
    Path anchors = Files.writeString(folder.resolve("other"), new LabZones().rootAnchor() + "\n");
    MailResolver resolver =
        new MailResolver(
            new DnsSettings(
                List.of(dns.address()),
                Duration.ofSeconds(5),
                Duration.ofSeconds(20),
                1 << 20,
                Dnssec.AUTO,
                Optional.of(anchors)),
            InstantSource.system());

    assertThat(resolver.prove()).contains("pass no proof of the root zone on");

    assertThat(resolver.proves()).isFalse();
    assertThat(resolver.ask(name("signed.example"), Type.MX).records()).isNotEmpty();
  }

  @Test
  void aKeyOfTheRootThatIsAnothersProvesNothing() throws Exception {
    Path anchors = Files.writeString(folder.resolve("other"), new LabZones().rootAnchor() + "\n");
    MailResolver resolver =
        new MailResolver(
            new DnsSettings(
                List.of(dns.address()),
                Duration.ofSeconds(5),
                Duration.ofSeconds(20),
                1 << 20,
                Dnssec.VALIDATE,
                Optional.of(anchors)),
            InstantSource.system());
    assertThatThrownBy(() -> resolver.ask(name("signed.example"), Type.MX))
        .isInstanceOf(DnsFailureException.class);
  }

  @Test
  void aKeyThatIsRolledOverIsFollowed() throws Exception {
    MailResolver before = resolver(Dnssec.VALIDATE);
    assertThat(before.ask(name("signed.example"), Type.MX).secure()).isTrue();
    zones.signed("signed.example");
    MailResolver after = resolver(Dnssec.VALIDATE);
    assertThat(after.ask(name("signed.example"), Type.MX).secure()).isTrue();
  }

  /** RFC 4035 §5.3.3: the zone takes a record away, and its former signature ends in a minute. */
  @Test
  void aProvenAnswerIsKeptAsLongAsItsSignaturesHold() throws Exception {
    HeldClock clock = new HeldClock();
    dns.ttl(3600).a("mx.short.signed.example", "127.0.0.1");
    zones.signedUntil("signed.example", clock.instant().plusSeconds(60));
    MailResolver resolver = resolver(clock);
    Name host = name("mx.short.signed.example");
    DnsAnswer first = resolver.ask(host, Type.A);
    assertThat(first.secure()).isTrue();
    assertThat(first.ttlSeconds()).isBetween(1L, 60L);
    assertThat(first.zoneTtlSeconds()).isEqualTo(3600);
    clock.pass(Duration.ofSeconds(50));
    assertThat(resolver.ask(host, Type.A).records()).hasSize(1);
    assertThat(dns.queries()).containsOnlyOnce("A mx.short.signed.example");
    zones.signedUntil("signed.example", clock.instant().plus(Duration.ofDays(7)));
    dns.remove("mx.short.signed.example");
    clock.pass(Duration.ofSeconds(11));
    assertThat(resolver.ask(host, Type.A).records()).isEmpty();
  }

  /** The same of a denial, whose proof is in the records beside it. */
  @Test
  void aProvenDenialIsKeptAsLongAsItsSignaturesHold() throws Exception {
    HeldClock clock = new HeldClock();
    zones.ttl(3600).signedUntil("signed.example", clock.instant().plusSeconds(60));
    DnsAnswer denial = resolver(clock).ask(name("none.signed.example"), Type.TLSA);
    assertThat(denial.secure()).isTrue();
    assertThat(denial.records()).isEmpty();
    assertThat(denial.ttlSeconds()).isBetween(1L, 60L);
  }

  private MailResolver resolver(HeldClock clock) throws IOException {
    Path anchors = Files.writeString(folder.resolve("root"), zones.rootAnchor() + "\n");
    return new MailResolver(
        new DnsSettings(
            List.of(dns.address()),
            Duration.ofSeconds(5),
            Duration.ofSeconds(20),
            1 << 20,
            Dnssec.VALIDATE,
            Optional.of(anchors)),
        clock,
        clock::nanos);
  }

  /** Stands still but for {@link #pass}. */
  private static final class HeldClock extends Clock {
    private final Instant begin = Instant.now();
    private volatile Duration passed = Duration.ZERO;

    void pass(Duration time) {
      passed = passed.plus(time);
    }

    long nanos() {
      return passed.toNanos();
    }

    @Override
    public Instant instant() {
      return begin.plus(passed);
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  @Test
  void manyAskersMakeOneQuestion() throws Exception {
    MailResolver resolver = resolver(Dnssec.TRUST_AD);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<DnsAnswer> question = () -> resolver.ask(name("signed.example"), Type.MX);
      List<Callable<DnsAnswer>> hundred = java.util.Collections.nCopies(100, question);
      for (Future<DnsAnswer> answer : threads.invokeAll(hundred)) {
        assertThat(answer.get().records()).hasSize(1);
      }
    }
    assertThat(dns.queries()).containsOnlyOnce("MX signed.example");
  }

  @Test
  void anAnswerThatDoesNotComeEndsItsAskersPatience() throws Exception {
    dns.silent("signed.example");
    MailResolver resolver =
        new MailResolver(
            new DnsSettings(
                List.of(dns.address()),
                Duration.ofMillis(200),
                Duration.ofMillis(300),
                1 << 20,
                Dnssec.OFF,
                Optional.empty()),
            InstantSource.system());
    DnsFailureException failure =
        catchThrowableOfType(
            DnsFailureException.class, () -> resolver.ask(name("signed.example"), Type.MX));
    assertThat(failure.bogus()).isFalse();
  }
}
