package io.postern.delivery.relay;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import io.postern.lab.Interceptor;
import io.postern.lab.LabZones;
import io.postern.lab.ScriptedPeer;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * G3: each {@link DowngradeAttack} against each {@link DowngradeMode}, by an attacker on the way to
 * a mail host. The attacker's own record of the lines that it could read is the witness;
 * docs/evidence/attacks.md has the table that comes of it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DowngradeTest {
  private static final Path PAGE = Path.of("../docs/evidence/attacks.md");

  /**
   * The end of an attempt.
   *
   * @param plaintext the attacker read something of the envelope without TLS
   * @param read the attacker read something of the envelope, over TLS or not
   * @param arrived messages that the mail host has
   */
  private record Result(OutcomeRecorded outcome, boolean plaintext, boolean read, int arrived) {
    boolean delivered() {
      return outcome.getRecipients(0).getKind() == OutcomeKind.DELIVERED;
    }

    String cell() {
      if (!delivered()) {
        return "waits, `" + outcome.getRecipients(0).getReason() + "`";
      }
      String achieved = outcome.getToken().substring(outcome.getToken().indexOf(':') + 1);
      return "goes, `"
          + achieved
          + (plaintext ? "`, **read** in plaintext" : read ? "`, **read** over TLS" : "`");
    }
  }

  private final Map<DowngradeAttack, Map<DowngradeMode, Result>> results =
      new EnumMap<>(DowngradeAttack.class);

  @BeforeAll
  void attackAll(@TempDir Path folder) throws Exception {

    for (DowngradeAttack attack : DowngradeAttack.values()) {
      Map<DowngradeMode, Result> row = new EnumMap<>(DowngradeMode.class);
      for (DowngradeMode mode : DowngradeMode.values()) {
        row.put(mode, result(attack, mode, folder));
      }
      results.put(attack, row);
    }
  }

  private static Result result(DowngradeAttack attack, DowngradeMode mode, Path folder)
      throws Exception {
    LabZones zones =
        new LabZones()
            .signed("example")
            .signed(DowngradeMode.SIGNED)
            .signed("_tcp.mx." + DowngradeMode.SIGNED)
            .insecure(DowngradeMode.UNSIGNED);
    Path anchors = Files.writeString(folder.resolve("root"), zones.rootAnchor() + "\n");
    try (ScriptedPeer peer =
            ScriptedPeer.named(mode.host())
                .identity(DowngradeMode.HOST)
                .capabilities("PIPELINING", "8BITMIME", "REQUIRETLS")
                .start();
        Interceptor attacker = Interceptor.of(peer, attack.interception());
        RelayLab lab = RelayLab.validating(attacker.port(), anchors)) {
      lab.judgedBy(DowngradeTest::judged);
      lab.dns.signedBy(zones).mailDomain(mode.domain(), mode.host());
      mode.publish(lab.dns, attacker.port());
      if (!mode.policy().isEmpty() && attack.policyKnown()) {
        lab.policies.publish(mode.fetched());
      }
      attack.change(lab.dns, zones, mode, attacker.port());
      OutcomeRecorded outcome =
          lab.deliver(RelayLab.request(mode.requirement(), mode.hop(), "ann@" + mode.domain()));
      return new Result(
          outcome,
          attacker.readEnvelopeInPlaintext(),
          attacker.readEnvelope(),
          peer.messages().size());
    }
  }

  /** By the JDK: a path to the one root that is trusted. */
  static CertificateVerdict judged(VerdictQuestion question) {
    CertificateVerdict.Builder verdict = CertificateVerdict.newBuilder();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      List<Certificate> chain = new ArrayList<>();
      for (byte[] der : question.chain()) {
        chain.add(factory.generateCertificate(new ByteArrayInputStream(der)));
      }
      PKIXParameters parameters =
          new PKIXParameters(Set.of(new TrustAnchor(DowngradeMode.TRUSTED.root(), null)));
      parameters.setRevocationEnabled(false);
      var unused =
          CertPathValidator.getInstance("PKIX")
              .validate(factory.generateCertPath(chain), parameters);
      return verdict.setResult(VerdictResult.GOOD).build();
    } catch (CertPathValidatorException e) {
      return verdict.setResult(VerdictResult.BAD).setReason(VerdictReason.UNTRUSTED_ROOT).build();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static Stream<Arguments> all() {
    return Stream.of(DowngradeAttack.values())
        .flatMap(
            attack -> Stream.of(DowngradeMode.values()).map(mode -> Arguments.of(attack, mode)));
  }

  private Result of(DowngradeAttack attack, DowngradeMode mode) {
    return requireNonNull(requireNonNull(results.get(attack)).get(mode));
  }

  @ParameterizedTest
  @MethodSource("all")
  void G3_anAttackerReadsNothingThatTheModeForbids(DowngradeAttack attack, DowngradeMode mode) {
    Result result = of(attack, mode);
    assertThat(result.plaintext() && !mode.allowsPlaintext(attack))
        .as("read in plaintext: " + result.outcome())
        .isFalse();
    assertThat(result.read() && !mode.allows(attack) && !mode.allowsPlaintext(attack))
        .as("read over TLS: " + result.outcome())
        .isFalse();
    assertThat(result.arrived())
        .as("the message is with the host once, or waits: " + result.outcome())
        .isEqualTo(result.delivered() ? 1 : 0);
  }

  @Test
  void everyModeDeliversWithoutAnAttack() {
    for (DowngradeMode mode : DowngradeMode.values()) {
      Result result = of(DowngradeAttack.LISTENING, mode);
      assertThat(result.delivered()).as(mode + ": " + result.outcome()).isTrue();
      assertThat(result.read()).isFalse();
    }
  }

  @Test
  void thePageHasThisTable() throws Exception {
    assertThat(Files.readString(PAGE)).contains(table());
  }

  private String table() {
    List<String> lines = new ArrayList<>();
    List<String> titles = Stream.of(DowngradeMode.values()).map(DowngradeMode::title).toList();
    lines.add("| attack | " + String.join(" | ", titles) + " |");
    lines.add("|---".repeat(titles.size() + 1) + "|");
    results.forEach(
        (attack, row) ->
            lines.add(
                "| "
                    + attack.title()
                    + " | "
                    + row.values().stream().map(Result::cell).collect(Collectors.joining(" | "))
                    + " |"));
    return String.join("\n", lines) + "\n";
  }
}
