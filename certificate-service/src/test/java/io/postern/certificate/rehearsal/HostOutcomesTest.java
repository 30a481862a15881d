package io.postern.certificate.rehearsal;

import static io.postern.certificate.rehearsal.ChangeLab.CA;
import static io.postern.certificate.rehearsal.ChangeLab.OTHER_CA;
import static io.postern.certificate.rehearsal.ChangeLab.OTHER_ROOT;
import static io.postern.certificate.rehearsal.ChangeLab.RENEWED;
import static io.postern.certificate.rehearsal.ChangeLab.RSA;
import static io.postern.certificate.rehearsal.ChangeLab.change;
import static io.postern.certificate.rehearsal.ChangeLab.named;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import io.postern.certificate.rehearsal.Rehearsal.Outcome;
import io.postern.certificate.rehearsal.Rehearsal.Result;
import io.postern.contracts.v1.HandshakeSeen;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.lab.LabCa;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostOutcomesTest {
  private static final OutboundConnector CONNECTOR =
      OutboundConnector.newBuilder().setOrganization("contoso").setName("To Fabrikam").build();
  private static final String KEY = "outbound-connector/contoso/To Fabrikam";

  @ParameterizedTest
  @CsvSource({
    "renewed,     OK,    'root, names and type of key stay'",
    "rsa,         CHECK, 'the key was EC P-256 and would be RSA, and nobody has seen yet'",
    "p-384,       CHECK, 'the key was EC P-256 and would be EC P-384, and nobody has seen yet'",
    "fewer names, CHECK, 'its own connector may ask for a name that is lost: mx.contoso.example'",
    "other root,  CHECK, 'another root, if it validates: CN=Second Root'",
  })
  void ofAConnectorThatHasSentNothingTheChangeAloneIsKnown(
      String replacement, Result result, String reason) {
    Outcome outcome =
        only(HostOutcomes.of(change(named(replacement)), List.of(CONNECTOR), List.of()));
    assertThat(outcome.concerns()).isEqualTo(KEY);
    assertThat(outcome.result()).isEqualTo(result);
    assertThat(outcome.reason()).contains(reason);
  }

  @ParameterizedTest
  @CsvSource({
    "renewed,     both,     none,   OK,    root and names stay",
    "renewed,     both,     first,  OK,    takes certificates of this issuer",
    "renewed,     both,     second, OK,    root and names stay",
    "rsa,         both,     none,   OK,    it verifies such a key",
    "rsa,         EC,       none,   FAILS, cannot verify a certificate with a key of type RSA",
    "renewed,     RSA,      none,   FAILS, cannot verify a certificate with a key of type EC P-256",
    "p-384,       both,     none,   CHECK, can it verify EC P-384?",
    "fewer names, both,     first,  CHECK, a name that is lost: mx.contoso.example",
    "other root,  both,     none,   CHECK, 'another root, if it validates: CN=Second Root'",
    "other root,  both,     first,  FAILS, 'none of the new one: CN=Second Root'",
    "other root,  both,     second, OK,    takes certificates of this issuer",
    "other root,  both,     both,   OK,    takes certificates of this issuer",
  })
  void aHostIsJudgedByWhatItAskedFor(
      String replacement, String verifies, String names, Result result, String reason) {
    HandshakeSeen.Builder host =
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
            HostOutcomes.of(change(named(replacement)), List.of(CONNECTOR), List.of(host.build())));
    assertThat(outcome.concerns()).isEqualTo(KEY + " (host mx.fabrikam.example)");
    assertThat(outcome.result()).isEqualTo(result);
    assertThat(outcome.reason()).contains(reason);
  }

  @Test
  void anAuthorityThatIsNotAmongThoseKeptOfALongListMayHaveBeenNamed() {
    HandshakeSeen host =
        host("mx.fabrikam.example").addAuthorities(name(CA)).setAuthoritiesCut(true).build();
    assertThat(
            only(HostOutcomes.of(change(OTHER_ROOT), List.of(CONNECTOR), List.of(host))).result())
        .isEqualTo(Result.CHECK);
  }

  @Test
  void whoAsksForNoCertificateSeesNone() {
    HandshakeSeen host =
        host("mx.fabrikam.example").setCertificateAsked(false).setVerifiesRsa(false).build();
    assertThat(only(HostOutcomes.of(change(RSA), List.of(CONNECTOR), List.of(host))))
        .isEqualTo(
            new Outcome(
                Result.OK,
                KEY + " (host mx.fabrikam.example)",
                "it asked for no certificate in its newest handshake, of 2026-11-20"));
  }

  @Test
  void theNewestHandshakeOfEachHostOfTheConnectorCounts() {
    HandshakeSeen before = host("a.example").setVerifiesEcdsa(false).build();
    HandshakeSeen now = host("a.example").build();
    HandshakeSeen other = host("b.example").setVerifiesEcdsa(false).build();
    HandshakeSeen elsewhere = host("c.example").setConnector("To others").build();
    HandshakeSeen inbound = host("d.example").setAsClient(false).build();
    assertThat(
            HostOutcomes.of(
                change(RENEWED),
                List.of(CONNECTOR),
                List.of(before, now, other, elsewhere, inbound)))
        .extracting(Outcome::concerns, Outcome::result)
        .containsExactly(
            tuple(KEY + " (host a.example)", Result.OK),
            tuple(KEY + " (host b.example)", Result.FAILS));
  }

  private static Outcome only(List<Outcome> outcomes) {
    assertThat(outcomes).hasSize(1);
    return outcomes.getFirst();
  }

  private static ByteString name(LabCa ca) {
    return ByteString.copyFrom(ca.root().getSubjectX500Principal().getEncoded());
  }

  private static HandshakeSeen.Builder host(String name) {
    return HandshakeSeen.newBuilder()
        .setAsClient(true)
        .setPeer(name)
        .setOrganization("contoso")
        .setConnector("To Fabrikam")
        .setCertificateAsked(true)
        .setVerifiesEcdsa(true)
        .setVerifiesRsa(true)
        .setLastSeenMillis(Instant.parse("2026-11-20T12:00:00Z").toEpochMilli());
  }
}
