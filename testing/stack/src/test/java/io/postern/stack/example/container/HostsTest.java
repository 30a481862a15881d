package io.postern.stack.example.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.commandline.Program;
import io.postern.lab.PeerTranscript;
import io.postern.lab.ScriptedPeer;
import io.postern.programs.FreePorts;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The mail hosts of the example in containers, one sending to the other in Postern's place. */
class HostsTest {
  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private CommandLine program() {
    return Main.program().setOut(new PrintWriter(out)).setErr(new PrintWriter(err, true));
  }

  private ScriptedPeer serving(String... arguments) {
    CommandLine line = program().setCaseInsensitiveEnumValuesAllowed(true);
    List<String> all = new ArrayList<>(List.of("serve", "--shared", folder.toString()));
    all.addAll(List.of(arguments));
    CommandLine.ParseResult parsed = line.parseArgs(all.toArray(String[]::new));
    return ((Serve) parsed.subcommand().commandSpec().userObject()).start();
  }

  private int send(int port, String... arguments) {
    List<String> all =
        new ArrayList<>(List.of("send", "--shared", folder.toString(), "--to-host", "127.0.0.1"));
    all.addAll(List.of("--to-port", Integer.toString(port)));
    all.addAll(List.of(arguments));
    return Program.run(program(), all.toArray(String[]::new));
  }

  @Test
  void theMailboxPrintsWhatThePartnerSendsWithItsCertificate() throws Exception {
    Path anchors = Files.createDirectory(folder.resolve("anchors"));
    int lists = FreePorts.next();
    try (ScriptedPeer partner =
            serving(
                "partner",
                "--port",
                "0",
                "--anchors",
                anchors.toString(),
                "--lists-port",
                Integer.toString(lists));
        ScriptedPeer mailbox = serving("mailbox", "--port", "0")) {
      assertThat(partner.hostName()).isEqualTo("mail.fabrikam.example");
      assertThat(Files.readString(anchors.resolve("example.pem"))).contains("BEGIN CERTIFICATE");
      assertThat(send(mailbox.port(), "partner", "anna@contoso.example")).isZero();
    }
    assertThat(out.toString())
        .contains(
            "mailbox.contoso.example receives mail at port ",
            "received from <info@fabrikam.example> for anna@contoso.example, over TLSv1.3:"
                + " Subject: A first mail",
            "250 2.0.0");
  }

  @Test
  void itMayLeaveItsCertificateOutAndNameAnotherSender() throws Exception {
    Host.PARTNER.renewed(folder);
    try (ScriptedPeer postern =
        ScriptedPeer.named("gate.contoso.example").identity(Host.MAILBOX.renewed(folder)).start()) {
      send(postern.port(), "partner", "anna@contoso.example");
      send(
          postern.port(),
          "partner",
          "--without-certificate",
          "--from",
          "info@tailspin.example",
          "anna@contoso.example");
      List<PeerTranscript> sessions = postern.awaitSessions(2, Duration.ofSeconds(10));
      assertThat(sessions.get(0).clientChain().getFirst().getSubjectX500Principal().getName())
          .contains("mail.fabrikam.example");
      assertThat(sessions.get(1).clientChain()).isEmpty();
      assertThat(sessions.get(1).mentions("info@tailspin.example")).isTrue();
    }
  }

  @Test
  void aHostThatHasNotStartedIsNamed() {
    assertThat(send(1, "partner", "anna@contoso.example")).isEqualTo(3);
  }
}
