package io.postern.certificate.rehearsal;

import static io.postern.certificate.rehearsal.ChangeLab.CA;
import static io.postern.certificate.rehearsal.ChangeLab.OLD;
import static io.postern.certificate.rehearsal.ChangeLab.OTHER_CA;
import static io.postern.certificate.rehearsal.ChangeLab.OTHER_ROOT;
import static io.postern.certificate.rehearsal.ChangeLab.P384;
import static io.postern.certificate.rehearsal.ChangeLab.RENEWED;
import static io.postern.certificate.rehearsal.ChangeLab.RSA;
import static io.postern.certificate.rehearsal.ChangeLab.change;
import static io.postern.certificate.rehearsal.ChangeLab.leaf;
import static io.postern.certificate.rehearsal.ChangeLab.leaves;
import static io.postern.certificate.rehearsal.ChangeLab.named;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.rehearsal.Rehearsal.Outcome;
import io.postern.certificate.rehearsal.Rehearsal.Result;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.HostSeen;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.lab.Identity;
import io.postern.lab.LabCa;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostOutcomesTest {
  private static final OutboundConnector CONNECTOR =
      OutboundConnector.newBuilder().setOrganization("contoso").setName("To Fabrikam").build();
  private static final List<ParsedCertificate> OURS = leaves(OLD, P384);
  private static final String KEY = "outbound-connector/contoso/To Fabrikam";

  @ParameterizedTest
  @CsvSource({
    "renewed,     OK,    'root, names and type of key stay'",
    "rsa,         CHECK, 'the key was EC P-256 and would be RSA, and no handshake has shown yet'",
    "p-384,       CHECK, 'the key was EC P-256 and would be EC P-384, and no handshake has shown yet'",
    "fewer names, CHECK, 'its own connector may require a name that is no longer present: "
        + "mx.contoso.example'",
    "other root,  CHECK, 'another root, if it validates certificates: CN=Second Root'",
  })
  void ofAConnectorThatHasSentNothingTheChangeAloneIsKnown(
      String replacement, Result result, String reason) {
    Outcome outcome =
        only(HostOutcomes.of(change(named(replacement)), OURS, List.of(CONNECTOR), List.of()));
    assertThat(outcome.concerns()).isEqualTo(KEY);
    assertThat(outcome.result()).isEqualTo(result);
    assertThat(outcome.reason()).contains(reason);
  }

  @ParameterizedTest
  @CsvSource({
    "renewed,     both,     none,   OK,    root and names stay",
    "renewed,     both,     first,  OK,    accepts certificates from this issuer",
    "renewed,     both,     second, OK,    root and names stay",
    "rsa,         both,     none,   OK,    it can verify such a key",
    "rsa,         EC,       none,   FAILS, cannot verify a certificate with a key of type RSA",
    "renewed,     RSA,      none,   FAILS, cannot verify a certificate with a key of type EC P-256",
    "p-384,       both,     none,   CHECK, can it verify EC P-384?",
    "fewer names, both,     first,  CHECK, a name that is no longer present: mx.contoso.example",
    "other root,  both,     none,   CHECK, 'another root, if it validates certificates: CN=Second Root'",
    "other root,  both,     first,  FAILS, 'none issued the new one: '",
    "other root,  both,     second, OK,    accepts certificates from this issuer",
    "other root,  both,     both,   OK,    accepts certificates from this issuer",
  })
  void aHostIsJudgedByWhatItAskedFor(
      String replacement, String verifies, String names, Result result, String reason) {
    HostSeen.Builder host =
        host("mx.fabrikam.example")
            .setVerifiesEcdsa(!verifies.equals("RSA"))
            .setVerifiesRsa(!verifies.equals("EC"));
    if (names.equals("first") || names.equals("both")) {
      host.addAuthorities(name(CA));
    }
    if (names.equals("second") || names.equals("both")) {
      host.addAuthorities(name(OTHER_CA));
    }
    Outcome outcome =
        only(
            HostOutcomes.of(
                change(named(replacement)), OURS, List.of(CONNECTOR), List.of(host.build())));
    assertThat(outcome.concerns()).isEqualTo(KEY + " (host mx.fabrikam.example)");
    assertThat(outcome.result()).isEqualTo(result);
    assertThat(outcome.reason()).contains(reason);
  }

  @Test
  void ofALongListAnIssuerMayHaveBeenNamedThatIsNotRecorded() {
    HostSeen host =
        host("mx.fabrikam.example").addAuthorities(name(CA)).setAuthoritiesCut(true).build();
    Outcome outcome = outcome(change(OTHER_ROOT), host);
    assertThat(outcome.result()).isEqualTo(Result.CHECK);
    assertThat(outcome.reason()).contains("it names more than were recorded");
  }

  /** The host takes an intermediate's certificates alone; the root stays the same. */
  @Test
  void anotherIntermediateOfTheSameRootCanFail() {
    HostSeen host =
        host("mx.fabrikam.example")
            .addAuthorities(name(CA.intermediate().getSubjectX500Principal()))
            .build();
    Identity byTheRoot = ChangeLab.byTheRootOf(OLD);
    Outcome outcome = outcome(change(byTheRoot), host);
    assertThat(outcome.result()).isEqualTo(Result.FAILS);
    assertThat(outcome.reason()).contains("none issued the new one: ").contains("Other Issuing");
  }

  @Test
  void aChainWithoutItsIssuersIsToBeRehearsedWhole() {
    HostSeen host = host("mx.fabrikam.example").addAuthorities(name(CA)).build();
    Outcome outcome = outcome(change(RENEWED.withoutIssuers()), host);
    assertThat(outcome.result()).isEqualTo(Result.CHECK);
    assertThat(outcome.reason()).contains("rehearse the whole chain");
  }

  @Test
  void whoAsksForNoCertificateSeesNone() {
    HostSeen host =
        host("mx.fabrikam.example").setCertificateAsked(false).setVerifiesRsa(false).build();
    assertThat(outcome(change(RSA), host))
        .isEqualTo(
            new Outcome(
                Result.OK,
                KEY + " (host mx.fabrikam.example)",
                "it requests no certificate (handshake of 2026-11-20)"));
  }

  @Test
  void whoCouldNotBeShownTheOldOneSeesTheNewOneForTheFirstTimeOrNone() {
    HostSeen rsaAlone =
        host("mx.fabrikam.example")
            .setPresentedFingerprint(ByteString.EMPTY)
            .setVerifiesEcdsa(false)
            .build();
    assertThat(outcome(change(RENEWED), rsaAlone).result()).isEqualTo(Result.OK);
    Outcome first = outcome(change(RSA), rsaAlone);
    assertThat(first.result()).isEqualTo(Result.CHECK);
    assertThat(first.reason()).contains("for the first time");
  }

  /** The curve counts that was seen to be verified, not that of the certificate replaced. */
  @Test
  void aCurveIsKnownOnlyByWhatWasPresented() {
    HostSeen over256 = host("mx.fabrikam.example").build();
    HostSeen over384 =
        over256.toBuilder().setPresentedFingerprint(ByteString.copyFrom(leaf(P384))).build();
    HostSeen overUnknown =
        over256.toBuilder().setPresentedFingerprint(ByteString.copyFromUtf8("gone")).build();
    assertThat(outcome(change(P384), over256).result()).isEqualTo(Result.CHECK);
    assertThat(outcome(change(P384), over384).result()).isEqualTo(Result.OK);
    assertThat(outcome(change(P384), overUnknown).result()).isEqualTo(Result.CHECK);
  }

  @Test
  void ofTheMachinesBehindAHostTheWorstCounts() {
    HostSeen strict = host("a.example").setVerifiesEcdsa(false).build();
    HostSeen lax = host("a.example").setCertificateAsked(false).build();
    assertThat(outcome(change(RENEWED), strict, lax).result()).isEqualTo(Result.FAILS);
    assertThat(outcome(change(RENEWED), lax, strict).result()).isEqualTo(Result.FAILS);

    HostSeen longAgo =
        strict.toBuilder()
            .setLastSeenMillis(strict.getLastSeenMillis() - Duration.ofDays(3).toMillis())
            .build();
    assertThat(outcome(change(RENEWED), longAgo, lax).result()).isEqualTo(Result.OK);
  }

  @Test
  void eachHostOfTheConnectorIsTold() {
    HostSeen good = host("a.example").build();
    HostSeen other = host("b.example").setVerifiesEcdsa(false).build();
    HostSeen elsewhere = host("c.example").setConnector("To others").build();
    assertThat(
            HostOutcomes.of(
                change(RENEWED), OURS, List.of(CONNECTOR), List.of(good, other, elsewhere)))
        .extracting(Outcome::concerns, Outcome::result)
        .containsExactly(
            tuple(KEY + " (host a.example)", Result.OK),
            tuple(KEY + " (host b.example)", Result.FAILS));
  }

  private static Outcome outcome(Change change, HostSeen... seen) {
    return only(HostOutcomes.of(change, OURS, List.of(CONNECTOR), List.of(seen)));
  }

  private static Outcome only(List<Outcome> outcomes) {
    assertThat(outcomes).hasSize(1);
    return outcomes.getFirst();
  }

  private static ByteString name(LabCa ca) {
    return name(ca.root().getSubjectX500Principal());
  }

  private static ByteString name(X500Principal name) {
    return ByteString.copyFrom(Fingerprints.ofName(name.getEncoded()));
  }

  private static HostSeen.Builder host(String name) {
    return HostSeen.newBuilder()
        .setHost(name)
        .setPresentedFingerprint(ByteString.copyFrom(leaf(OLD)))
        .setOrganization("contoso")
        .setConnector("To Fabrikam")
        .setCertificateAsked(true)
        .setVerifiesEcdsa(true)
        .setVerifiesRsa(true)
        .setLastSeenMillis(Instant.parse("2026-11-20T12:00:00Z").toEpochMilli());
  }
}
