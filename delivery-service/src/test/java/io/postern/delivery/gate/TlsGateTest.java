package io.postern.delivery.gate;

import static io.postern.delivery.gate.TlsGate.PlaintextReason.HANDSHAKE_FAILED;
import static io.postern.delivery.gate.TlsGate.PlaintextReason.NOT_OFFERED;
import static io.postern.delivery.gate.TlsGate.PlaintextReason.STARTTLS_REFUSED;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import io.postern.contracts.Reasons;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.DaneMode;
import io.postern.contracts.v1.MtaStsMode;
import io.postern.contracts.v1.RequireTls;
import io.postern.contracts.v1.TlsFacts;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.contracts.v1.TlsVersion;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import io.postern.delivery.gate.TlsGate.Channel;
import io.postern.delivery.gate.TlsGate.Proofs;
import io.postern.delivery.gate.TlsGate.Ruling;
import io.postern.dns.dane.DaneMatch;
import io.postern.dns.dane.DaneMatch.Fault;
import io.postern.dns.dane.Tlsa;
import io.postern.dns.dane.TlsaSet;
import io.postern.dns.mtasts.StsPolicy.Mode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TlsGateTest {
  private static final String[] GROUPS = {"", "x25519"};
  private static final String HOST = "mx.fabrikam.com";
  private static final Channel TLS = encrypted(facts());
  private static final Channel WEAK = encrypted(facts().setForwardSecrecy(false));
  private static final Channel TLS12 = encrypted(facts().setVersion(TlsVersion.TLS_1_2));
  private static final Channel HYBRID = encrypted(facts().setGroup("X25519MLKEM768"));
  private static final Channel RESUMED =
      encrypted(facts().setGroup("X25519MLKEM768").setResumed(true));
  private static final Channel CLASSICAL = encrypted(facts().setGroup("x25519"));
  private static final Channel ANONYMOUS =
      encrypted(facts().setPeerChainFingerprint(ByteString.EMPTY).clearPeerNames());
  private static final CertificateVerdict GOOD = verdict(VerdictResult.GOOD, "");

  static Stream<Arguments> table() {
    TlsRequirement opportunistic = level(TlsLevel.OPPORTUNISTIC).build();
    TlsRequirement encryption = level(TlsLevel.ENCRYPTION_ONLY).build();
    TlsRequirement certificate = level(TlsLevel.CERTIFICATE_VALIDATION).build();
    TlsRequirement domain =
        level(TlsLevel.DOMAIN_VALIDATION).setTlsDomain("*.fabrikam.com").build();
    TlsRequirement wrongDomain =
        level(TlsLevel.DOMAIN_VALIDATION).setTlsDomain("contoso.com").build();
    TlsRequirement requireTls =
        level(TlsLevel.OPPORTUNISTIC).setRequireTls(RequireTls.REQUIRE_TLS_YES).build();
    return Stream.of(
        // plaintext
        row(opportunistic, plain(NOT_OFFERED), null, ":none(not-offered)"),
        row(opportunistic, plain(HANDSHAKE_FAILED), null, ":none(handshake-failed)"),
        row(opportunistic, plain(STARTTLS_REFUSED), null, ":none(handshake-failed)"),
        row(encryption, plain(NOT_OFFERED), null, "/not-offered"),
        row(encryption, plain(STARTTLS_REFUSED), null, "/starttls-refused"),
        row(encryption, plain(HANDSHAKE_FAILED), null, "/handshake-failed"),
        row(certificate, plain(NOT_OFFERED), GOOD, "/not-offered"),
        row(domain, plain(HANDSHAKE_FAILED), GOOD, "/handshake-failed"),
        row(
            with(opportunistic, b -> b.setForwardSecrecy(true)),
            plain(NOT_OFFERED),
            null,
            "/not-offered"),
        row(
            with(opportunistic, b -> b.setMinimumVersion(TlsVersion.TLS_1_3)),
            plain(HANDSHAKE_FAILED),
            null,
            "/handshake-failed"),
        row(
            with(opportunistic, b -> b.setMinimumVersion(TlsVersion.TLS_1_2)),
            plain(NOT_OFFERED),
            null,
            ":none(not-offered)"),
        row(requireTls, plain(NOT_OFFERED), null, "/not-offered"),
        // what is not demanded is not looked at
        row(opportunistic, TLS, null, ":encryption-only"),
        row(opportunistic, WEAK, null, ":encryption-only"),
        row(opportunistic, ANONYMOUS, null, ":encryption-only"),
        row(opportunistic, TLS, bad(VerdictReason.REVOKED), ":encryption-only"),
        row(encryption, TLS, null, ":encryption-only"),
        row(encryption, ANONYMOUS, null, ":encryption-only"),
        // version and forward secrecy
        row(encryption, TLS12, null, ":encryption-only"),
        row(
            with(encryption, b -> b.setMinimumVersion(TlsVersion.TLS_1_3)),
            TLS12,
            null,
            "/version-too-low"),
        row(with(encryption, b -> b.setMinimumVersionValue(99)), TLS, null, "/version-too-low"),
        row(encryption, encrypted(facts().setVersionValue(11)), null, "/version-too-low"),
        row(
            opportunistic,
            encrypted(facts().setVersion(TlsVersion.TLS_VERSION_UNSPECIFIED)),
            null,
            "/version-too-low"),
        row(with(encryption, b -> b.setForwardSecrecy(true)), WEAK, null, "/no-forward-secrecy"),
        row(with(encryption, b -> b.setForwardSecrecy(true)), TLS, null, ":encryption-only"),
        // the hybrid group
        row(with(encryption, b -> b.setPostQuantum(true)), HYBRID, null, ":encryption-only+pq"),
        row(with(encryption, b -> b.setPostQuantum(true)), RESUMED, null, ":encryption-only+pq"),
        row(with(encryption, b -> b.setPostQuantum(true)), TLS, null, "/no-post-quantum"),
        row(with(encryption, b -> b.setPostQuantum(true)), CLASSICAL, null, "/no-post-quantum"),
        row(with(encryption, b -> b.setPostQuantum(true)), TLS12, null, "/no-post-quantum"),
        row(with(domain, b -> b.setPostQuantum(true)), HYBRID, GOOD, ":domain-validation+pq"),
        row(with(domain, b -> b.setPostQuantum(true)), HYBRID, null, "/verdict-unavailable"),
        row(
            with(opportunistic, b -> b.setPostQuantum(true)),
            plain(NOT_OFFERED),
            null,
            "/not-offered"),
        row(encryption, HYBRID, null, ":encryption-only"),
        // the chain
        row(certificate, TLS, GOOD, ":certificate-validation"),
        row(certificate, TLS, null, "/verdict-unavailable"),
        row(certificate, ANONYMOUS, GOOD, "/no-certificate"),
        row(certificate, TLS, bad(VerdictReason.REVOKED), "/revoked"),
        row(certificate, TLS, bad(VerdictReason.EXPIRED), "/expired"),
        row(certificate, TLS, bad(VerdictReason.SELF_SIGNED), "/self-signed"),
        row(certificate, TLS, bad(VerdictReason.UNTRUSTED_ROOT), "/untrusted-root"),
        row(
            certificate,
            TLS,
            unknown(VerdictReason.REVOCATION_UNREACHABLE),
            "/revocation-unreachable"),
        row(certificate, TLS, unknown(VerdictReason.UNAVAILABLE), "/verdict-unavailable"),
        row(
            certificate,
            TLS,
            unknown(VerdictReason.VERDICT_REASON_UNSPECIFIED),
            "/verdict-unavailable"),
        row(
            certificate,
            TLS,
            CertificateVerdict.newBuilder().setResultValue(77).build(),
            "/verdict-unavailable"),
        // the name
        row(domain, TLS, GOOD, ":domain-validation"),
        row(wrongDomain, TLS, GOOD, "/name-mismatch"),
        row(level(TlsLevel.DOMAIN_VALIDATION).build(), TLS, GOOD, "/name-mismatch"),
        row(domain, TLS, bad(VerdictReason.REVOKED), "/revoked"),
        row(wrongDomain, TLS, null, "/verdict-unavailable"),
        // REQUIRETLS: chain and the host's own name too
        row(requireTls, TLS, null, "/verdict-unavailable"),
        row(requireTls, TLS, GOOD, "/requiretls-not-offered"),
        row(
            requireTls,
            encrypted(facts().clearPeerNames().addPeerNames("other.org")),
            GOOD,
            "/name-mismatch"),
        row(
            with(opportunistic, b -> b.setRequireTls(RequireTls.TLS_REQUIRED_NO)),
            plain(NOT_OFFERED),
            null,
            ":none(not-offered)"),
        row(
            with(encryption, b -> b.setRequireTls(RequireTls.TLS_REQUIRED_NO)),
            plain(NOT_OFFERED),
            null,
            "/not-offered"),
        // what cannot be evaluated is refused, also where it asks for little
        row(with(opportunistic, b -> b.setDane(DaneMode.DANE_NONE)), TLS, null, ":encryption-only"),
        row(
            with(opportunistic, b -> b.setDane(DaneMode.DANE_OPPORTUNISTIC)),
            TLS,
            null,
            ":encryption-only"),
        row(
            with(opportunistic, b -> b.setDane(DaneMode.DANE_OPPORTUNISTIC)),
            plain(NOT_OFFERED),
            null,
            ":none(not-offered)"),
        row(
            with(opportunistic, b -> b.setDane(DaneMode.DANE_MANDATORY)),
            plain(NOT_OFFERED),
            null,
            "/not-offered"),
        row(
            with(opportunistic, b -> b.setDane(DaneMode.DANE_MANDATORY)),
            TLS,
            null,
            "/dane-unavailable"),
        row(with(domain, b -> b.setDane(DaneMode.DANE_MANDATORY)), TLS, GOOD, "/dane-unavailable"),
        row(with(encryption, b -> b.setDaneValue(42)), TLS, null, "/undecidable"),
        row(
            with(encryption, b -> b.setMtaSts(MtaStsMode.MTA_STS_NONE)),
            TLS,
            null,
            ":encryption-only"),
        row(
            with(encryption, b -> b.setMtaSts(MtaStsMode.MTA_STS_OPPORTUNISTIC)),
            TLS,
            null,
            ":encryption-only"),
        row(with(encryption, b -> b.setMtaStsValue(42)), TLS, null, "/undecidable"),
        // a newer writer's level is never taken for a weak one
        row(TlsRequirement.getDefaultInstance(), TLS, GOOD, "/undecidable"),
        row(TlsRequirement.newBuilder().setLevelValue(9).build(), TLS, GOOD, "/undecidable"),
        row(
            TlsRequirement.newBuilder().setLevelValue(9).build(),
            plain(NOT_OFFERED),
            null,
            "/undecidable"));
  }

  @ParameterizedTest
  @MethodSource("table")
  void G3_theGateDecidesAsTheTableSays(
      TlsRequirement requirement,
      Channel channel,
      @Nullable CertificateVerdict verdict,
      String wanted) {
    assertThat(
            spelled(
                TlsGate.decide(
                    requirement, HostDemand.NONE, channel, HOST, false, proofs(verdict, null))))
        .isEqualTo(wanted);
  }

  private static final TlsaSet RECORDS =
      new TlsaSet(HOST, List.of(new Tlsa(3, 1, 1, "00".repeat(32))), List.of(HOST));
  private static final TlsaSet UNUSABLE =
      new TlsaSet(HOST, List.of(new Tlsa(1, 1, 1, "00".repeat(32))), List.of(HOST));
  private static final DaneMatch.Result MATCH =
      new DaneMatch.Result(new DaneMatch.Match(RECORDS.records().getFirst(), 0), null, "");

  static List<Arguments> dane() {
    TlsRequirement opportunistic =
        level(TlsLevel.OPPORTUNISTIC).setDane(DaneMode.DANE_OPPORTUNISTIC).build();
    TlsRequirement mandatory = with(opportunistic, b -> b.setDane(DaneMode.DANE_MANDATORY));
    TlsRequirement chain = with(opportunistic, b -> b.setLevel(TlsLevel.CERTIFICATE_VALIDATION));
    return List.of(
        Arguments.of(opportunistic, RECORDS, TLS, null, MATCH, ":encryption-only+dane"),
        Arguments.of(opportunistic, RECORDS, TLS, null, null, "/dane-tlsa-invalid"),
        Arguments.of(
            opportunistic, RECORDS, TLS, null, fault(Fault.MISMATCH), "/dane-tlsa-invalid"),
        Arguments.of(opportunistic, RECORDS, TLS, null, fault(Fault.NAME), "/dane-host-mismatch"),
        Arguments.of(
            opportunistic, RECORDS, TLS, null, fault(Fault.EXPIRED), "/dane-certificate-expired"),
        Arguments.of(
            opportunistic, RECORDS, plain(NOT_OFFERED), null, null, "/dane-starttls-not-supported"),
        Arguments.of(
            opportunistic,
            RECORDS,
            plain(HANDSHAKE_FAILED),
            null,
            null,
            "/dane-starttls-not-supported"),
        Arguments.of(opportunistic, UNUSABLE, TLS, null, null, ":encryption-only"),
        Arguments.of(
            opportunistic,
            UNUSABLE,
            plain(NOT_OFFERED),
            null,
            null,
            "/dane-starttls-not-supported"),
        Arguments.of(mandatory, UNUSABLE, TLS, null, null, "/dane-unavailable"),
        Arguments.of(mandatory, RECORDS, TLS, null, MATCH, ":encryption-only+dane"),
        // It adds to the connector's level, and takes nothing away.
        Arguments.of(chain, RECORDS, TLS, GOOD, MATCH, ":certificate-validation+dane"),
        Arguments.of(chain, RECORDS, TLS, null, MATCH, "/verdict-unavailable"),
        Arguments.of(chain, RECORDS, TLS, bad(VerdictReason.REVOKED), MATCH, "/revoked"),
        Arguments.of(chain, RECORDS, TLS, GOOD, fault(Fault.MISMATCH), "/dane-tlsa-invalid"));
  }

  private static Proofs proofs(
      @Nullable CertificateVerdict verdict, DaneMatch.@Nullable Result dane) {
    return new Proofs(verdict, dane, null);
  }

  private static StsDemand policy(Random random) {
    return policy(Mode.values()[random.nextInt(Mode.values().length)], random.nextInt(4) > 0);
  }

  private static StsDemand policy(Mode mode, boolean named) {
    return new StsDemand("fabrikam.com", "1", mode, List.of(named ? HOST : "other.org"), named, "");
  }

  static List<Arguments> mtaSts() {
    Channel wildcard = encrypted(facts(), "*.fabrikam.com");
    Channel commonNameAlone = new Channel.Tls(facts().build(), List.of(HOST), List.of());
    return List.of(
        Arguments.of(Mode.ENFORCE, true, TLS, GOOD, ":encryption-only+mta-sts"),
        Arguments.of(Mode.ENFORCE, true, wildcard, GOOD, ":encryption-only+mta-sts"),
        Arguments.of(Mode.ENFORCE, true, commonNameAlone, GOOD, "/mta-sts-host-mismatch"),
        Arguments.of(
            Mode.ENFORCE, true, encrypted(facts(), "other.org"), GOOD, "/mta-sts-host-mismatch"),
        Arguments.of(Mode.ENFORCE, true, ANONYMOUS, null, "/mta-sts-certificate-invalid"),
        Arguments.of(
            Mode.ENFORCE,
            true,
            TLS,
            bad(VerdictReason.SELF_SIGNED),
            "/mta-sts-certificate-invalid"),
        Arguments.of(
            Mode.ENFORCE, true, TLS, bad(VerdictReason.EXPIRED), "/mta-sts-certificate-expired"),
        Arguments.of(Mode.ENFORCE, true, TLS, null, "/verdict-unavailable"),
        Arguments.of(
            Mode.ENFORCE, true, TLS, unknown(VerdictReason.UNAVAILABLE), "/verdict-unavailable"),
        Arguments.of(Mode.ENFORCE, false, TLS, GOOD, "/mta-sts-mx-mismatch"),
        Arguments.of(
            Mode.ENFORCE, true, plain(NOT_OFFERED), null, "/mta-sts-starttls-not-supported"),
        Arguments.of(
            Mode.ENFORCE, true, plain(HANDSHAKE_FAILED), null, "/mta-sts-starttls-not-supported"),
        // A policy that is tried out holds nothing up.
        Arguments.of(Mode.TESTING, true, TLS, GOOD, ":encryption-only+mta-sts"),
        Arguments.of(Mode.TESTING, true, TLS, bad(VerdictReason.REVOKED), ":encryption-only"),
        Arguments.of(Mode.TESTING, false, TLS, GOOD, ":encryption-only"),
        Arguments.of(Mode.TESTING, true, plain(NOT_OFFERED), null, ":none(not-offered)"));
  }

  @ParameterizedTest
  @MethodSource("mtaSts")
  void mtaStsAddsToTheLevel(
      Mode mode,
      boolean named,
      Channel channel,
      @Nullable CertificateVerdict verdict,
      String wanted) {
    TlsRequirement opportunistic = level(TlsLevel.OPPORTUNISTIC).build();
    StsDemand policy = policy(mode, named);
    StsMatch match =
        channel instanceof Channel.Tls tls ? StsMatch.of(policy, tls, HOST, verdict) : null;
    HostDemand demand = new HostDemand(null, policy);
    Proofs proofs = new Proofs(null, null, match);
    assertThat(spelled(TlsGate.decide(opportunistic, demand, channel, HOST, false, proofs)))
        .isEqualTo(wanted);
  }

  private static DaneMatch.Result fault(Fault fault) {
    return new DaneMatch.Result(null, fault, "it does not match");
  }

  @ParameterizedTest
  @MethodSource("dane")
  void daneAddsToTheLevel(
      TlsRequirement requirement,
      TlsaSet set,
      Channel channel,
      @Nullable CertificateVerdict verdict,
      DaneMatch.@Nullable Result match,
      String wanted) {
    HostDemand demand = new HostDemand(set, null);
    assertThat(
            spelled(
                TlsGate.decide(requirement, demand, channel, HOST, false, proofs(verdict, match))))
        .isEqualTo(wanted);
  }

  @Test
  void requireTlsPassesAHostThatOffersItAndIsWhoItSays() {
    TlsRequirement requirement =
        level(TlsLevel.ENCRYPTION_ONLY).setRequireTls(RequireTls.REQUIRE_TLS_YES).build();
    assertThat(
            spelled(
                TlsGate.decide(requirement, HostDemand.NONE, TLS, HOST, true, proofs(GOOD, null))))
        .isEqualTo(":encryption-only");
  }

  @Test
  void aStrongerLevelNeverPassesWhereAWeakerOneIsRefused() {
    Random random = new Random(5321);
    List<TlsLevel> levels =
        List.of(
            TlsLevel.OPPORTUNISTIC,
            TlsLevel.ENCRYPTION_ONLY,
            TlsLevel.CERTIFICATE_VALIDATION,
            TlsLevel.DOMAIN_VALIDATION);
    for (int i = 0; i < 20_000; i++) {
      Channel channel =
          random.nextInt(4) == 0
              ? plain(TlsGate.PlaintextReason.values()[random.nextInt(3)])
              : encrypted(
                  facts()
                      .setVersionValue(random.nextInt(11, 14))
                      .setGroup(random.nextBoolean() ? "X25519MLKEM768" : "x25519")
                      .setForwardSecrecy(random.nextBoolean()));
      CertificateVerdict verdict =
          random.nextInt(4) == 0
              ? null
              : CertificateVerdict.newBuilder()
                  .setResultValue(random.nextInt(5))
                  .setReasonValue(random.nextInt(23))
                  .build();
      TlsRequirement.Builder requirement =
          TlsRequirement.newBuilder()
              .setTlsDomain(random.nextBoolean() ? "mx.fabrikam.com" : "other.org")
              .setForwardSecrecy(random.nextBoolean())
              .setPostQuantum(random.nextInt(4) == 0)
              .setMinimumVersionValue(random.nextInt(11, 15))
              .setDaneValue(random.nextInt(5))
              .setRequireTlsValue(random.nextInt(4));
      boolean weakerPassed = true;
      for (TlsLevel level : levels) {
        boolean passes =
            TlsGate.decide(
                    requirement.setLevel(level).build(),
                    HostDemand.NONE,
                    channel,
                    HOST,
                    true,
                    proofs(verdict, null))
                instanceof Ruling.Pass;
        assertThat(passes && !weakerPassed).as("%s on %s", requirement, channel).isFalse();
        weakerPassed = passes;
      }
    }
  }

  /** Whatever comes together: a connection that passes has all that anybody demanded of it. */
  @Test
  void G3_noConnectionPassesBelowWhatConnectorDomainAndSenderDemand() {
    Random random = new Random(7672);
    int passed = 0;
    for (int i = 0; i < 500_000; i++) {
      TlsRequirement requirement =
          TlsRequirement.newBuilder()
              .setLevelValue(random.nextInt(6))
              .setTlsDomain(random.nextBoolean() ? HOST : "other.org")
              .setForwardSecrecy(random.nextInt(4) == 0)
              .setPostQuantum(random.nextInt(4) == 0)
              .setMinimumVersionValue(random.nextInt(11, 14))
              .setDaneValue(random.nextInt(5))
              .setMtaStsValue(random.nextInt(8) == 0 ? 3 : random.nextInt(3))
              .setRequireTlsValue(random.nextInt(4))
              .build();
      Channel channel =
          random.nextInt(3) == 0
              ? plain(TlsGate.PlaintextReason.values()[random.nextInt(3)])
              : encrypted(
                  facts()
                      .setVersionValue(random.nextInt(12, 14))
                      .setResumed(random.nextBoolean())
                      .setGroup(random.nextBoolean() ? "X25519MLKEM768" : GROUPS[random.nextInt(2)])
                      .setForwardSecrecy(random.nextInt(4) > 0));
      HostDemand demand =
          switch (random.nextInt(4)) {
            case 0 -> HostDemand.NONE;
            case 2 -> new HostDemand(null, policy(random));
            case 1 -> new HostDemand(UNUSABLE, policy(random));
            default -> new HostDemand(RECORDS, null);
          };
      DaneMatch.Result match =
          !demand.authenticates() || channel instanceof Channel.Plaintext
              ? null
              : random.nextBoolean()
                  ? MATCH
                  : fault(Fault.values()[random.nextInt(Fault.values().length)]);
      CertificateVerdict verdict =
          random.nextInt(3) == 0
              ? null
              : CertificateVerdict.newBuilder().setResultValue(random.nextInt(4)).build();
      boolean offered = random.nextBoolean();
      StsMatch policyMatch =
          demand.mtaSts() == null || channel instanceof Channel.Plaintext || random.nextInt(9) == 0
              ? null
              : new StsMatch(random.nextBoolean() ? "" : Reasons.MTA_STS_HOST_MISMATCH, "", null);
      Proofs proofs = new Proofs(verdict, match, policyMatch);
      Ruling ruling = TlsGate.decide(requirement, demand, channel, HOST, offered, proofs);
      if (ruling instanceof Ruling.Pass) {
        passed++;
        assertThat(shortOf(requirement, demand, channel, offered, proofs))
            .as("%s, %s, %s, %s", requirement, demand, channel, verdict)
            .isEmpty();
      }
    }
    assertThat(passed).isGreaterThan(10_000);
  }

  /** The demands that a connection does not meet, said once more and otherwise than by the gate. */
  private static List<String> shortOf(
      TlsRequirement requirement,
      HostDemand demand,
      Channel channel,
      boolean offered,
      Proofs proofs) {
    CertificateVerdict verdict = proofs.verdict();
    DaneMatch.Result match = proofs.dane();
    List<String> missing = new ArrayList<>();
    boolean tls = channel instanceof Channel.Tls;
    TlsFacts facts = channel instanceof Channel.Tls found ? found.facts() : null;
    boolean good = verdict != null && verdict.getResult() == VerdictResult.GOOD;
    boolean requireTls = requirement.getRequireTls() == RequireTls.REQUIRE_TLS_YES;
    int level = requirement.getLevelValue();
    Map<String, Boolean> demands = new LinkedHashMap<>();
    demands.put("a known level", level >= 1 && level <= 4);
    demands.put("a known DANE mode", requirement.getDaneValue() <= 3);
    demands.put("a known MTA-STS mode", requirement.getMtaStsValue() <= 2);
    boolean enforced = demand.mtaSts() != null && demand.mtaSts().mode() == Mode.ENFORCE;
    demands.put("TLS by the policy", tls || !enforced);
    boolean named = proofs.mtaSts() != null && proofs.mtaSts().reason().isEmpty();
    demands.put("a host of the policy", !enforced || named);
    demands.put("TLS by the level", tls || level == 1);
    demands.put("TLS for REQUIRETLS", tls || !requireTls);
    demands.put("TLS by the domain", tls || demand.dane() == null);
    demands.put(
        "forward secrecy",
        !requirement.getForwardSecrecy() || facts != null && facts.getForwardSecrecy());
    demands.put(
        "a hybrid group",
        !requirement.getPostQuantum()
            || facts != null
                && facts.getVersion() == TlsVersion.TLS_1_3
                && facts.getGroup().contains("MLKEM"));
    demands.put(
        "the version",
        requirement.getMinimumVersionValue() <= 12
            || facts != null && facts.getVersionValue() >= requirement.getMinimumVersionValue());
    demands.put("a good chain", level < 3 && !requireTls || good);
    demands.put("the connector's name", level < 4 || requirement.getTlsDomain().equals(HOST));
    demands.put("REQUIRETLS offered", !requireTls || offered);
    boolean matched = match != null && match.match() != null;
    demands.put("a matching record", !demand.authenticates() || matched);
    demands.put("mandatory DANE", requirement.getDane() != DaneMode.DANE_MANDATORY || matched);
    demands.forEach(
        (what, met) -> {
          if (!met) {
            missing.add(what);
          }
        });
    return missing;
  }

  private static Arguments row(
      TlsRequirement requirement,
      Channel channel,
      @Nullable CertificateVerdict verdict,
      String wanted) {
    return Arguments.of(requirement, channel, verdict, wanted);
  }

  private static String spelled(Ruling decision) {
    return switch (decision) {
      case Ruling.Pass(String achieved) -> ":" + achieved;
      case Ruling.Refusal(String reason, String detail) -> {
        assertThat(detail).isNotBlank();
        yield "/" + reason;
      }
    };
  }

  private static TlsRequirement.Builder level(TlsLevel level) {
    return TlsRequirement.newBuilder().setLevel(level);
  }

  private static TlsRequirement with(
      TlsRequirement base, java.util.function.Consumer<TlsRequirement.Builder> change) {
    TlsRequirement.Builder builder = base.toBuilder();
    change.accept(builder);
    return builder.build();
  }

  private static TlsFacts.Builder facts() {
    return TlsFacts.newBuilder()
        .setVersion(TlsVersion.TLS_1_3)
        .setCipherSuite("TLS_AES_256_GCM_SHA384")
        .setForwardSecrecy(true)
        .setPeerChainFingerprint(ByteString.copyFromUtf8("chain"))
        .addPeerNames(HOST);
  }

  private static Channel encrypted(TlsFacts.Builder facts) {
    return new Channel.Tls(facts.build(), facts.getPeerNamesList(), facts.getPeerNamesList());
  }

  private static Channel encrypted(TlsFacts.Builder facts, String name) {
    return encrypted(facts.clearPeerNames().addPeerNames(name));
  }

  private static Channel plain(TlsGate.PlaintextReason why) {
    return new Channel.Plaintext(why);
  }

  /** A newer writer's demand: a number that no field has here. */
  private static final UnknownFieldSet DEMAND =
      UnknownFieldSet.newBuilder()
          .addField(4711, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
          .build();

  static Stream<TlsRequirement> requirementsWithADemandThatIsNotKnown() throws Exception {
    TlsRequirement known = level(TlsLevel.OPPORTUNISTIC).build();
    return withDemand(known).stream().map(TlsRequirement.class::cast);
  }

  /** The message with it, and with it in each message inside, as they come from the log. */
  private static List<Message> withDemand(Message message) throws Exception {
    List<Message> all = new ArrayList<>();
    all.add(message.toBuilder().setUnknownFields(DEMAND).build());
    for (Descriptors.FieldDescriptor field : message.getDescriptorForType().getFields()) {
      if (field.getJavaType() == Descriptors.FieldDescriptor.JavaType.MESSAGE) {
        assertThat(field.isRepeated()).as("the gate looks into single messages only").isFalse();
        for (Message inside : withDemand((Message) message.getField(field))) {
          all.add(message.toBuilder().setField(field, inside).build());
        }
      }
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("requirementsWithADemandThatIsNotKnown")
  void G3_aDemandThatThisVersionDoesNotKnowIsRefusedAndNeverDropped(TlsRequirement requirement)
      throws Exception {
    TlsRequirement read = TlsRequirement.parseFrom(requirement.toByteString());
    assertThat(TlsGate.unsupported(read)).isNotNull();
    assertThat(TlsGate.plaintextAllowed(read, HostDemand.NONE)).isFalse();
    for (Channel channel : List.of(TLS, plain(NOT_OFFERED))) {
      assertThat(
              spelled(
                  TlsGate.decide(read, HostDemand.NONE, channel, HOST, true, proofs(GOOD, null))))
          .isEqualTo("/undecidable");
    }
  }

  @Test
  void theNameIsLookedForAmongAllOfTheCertificatesNotAmongTheFewInTheTrace() {
    TlsRequirement last =
        level(TlsLevel.DOMAIN_VALIDATION).setTlsDomain("last.fabrikam.com").build();
    Channel many = new Channel.Tls(facts().build(), List.of(HOST, "last.fabrikam.com"), List.of());
    assertThat(TlsGate.decide(last, HostDemand.NONE, many, HOST, false, proofs(GOOD, null)))
        .isInstanceOf(Ruling.Pass.class);
    Channel few =
        new Channel.Tls(
            facts().addPeerNames("last.fabrikam.com").build(), List.of(HOST), List.of());
    assertThat(TlsGate.decide(last, HostDemand.NONE, few, HOST, false, proofs(GOOD, null)))
        .isInstanceOf(Ruling.Refusal.class);
  }

  private static CertificateVerdict bad(VerdictReason reason) {
    return CertificateVerdict.newBuilder().setResult(VerdictResult.BAD).setReason(reason).build();
  }

  private static CertificateVerdict unknown(VerdictReason reason) {
    return CertificateVerdict.newBuilder()
        .setResult(VerdictResult.UNKNOWN)
        .setReason(reason)
        .build();
  }

  private static CertificateVerdict verdict(VerdictResult result, String detail) {
    return CertificateVerdict.newBuilder().setResult(result).setDetail(detail).build();
  }
}
