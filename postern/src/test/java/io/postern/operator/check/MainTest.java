package io.postern.operator.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.commandline.Program;
import io.postern.lab.CrlServer;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.ScriptedPeer;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command line: exit codes, messages, text and JSON. */
class MainTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder = Path.of("");
  private final CrlServer crls = CrlServer.create();
  private final LabCa ca = LabCa.create("Fabrikam", crls);

  @AfterEach
  void close() {
    crls.close();
  }

  private record Ran(int exit, String out, String err) {}

  private static Ran run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exit =
        Program.run(
            Main.alone().setOut(new PrintWriter(out)).setErr(new PrintWriter(err, true)), args);
    return new Ran(exit, out.toString(), err.toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "|use either PEM, HOST",
        "a.example --root x|use either PEM, HOST",
        "a.example b.example|Unmatched argument",
        "--nonsense a.example|--nonsense",
        "a.example --timeout 0|--timeout is 0: give 1",
        "a.example --timeout 121|--timeout is 121: give 1",
        "a.example --timeout soon|--timeout",
        "a.example:0|'a.example:0' has an invalid port",
        "no/such.pem|no/such.pem cannot be read",
        "missing.pem|missing.pem cannot be read",
        "--root ' '|--root: write at least two letters",
        "a.example --anchors no/such.pem|--anchors: ",
        "a.example --no-default-anchors --anchors no/such.pem|--anchors: no/such.pem cannot be read",
        "pom.xml --proxy nowhere|has no certificate",
        "127.0.0.1:1 --proxy nowhere|--proxy: postern.revocation.http-proxy is 'nowhere'"
      })
  void wrongArgumentsAreNamedWithTheCure(String args, String message) {
    List<String> words = new ArrayList<>();
    Matcher word = Pattern.compile("'([^']*)'|(\\S+)").matcher(args == null ? "" : args);
    while (word.find()) {
      words.add(word.group(1) == null ? word.group(2) : word.group(1));
    }
    Ran ran = run(words.toArray(String[]::new));
    assertThat(ran.exit()).as(ran.err()).isEqualTo(2);
    assertThat(ran.err()).contains(message);
    assertThat(ran.out()).isEmpty();
  }

  @Test
  void aHostThatIsOk() throws Exception {
    Path root = folder.resolve("root.pem");
    ca.writeRoot(root);
    Identity identity = ca.issue(Issue.to("mail.fabrikam.example"));
    identity.write(folder, "new");
    try (ScriptedPeer peer =
        ScriptedPeer.named("mail.fabrikam.example").identity(identity).start()) {
      for (String target :
          List.of("127.0.0.1:" + peer.port(), folder.resolve("new.pem").toString())) {
        Ran text =
            run(target, "--anchors", root.toString(), "--no-default-anchors", "--allow-private");
        assertThat(text.exit()).as(text.toString()).isZero();
        assertThat(text.err()).isEmpty();
        assertThat(text.out())
            .contains(target + ", as a server: OK", "trusted here", "verdict     good", "firewall")
            .doesNotContain("to do");
        Ran json = run(target, "--anchors", root.toString(), "--allow-private", "-o", "json");
        assertThat(json.exit()).isZero();
        JsonNode read = JSON.readTree(json.out());
        assertThat(read.path("ok").asBoolean()).isTrue();
        assertThat(read.at("/verdict/result").asText()).isEqualTo("good");
        assertThat(read.at("/certificates/0/endpoints/0/status").asText()).isEqualTo("ok");
      }
    }
  }

  @Test
  void theCertificatesOfStandardInput() throws Exception {
    ca.issue(Issue.to("mail.fabrikam.example")).write(folder, "new");
    InputStream former = System.in;
    try {
      System.setIn(new ByteArrayInputStream(Files.readAllBytes(folder.resolve("new.pem"))));
      assertThat(run("-").out()).contains("standard input, as a server: NOT OK", "fabrikam");
      Ran empty = run("-");
      assertThat(empty.exit()).isEqualTo(2);
      assertThat(empty.err()).contains("standard input has no certificate");
      System.setIn(new ByteArrayInputStream(new byte[(1 << 20) + 1]));
      assertThat(run("-").err()).contains("more than 1048576 octets");
    } finally {
      System.setIn(former);
    }
  }

  @Test
  void withoutLeaveNothingPrivateIsAsked() throws Exception {
    Path root = folder.resolve("root.pem");
    ca.writeRoot(root);
    ca.issue(Issue.to("mail.fabrikam.example")).write(folder, "new");
    Ran ran = run(folder.resolve("new.pem").toString(), "--anchors", root.toString(), "-o", "json");
    assertThat(ran.exit()).isEqualTo(1);
    assertThat(JSON.readTree(ran.out()).findValuesAsText("status"))
        .contains("blocked-address")
        .doesNotContain("ok");
    assertThat(crls.fetches()).isZero();
  }

  @Test
  void theTextHasTheSentencesOfTheJson() throws Exception {
    Identity identity =
        ca.issue(Issue.to("mail.fabrikam.example").withCrl("ldap://x/y")).withoutIssuers();
    identity.write(folder, "new");
    String pem = folder.resolve("new.pem").toString();
    JsonNode json = JSON.readTree(run(pem, "--client", "-o", "json").out());
    Ran text = run(pem, "--client");
    assertThat(text.exit()).isEqualTo(1);
    String flat = text.out().replaceAll("\\s+", " ");
    assertThat(json.path("toDo")).isNotEmpty();
    for (String list : List.of("toDo", "notes")) {
      json.path(list).forEach(sentence -> assertThat(flat).contains(sentence.asText()));
    }
    assertThat(flat)
        .contains("as a client: NOT OK", json.at("/certificates/0/facts/sha256").asText());
  }

  @Test
  void aRootIsLookedFor() throws Exception {
    Path root = Files.createDirectories(folder.resolve("a")).resolve("root.pem");
    ca.writeRoot(root);
    Ran here = run("--root", "fabrikam", "--anchors", root.toString());
    assertThat(here.exit()).isZero();
    assertThat(here.out()).contains("\"fabrikam\": trusted here", "sha256");
    Ran only =
        run(
            "--root",
            "fabrikam",
            "--no-default-anchors",
            "--anchors",
            root.toString(),
            "-o",
            "json");
    JsonNode json = JSON.readTree(only.out());
    assertThat(json.path("anchors").asInt()).isEqualTo(1);
    String sha1 = json.at("/found/0/sha1").asText();
    assertThat(run("--root", sha1, "--anchors", root.toString()).exit()).isZero();
    Ran gone = run("--root", "no such root");
    assertThat(gone.exit()).isEqualTo(1);
    assertThat(gone.out()).contains("NOT TRUSTED", "postern.anchors.pem");
  }

  @Test
  void helpTellsTheExitCodes() {
    Ran ran = run("--help");
    assertThat(ran.exit()).isZero();
    assertThat(ran.out()).contains("2: invalid arguments, 3:", "--allow-private", "--root");
  }
}
