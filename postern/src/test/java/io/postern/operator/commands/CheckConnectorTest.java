package io.postern.operator.commands;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.commandline.Program;
import io.postern.lab.CrlServer;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.ScriptedPeer;
import io.postern.operator.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The command with real certificates and a directory file, where no installation runs. */
class CheckConnectorTest {
  private static final String NAME = "mail.contoso.com";

  @TempDir Path folder = Path.of("");
  private final CrlServer crls = CrlServer.create();
  private final LabCa ca = LabCa.create("Contoso", crls);
  private Path file = Path.of("");

  private record Ran(int exit, String out, String err) {}

  @BeforeEach
  void directory() throws IOException {
    Path root = folder.resolve("root.pem");
    ca.writeRoot(root);
    file = folder.resolve("directory.yaml");
    Files.writeString(
        file,
        """
        organizations:
          - id: contoso
            acceptedDomains:
              - { domain: contoso.com, mailboxRoute: { host: mailbox.example } }
            trustAnchors:
              - name: own
                pem: |
        %s
            hybrid: { onPremisesServers: [%s], certificateName: %s, trustAnchors: own }
        """
            .formatted(Files.readString(root).indent(12).stripTrailing(), NAME, NAME));
  }

  @AfterEach
  void close() {
    crls.close();
  }

  private static Ran run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = new CommandLine(Main.class);
    int exit =
        Program.run(
            line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true)), args);
    return new Ran(exit, out.toString(), err.toString());
  }

  private Ran check(String target, String... more) {
    List<String> args =
        new ArrayList<>(
            List.of("check-connector", "contoso", target, "--directory", file.toString()));
    // No installation is asked; the authority of the test publishes at a private address.
    args.addAll(List.of("--state", "/nowhere/at/all", "--allow-private"));
    args.addAll(List.of(more));
    return run(args.toArray(String[]::new));
  }

  private Path pem(Identity identity) {
    identity.write(folder, "shown");
    return folder.resolve("shown.pem");
  }

  private static String line(Ran ran, String direction, String question) {
    String part = ran.out().replaceFirst("(?s).*?" + direction + " connector", "");
    return part.lines()
        .filter(each -> each.matches("  (yes|NO|UNKNOWN) +" + question + " .*"))
        .findFirst()
        .orElseThrow(() -> new AssertionError(ran.toString()));
  }

  @Test
  void aServersCertificateWithServerAuthAloneIsTakenInBothDirections() {
    Ran ran = check(pem(ca.issue(Issue.to(NAME).serverOnly())).toString());
    assertThat(ran.exit()).as(ran.toString()).isZero();
    assertThat(ran.err()).isEmpty();
    assertThat(ran.out())
        .contains(
            "inbound connector contoso/Inbound from on-premises: ACCEPTED",
            "outbound connector contoso/Outbound to on-premises: ACCEPTED",
            "alone; --in-force looks at the installation's others too");
    assertThat(line(ran, "inbound", "purpose")).contains("serverAuth alone");
    assertThat(line(ran, "inbound", "authority")).contains("default trust anchors do not trust it");
    assertThat(line(ran, "inbound", "acceptedDomain")).contains("contoso.com is an accepted");
  }

  private Identity wrong(String which) {
    return switch (which) {
      case "common name" -> ca.issue(Issue.to(NAME).commonNameOnly());
      case "without lists" -> ca.issue(Issue.to(NAME).withoutCrl());
      case "client" -> ca.issue(Issue.to(NAME).clientOnly());
      case "expired" -> ca.issue(Issue.to(NAME).expired());
      case "incomplete" -> ca.issue(Issue.to(NAME)).withoutIssuers();
      case "other authority" -> LabCa.create("Other", crls).issue(Issue.to(NAME));
      case "revoked" -> {
        Identity revoked = ca.issue(Issue.to(NAME));
        ca.revoke(revoked.leaf());
        yield revoked;
      }
      default -> ca.issue(Issue.to(which));
    };
  }

  @ParameterizedTest
  @CsvSource({
    "common name, ACCEPTED, ACCEPTED, inbound, name, is a name of the certificate",
    "without lists, ACCEPTED, ACCEPTED, inbound, revocation, publishes nothing",
    "client, ACCEPTED, NOT ACCEPTED, outbound, purpose, extended-key-usage",
    "expired, NOT ACCEPTED, NOT ACCEPTED, inbound, validity, expired",
    "incomplete, NOT ACCEPTED, NOT ACCEPTED, inbound, authority, incomplete-chain",
    "other authority, NOT ACCEPTED, NOT ACCEPTED, inbound, authority, CN=Other Root",
    "revoked, NOT ACCEPTED, NOT ACCEPTED, outbound, revocation, revoked",
    "gate.contoso.com, NOT ACCEPTED, NOT ACCEPTED, inbound, name, not for mail.contoso.com",
    "*.contoso.com, ACCEPTED, ACCEPTED, inbound, name, stands for mail.contoso.com",
  })
  void eachFaultIsTheAnswerToItsQuestion(
      String which, String in, String out, String direction, String question, String why) {
    Ran ran = check(pem(wrong(which)).toString());
    assertThat(ran.exit()).as(ran.toString()).isEqualTo(out.equals("ACCEPTED") ? 0 : 1);
    assertThat(ran.out())
        .contains(
            "inbound connector contoso/Inbound from on-premises: " + in + "\n",
            "outbound connector contoso/Outbound to on-premises: " + out + "\n");
    assertThat(line(ran, direction, question)).contains(why);
  }

  @Test
  void aHostIsDialledAndAFileIsNot() throws Exception {
    try (ScriptedPeer peer = ScriptedPeer.named(NAME).identity(ca.issue(Issue.to(NAME))).start()) {
      Ran ran = check("127.0.0.1:" + peer.port(), "-o", "json");
      assertThat(ran.exit()).as(ran.toString()).isZero();
      JsonNode json = new ObjectMapper().readTree(ran.out());
      assertThat(json.path("accepted").asBoolean()).isTrue();
      assertThat(json.at("/certificate/names/0").asText()).isEqualTo(NAME);
      assertThat(json.at("/connectors/0/direction").asText()).isEqualTo("inbound");
      assertThat(json.at("/connectors/0/answers/0/question").asText()).isEqualTo("name");
      assertThat(json.at("/connectors/0/answers/0/answer").asText()).isEqualTo("yes");
      assertThat(json.at("/notes/0").asText()).contains("as a server");
    }
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("root.pem", "directory.yaml");
    }
  }

  @Test
  void whatTheFileHasWrongIsSaidWithItsLine() throws Exception {
    String pem = pem(ca.issue(Issue.to(NAME))).toString();
    Files.writeString(
        file, Files.readString(file).replace(": " + NAME + ",", ": \"*.contoso.com\","));
    Ran ran = check(pem);
    assertThat(ran.exit()).isEqualTo(1);
    assertThat(ran.out()).contains("line ", "hybrid.certificateName", "a mail gateway too");
    assertThat(run("check-connector", "contoso", pem, "--in-force").exit()).isEqualTo(2);
    Ran nobody = run("check-connector", "nobody", pem, "--directory", file.toString());
    assertThat(nobody.exit()).isEqualTo(1);
  }

  /** Also one beside another that is there: nobody may believe that both were looked at. */
  @Test
  void aConnectorThatIsNotThereIsAWrongArgument() {
    String pem = pem(ca.issue(Issue.to(NAME))).toString();
    for (List<String> names :
        List.of(List.of("Nothing"), List.of("Inbound from on-premises", "Nothing"))) {
      Ran ran =
          check(
              pem, names.stream().flatMap(n -> Stream.of("--connector", n)).toArray(String[]::new));
      assertThat(ran.exit()).as(ran.toString()).isEqualTo(2);
      assertThat(ran.out()).isEmpty();
      assertThat(ran.err())
          .contains(
              "--connector is \"Nothing\": contoso has no connector of this name; it has"
                  + " \"Inbound from on-premises\", \"Outbound to on-premises\"");
    }
    assertThat(check(pem, "--connector", "Outbound to on-premises").exit()).isZero();
    Ran nobody =
        run("check-connector", "nobody", pem, "--directory", file.toString(), "--connector", "X");
    assertThat(nobody.exit()).isEqualTo(2);
    assertThat(nobody.err()).contains("\"X\": there is no organization nobody");
  }

  @Test
  void aFileThatCannotBeAppliedIsNotAccepted() throws Exception {
    String pem = pem(ca.issue(Issue.to(NAME))).toString();
    Files.writeString(
        file,
        "\n  - id: fabrikam\n    rejectDirectSendSubdomains: true\n",
        StandardOpenOption.APPEND);
    Ran ran = check(pem);
    assertThat(ran.exit()).as(ran.toString()).isEqualTo(1);
    assertThat(ran.out())
        .contains(
            "Inbound from on-premises: ACCEPTED",
            "organization/fabrikam rejectDirectSendSubdomains: ")
        .containsPattern("line \\d+, column \\d+: organization/fabrikam")
        .contains("apply would refuse it");
    JsonNode json = new ObjectMapper().readTree(check(pem, "-o", "json").out());
    assertThat(json.path("accepted").asBoolean(true)).isFalse();
    assertThat(json.at("/problems/0/object").asText()).isEqualTo("organization/fabrikam");
    assertThat(json.at("/problems/0/line").asInt()).isPositive();
  }

  @Test
  void aListOfRecipientsIsNotLookedAt() throws Exception {
    Files.writeString(
        file,
        Files.readString(file)
            .replace("domain: contoso.com,", "domain: contoso.com, recipientValidation: list,"));
    Ran ran = check(pem(ca.issue(Issue.to(NAME))).toString());
    assertThat(ran.exit()).as(ran.toString()).isZero();
    assertThat(ran.out()).contains("whether there is a list of recipients for contoso.com.");
  }
}
