package io.postern.delivery.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.NextHopHost;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.PeerStage;
import io.postern.lab.PeerStep;
import io.postern.lab.ScriptedPeer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** AUTH with smart hosts: nothing of an envelope goes before it, and no password to a stranger. */
class RelayAuthenticationTest {
  private static final Identity GOOD = LabCa.create("Lab").issue(Issue.to("mail.fabrikam.com"));
  private static final String PASSWORD = "pencil-of-contoso";

  @TempDir private Path folder;
  private RelayLab lab;

  @BeforeEach
  void begin() throws Exception {
    lab = new RelayLab(Optional.of(folder), 1);
    lab.dns.a("mail.fabrikam.com", "127.0.0.1");
    write("contoso/relay", "contoso", PASSWORD);
  }

  @AfterEach
  void stop() {
    lab.close();
  }

  private void write(String name, String user, String password) throws IOException {
    Files.createDirectories(folder.resolve(name).getParent());
    Files.writeString(folder.resolve(name + ".user"), user + "\n");
    Path secret = folder.resolve(name + ".password");
    Files.deleteIfExists(secret);
    Files.writeString(secret, password + "\n");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
  }

  private static ScriptedPeer.Builder host() {
    return ScriptedPeer.named("mail.fabrikam.com").identity(GOOD);
  }

  private static DeliveryRequested.Builder request(
      TlsLevel level, ScriptedPeer peer, String host, String credentials) {
    TlsRequirement requirement = RelayLab.level(level);
    NextHop hop =
        NextHop.newBuilder()
            .setProtocol(HopProtocol.SMTP)
            .setRoute("smart:" + credentials)
            .setCredentials(credentials)
            .addSmartHosts(NextHopHost.newBuilder().setHost(host).setPort(peer.port()))
            .build();
    return RelayLab.request(requirement, hop, "ann@fabrikam.com");
  }

  private OutcomeRecorded deliver(TlsLevel level, ScriptedPeer peer) throws Exception {
    return lab.deliver(request(level, peer, "127.0.0.1", "contoso/relay"));
  }

  private static List<String> mechanisms(ScriptedPeer peer) {
    return peer.sessions().stream()
        .flatMap(session -> session.commands().stream())
        .filter(line -> line.startsWith("AUTH "))
        .map(line -> line.split(" ")[1])
        .toList();
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private void refused(OutcomeRecorded outcome, String reason, ScriptedPeer... peers) {
    assertThat(outcome.getRecipients(0).getKind()).isEqualTo(OutcomeKind.DEFERRED);
    assertThat(outcome.getRecipients(0).getReason()).isEqualTo(reason);
    assertThat(outcome.getToken()).endsWith("/" + reason);
    assertThat(outcome.toString())
        .doesNotContain(PASSWORD)
        .doesNotContain(base64("\0contoso\0" + PASSWORD))
        .doesNotContain(base64(PASSWORD));
    for (ScriptedPeer peer : peers) {
      assertThat(peer.envelopeSeen()).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ENCRYPTION_ONLY        | 127.0.0.1         | SCRAM-SHA-256 | SCRAM-SHA-256",
        "ENCRYPTION_ONLY        | 127.0.0.1         | PLAIN LOGIN SCRAM-SHA-1 SCRAM-SHA-256 |"
            + " SCRAM-SHA-256",
        "ENCRYPTION_ONLY        | 127.0.0.1         | SCRAM-SHA-256 SCRAM-SHA-512 | SCRAM-SHA-512",
        "ENCRYPTION_ONLY        | 127.0.0.1         | SCRAM-SHA-256 SCRAM-SHA-256-PLUS |"
            + " SCRAM-SHA-256-PLUS",
        "ENCRYPTION_ONLY        | 127.0.0.1         | SCRAM-SHA-512 SCRAM-SHA-256-PLUS |"
            + " SCRAM-SHA-256-PLUS",
        "DOMAIN_VALIDATION      | 127.0.0.1         | SCRAM-SHA-512-PLUS SCRAM-SHA-256 |"
            + " SCRAM-SHA-256",
        "DOMAIN_VALIDATION      | 127.0.0.1         | SCRAM-SHA-256 SCRAM-SHA-256-PLUS |"
            + " SCRAM-SHA-256",
        "DOMAIN_VALIDATION      | 127.0.0.1         | SCRAM-SHA-256-PLUS | SCRAM-SHA-256-PLUS",
        "DOMAIN_VALIDATION      | 127.0.0.1         | LOGIN PLAIN | PLAIN",
        "DOMAIN_VALIDATION      | 127.0.0.1         | LOGIN SCRAM-SHA-256 | SCRAM-SHA-256",
        "DOMAIN_VALIDATION      | 127.0.0.1         | LOGIN | LOGIN",
        "DOMAIN_VALIDATION      | 127.0.0.1         | GSSAPI NTLM LOGIN | LOGIN",
        "CERTIFICATE_VALIDATION | mail.fabrikam.com | LOGIN | LOGIN",
        "CERTIFICATE_VALIDATION | mail.fabrikam.com | PLAIN | PLAIN"
      })
  void theHostGetsTheMailAfterTheSafestMechanism(
      TlsLevel level, String name, String offered, String used) throws Exception {
    try (ScriptedPeer peer = host().login("contoso", PASSWORD, offered.split(" ")).start()) {
      OutcomeRecorded outcome = lab.deliver(request(level, peer, name, "contoso/relay"));

      assertThat(outcome.getRecipients(0).getKind())
          .as("%s", outcome.getRecipients(0))
          .isEqualTo(OutcomeKind.DELIVERED);
      assertThat(mechanisms(peer)).containsExactly(used);
      assertThat(peer.sessions().getFirst().plaintextCommands())
          .noneMatch(line -> line.startsWith("AUTH"));
      assertThat(peer.messages()).hasSize(1);
    }
  }

  /** The level asks for no name: anybody's good certificate would get the password. */
  @ParameterizedTest
  @CsvSource({
    "ENCRYPTION_ONLY, PLAIN",
    "CERTIFICATE_VALIDATION, PLAIN",
    "ENCRYPTION_ONLY, LOGIN",
    "CERTIFICATE_VALIDATION, LOGIN",
    "DOMAIN_VALIDATION, NTLM",
    "DOMAIN_VALIDATION, SCRAM-SHA-1",
    "DOMAIN_VALIDATION, ''"
  })
  void withoutASafeMechanismNothingIsSaidAndTheMailWaits(TlsLevel level, String offered)
      throws Exception {
    try (ScriptedPeer peer = host().login("contoso", PASSWORD, offered).start()) {
      refused(deliver(level, peer), "auth-not-offered", peer);
      assertThat(mechanisms(peer)).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"SCRAM-SHA-256", "PLAIN", "LOGIN"})
  void nothingIsSaidInPlaintextWhateverTheLevel(String offered) throws Exception {
    try (ScriptedPeer peer =
        ScriptedPeer.named("mail.fabrikam.com").capabilities("AUTH " + offered).start()) {
      refused(deliver(TlsLevel.OPPORTUNISTIC, peer), "auth-not-offered", peer);
      assertThat(mechanisms(peer)).isEmpty();
    }
  }

  /** No standard has the words, so that only their order counts. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "VXNlcm5hbWU6 | UGFzc3dvcmQ6", // Username: Password:
        "VXNlciBOYW1lAA== | UGFzc3dvcmQA", // as the draft has them, with NUL
        "dXNlcm5hbWU6 | cGFzc3dvcmQ6",
        "Username: | Password:", // not in base64
        "'' | ''"
      })
  void byLoginTheUserIsTheFirstAnswerAndThePasswordTheSecond(String user, String password)
      throws Exception {
    try (ScriptedPeer peer = host().loginPrompting("contoso", PASSWORD, user, password).start()) {
      OutcomeRecorded outcome = deliver(TlsLevel.DOMAIN_VALIDATION, peer);

      assertThat(outcome.getRecipients(0).getKind())
          .as("%s", outcome.getRecipients(0))
          .isEqualTo(OutcomeKind.DELIVERED);
      assertThat(peer.sessions().getFirst().commands())
          .containsSubsequence("AUTH LOGIN", base64("contoso"), base64(PASSWORD));
    }
  }

  /** As Exchange answers AUTH PLAIN; a host that offers it and does not know it does the same. */
  private static ScriptedPeer withoutPlain(String user, String password, String others) {
    return host()
        .login(user, password, others)
        .on(
            PeerStage.EHLO,
            PeerStep.answer(250, "", "mail.fabrikam.com", "STARTTLS", "AUTH PLAIN " + others))
        .start();
  }

  /** PLAIN's message has a line of its own where it is long. */
  @ParameterizedTest
  @ValueSource(ints = {10, 200})
  void aHostThatDoesNotKnowPlainAfterAllIsAskedByLogin(int length) throws Exception {
    String user = "u".repeat(length);
    String password = "p".repeat(length);
    write("contoso/relay", user, password);
    try (ScriptedPeer peer = withoutPlain(user, password, "LOGIN")) {
      OutcomeRecorded outcome = deliver(TlsLevel.DOMAIN_VALIDATION, peer);

      assertThat(mechanisms(peer)).containsExactly("PLAIN", "LOGIN");
      assertThat(outcome.getRecipients(0).getKind())
          .as("%s", outcome.getRecipients(0))
          .isEqualTo(OutcomeKind.DELIVERED);
    }
  }

  @Test
  void aHostThatDoesNotKnowPlainAndOffersNothingElseDefers() throws Exception {
    try (ScriptedPeer peer = withoutPlain("contoso", PASSWORD, "NTLM")) {
      OutcomeRecorded outcome = deliver(TlsLevel.DOMAIN_VALIDATION, peer);

      refused(outcome, "auth-failed", peer);
      assertThat(outcome.getRecipients(0).getReply().getCode()).isEqualTo(504);
      assertThat(mechanisms(peer)).containsExactly("PLAIN");
    }
  }

  /** A second wrong password a delivery would lock the user out sooner. */
  @Test
  void aPasswordThatPlainRefusedIsNotSaidAgain() throws Exception {
    try (ScriptedPeer peer = host().login("contoso", "another", "PLAIN", "LOGIN").start()) {
      refused(deliver(TlsLevel.DOMAIN_VALIDATION, peer), "auth-failed", peer);
      assertThat(mechanisms(peer)).containsExactly("PLAIN");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"PLAIN", "LOGIN", "SCRAM-SHA-256"})
  void aWrongPasswordDefersAndCountsOnceItIsCorrected(String mechanism) throws Exception {
    try (ScriptedPeer peer = host().login("contoso", "another", mechanism).start()) {
      OutcomeRecorded outcome = deliver(TlsLevel.DOMAIN_VALIDATION, peer);
      refused(outcome, "auth-failed", peer);
      assertThat(outcome.getRecipients(0).getReply().getCode()).isEqualTo(535);
      assertThat(outcome.getRecipients(0).getReply().getEnhancedCode()).isEqualTo("5.7.8");
      assertThat(outcome.getRecipients(0).getReply().getCommand()).isEqualTo("AUTH");
      assertThat(outcome.getRecipients(0).getReply().getText()).isEmpty();

      write("contoso/relay", "contoso", "another");
      deliver(TlsLevel.DOMAIN_VALIDATION, peer);
      assertThat(peer.messages()).hasSize(1);
    }
  }

  @Test
  void aHostThatDoesNotProveThatItKnowsThePasswordGetsNothing() throws Exception {
    try (ScriptedPeer peer = host().impostor("SCRAM-SHA-256").start()) {
      OutcomeRecorded outcome = deliver(TlsLevel.ENCRYPTION_ONLY, peer);
      refused(outcome, "auth-failed", peer);
      assertThat(outcome.getRecipients(0).getDetail()).contains("did not prove");
    }
  }

  /** RFC 5802 §6: who took -PLUS out of the host's offer could pass the exchange on. */
  @Test
  void anOfferThatWasCutOnTheWayIsFoundOut() throws Exception {
    try (ScriptedPeer peer =
        host()
            .login("contoso", PASSWORD, "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS")
            .on(
                PeerStage.EHLO,
                PeerStep.answer(250, "", "mail.fabrikam.com", "STARTTLS", "AUTH SCRAM-SHA-256"))
            .start()) {
      refused(deliver(TlsLevel.ENCRYPTION_ONLY, peer), "auth-failed", peer);
      assertThat(mechanisms(peer)).containsExactly("SCRAM-SHA-256");
    }
  }

  /** 235 at once, as from one in between who does not know the password. */
  @Test
  void aHostThatLetsUsInWithoutItsProofGetsNothing() throws Exception {
    try (ScriptedPeer peer =
        host()
            .login("contoso", PASSWORD, "SCRAM-SHA-256")
            .on(PeerStage.AUTH, PeerStep.answer(235, "2.7.0", "Welcome"))
            .start()) {
      refused(deliver(TlsLevel.ENCRYPTION_ONLY, peer), "auth-failed", peer);
    }
  }

  @Test
  void aHostThatEndsTheSessionAtAuthDefersAndItsTextIsNotReported() throws Exception {
    try (ScriptedPeer peer = host().login("contoso", PASSWORD, "PLAIN").start()) {
      peer.on(PeerStage.AUTH, PeerStep.answer(421, "4.7.0", "no: " + PASSWORD));
      refused(deliver(TlsLevel.DOMAIN_VALIDATION, peer), "remote-4xx", peer);
      peer.on(PeerStage.AUTH, PeerStep.drop());
      refused(deliver(TlsLevel.DOMAIN_VALIDATION, peer), "disconnected", peer);
    }
  }

  @Test
  void aKeptSessionIsUsedByTheSameCredentialsAlone() throws Exception {
    write("contoso/other", "contoso", PASSWORD);
    try (ScriptedPeer peer = host().login("contoso", PASSWORD, "SCRAM-SHA-256").start()) {
      deliver(TlsLevel.ENCRYPTION_ONLY, peer);
      deliver(TlsLevel.ENCRYPTION_ONLY, peer);
      assertThat(peer.sessions()).as("one AUTH for both").hasSize(1);
      assertThat(mechanisms(peer)).hasSize(1);
      lab.deliver(request(TlsLevel.ENCRYPTION_ONLY, peer, "127.0.0.1", "contoso/other"));
      assertThat(mechanisms(peer)).hasSize(2);
      lab.deliver(request(TlsLevel.ENCRYPTION_ONLY, peer, "127.0.0.1", ""));
      assertThat(peer.sessions()).hasSize(3);
      assertThat(peer.messages()).hasSize(3);
    }
  }

  /** A host that locks users out shall not be asked without end. */
  @Test
  void credentialsThatFailMakeTheDestinationDead() throws Exception {
    try (ScriptedPeer peer = host().login("contoso", "another", "PLAIN").start()) {
      OutcomeRecorded outcome = deliver(TlsLevel.DOMAIN_VALIDATION, peer);
      for (int tries = 1; tries < 20 && !outcome.getNoAttempt(); tries++) {
        outcome = deliver(TlsLevel.DOMAIN_VALIDATION, peer);
      }
      assertThat(outcome.getRecipients(0).getReason()).isEqualTo("destination-busy");
      assertThat(outcome.getRecipients(0).getDetail()).contains("auth-failed");
    }
  }

  @Test
  void credentialsThatCannotBeUsedDeferBeforeAnyHostIsDialled() throws Exception {
    try (ScriptedPeer peer = host().login("contoso", PASSWORD, "PLAIN").start()) {
      for (String name : List.of("contoso/missing", "fabrikam/relay", "../contoso/relay")) {
        OutcomeRecorded outcome =
            lab.deliver(request(TlsLevel.DOMAIN_VALIDATION, peer, "127.0.0.1", name));
        refused(outcome, "credentials-missing");
        assertThat(outcome.getRecipients(0).getDetail()).contains(name);
      }
      Path secret = folder.resolve("contoso/relay.password");
      for (String mode : List.of("rw-r--r--", "rw--w----", "rw----r--")) {
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString(mode));
        OutcomeRecorded outcome = deliver(TlsLevel.DOMAIN_VALIDATION, peer);
        refused(outcome, "credentials-missing");
        assertThat(outcome.getRecipients(0).getDetail()).contains("chmod 600");
      }
      Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("r--r-----"));
      for (String content : List.of("", "\n", "two\nlines\n", "x".repeat(256), "nul\0")) {
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        Files.writeString(secret, content);
        refused(deliver(TlsLevel.DOMAIN_VALIDATION, peer), "credentials-missing");
      }
      assertThat(peer.sessions()).isEmpty();
    }
  }

  @Test
  void aDeliveryByMxGivesItsCredentialsToNobody() throws Exception {
    NextHop hop =
        NextHop.newBuilder()
            .setProtocol(HopProtocol.SMTP)
            .setMxDomain("fabrikam.com")
            .setCredentials("contoso/relay")
            .build();
    refused(
        lab.deliver(
            RelayLab.request(RelayLab.level(TlsLevel.ENCRYPTION_ONLY), hop, "ann@fabrikam.com")),
        "undecidable");
  }
}
