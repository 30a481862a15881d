package io.postern.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.Name;
import org.xbill.DNS.Type;

/** What NSD and LDNS have signed, by both ways to a proof. */
class RealServersTest {
  private enum Expected {
    SECURE,
    SECURE_DENIAL,
    INSECURE,
    BOGUS
  }

  private record Case(String name, int type, Expected expected) {}

  private static final List<Case> CASES =
      List.of(
          new Case("signed.example", Type.MX, Expected.SECURE),
          new Case("mx.signed.example", Type.A, Expected.SECURE),
          new Case("_25._tcp.mx.signed.example", Type.TLSA, Expected.SECURE),
          new Case("alias.signed.example", Type.A, Expected.SECURE),
          new Case("any.wild.signed.example", Type.A, Expected.SECURE),
          new Case("mx.signed.example", Type.AAAA, Expected.SECURE_DENIAL),
          new Case("none.signed.example", Type.A, Expected.SECURE_DENIAL),
          new Case("_25._tcp.ns.signed.example", Type.TLSA, Expected.SECURE_DENIAL),
          new Case("ed.example", Type.MX, Expected.SECURE),
          new Case("any.wild.ed.example", Type.A, Expected.SECURE),
          new Case("mx.ed.example", Type.AAAA, Expected.SECURE_DENIAL),
          new Case("none.ed.example", Type.A, Expected.SECURE_DENIAL),
          new Case("plain.example", Type.MX, Expected.INSECURE),
          new Case("_25._tcp.mx.plain.example", Type.TLSA, Expected.INSECURE),
          new Case("expired.example", Type.MX, Expected.BOGUS),
          new Case("none.expired.example", Type.MX, Expected.BOGUS),
          new Case("mx.forged.example", Type.A, Expected.BOGUS),
          new Case("forged.example", Type.MX, Expected.SECURE));

  @TempDir static Path folder;
  private static @Nullable RealServers servers;

  @AfterAll
  static void stop() throws InterruptedException {
    if (servers != null) {
      servers.close();
    }
  }

  @TestFactory
  Stream<DynamicTest> proofs() throws Exception {
    if (!RealServers.areThere()) {
      return Stream.empty();
    }
    RealServers started = RealServers.start(folder);
    servers = started;
    List<DynamicTest> tests = new ArrayList<>();
    for (Dnssec dnssec : List.of(Dnssec.VALIDATE, Dnssec.TRUST_AD)) {
      MailResolver resolver =
          new MailResolver(
              new DnsSettings(
                  List.of(started.resolver()),
                  Duration.ofSeconds(5),
                  Duration.ofSeconds(20),
                  1 << 20,
                  dnssec,
                  Optional.of(started.rootAnchor())),
              InstantSource.system());
      tests.add(DynamicTest.dynamicTest(dnssec + " up", () -> awaitUp(resolver)));
      for (Case each : CASES) {
        tests.add(
            DynamicTest.dynamicTest(
                dnssec + " " + Type.string(each.type()) + " " + each.name(),
                () -> assertThat(found(resolver, each)).isEqualTo(each.expected())));
      }
    }
    return tests.stream();
  }

  private static void awaitUp(MailResolver resolver) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .ignoreException(DnsFailureException.class)
        .until(() -> resolver.ask(Name.fromString("ns.example."), Type.A).secure());
  }

  private static Expected found(MailResolver resolver, Case asked) throws Exception {
    try {
      DnsAnswer answer = resolver.ask(Name.fromString(asked.name(), Name.root), asked.type());
      if (!answer.secure()) {
        return Expected.INSECURE;
      }
      return answer.records().isEmpty() ? Expected.SECURE_DENIAL : Expected.SECURE;
    } catch (DnsFailureException e) {
      assertThat(e.bogus()).as(e.detail()).isTrue();
      return Expected.BOGUS;
    }
  }
}
