package io.postern.operator.commands.explain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.commandline.Program;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.operator.Main;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The command's question, and its exit code for each answer, over HTTP. */
class ExplainTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PATH = "POST /api/v1/explain";

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir Path folder = Path.of("");
  private AnsweringService service;

  @BeforeEach
  void start() throws Exception {
    service = new AnsweringService();
  }

  @AfterEach
  void close() {
    service.close();
  }

  private int run(String... options) throws Exception {
    List<String> line =
        new ArrayList<>(
            List.of(
                "explain",
                "--state",
                service.state(folder).toString(),
                "--to",
                "anna@contoso.example",
                "--ip",
                "192.0.2.9"));
    line.addAll(List.of(options));
    return Program.run(
        new CommandLine(Main.class)
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true)),
        line.toArray(String[]::new));
  }

  private static String answer(String in, String out) {
    return """
        {"directoryVersion":5,"recipients":[{"recipient":"anna@contoso.example",
         "now":{"in":{"result":"%s"},"out":{"result":"%s"}},"connectors":[]}]}
        """
        .formatted(in, out);
  }

  @ParameterizedTest
  @CsvSource({"accept,deliver,0", "refuse,,1", "accept,hold,1", "accept,fail,1", "unknown,,0"})
  void mailThatDoesNotArriveIsAFinding(String in, String way, int code) throws Exception {
    service.on(PATH, 200, answer(in, way == null ? "" : way));
    assertThat(run("--from", "<>", "-o", "json")).as(err.toString()).isEqualTo(code);
    assertThat(JSON.readTree(out.toString()).at("/recipients/0/now/in/result").asText())
        .isEqualTo(in);
  }

  @Test
  void theSentencesAreTheServices() throws Exception {
    service.on(PATH, 200, answer("refuse", "")).on(PATH, 200, "To anna:\n  now in: refuse 550\n");
    assertThat(run("--from", "info@fabrikam.example")).isEqualTo(1);
    assertThat(out.toString().lines()).containsExactly("To anna:", "  now in: refuse 550");
    assertThat(service.asked().getLast().accept()).startsWith("text/plain");
  }

  @Test
  void factsAreAskedAsTheyWereGiven() throws Exception {
    service.on(PATH, 200, answer("accept", "deliver"));
    assertThat(
            run(
                "--from",
                "info@fabrikam.example",
                "--to",
                "ben@contoso.example",
                "--no-tls",
                "--requiretls",
                "--organization",
                "contoso",
                "-o",
                "json"))
        .isZero();
    JsonNode facts = JSON.readTree(service.asked().getFirst().body());
    assertThat(facts.path("recipients").toString())
        .isEqualTo("[\"anna@contoso.example\",\"ben@contoso.example\"]");
    assertThat(facts.path("clientIp").asText()).isEqualTo("192.0.2.9");
    assertThat(facts.path("mailFrom").asText()).isEqualTo("info@fabrikam.example");
    assertThat(facts.path("tls").isBoolean()).isTrue();
    assertThat(facts.path("tls").asBoolean()).isFalse();
    assertThat(facts.path("requireTls").asBoolean()).isTrue();
    assertThat(facts.path("organization").asText()).isEqualTo("contoso");
    assertThat(facts.has("certificate")).isFalse();

    assertThat(run("--from", "<>", "--tls", "--certificate-name", "mail.x.example", "-o", "json"))
        .isZero();
    facts = JSON.readTree(service.asked().getLast().body());
    assertThat(facts.path("tls").asBoolean()).isTrue();
    assertThat(facts.path("certificateNames").toString()).isEqualTo("[\"mail.x.example\"]");
  }

  @Test
  void aKeyBesideTheCertificateStaysHere() throws Exception {
    LabCa.create("Fabrikam").issue(Issue.to("mail.fabrikam.example")).write(folder, "shown");
    Path both =
        Files.writeString(
            folder.resolve("both.pem"),
            Files.readString(folder.resolve("shown.key"))
                + Files.readString(folder.resolve("shown.pem")));
    service.on(PATH, 200, answer("accept", "deliver"));
    assertThat(run("--from", "<>", "--certificate", both.toString(), "-o", "json")).isZero();
    JsonNode facts = JSON.readTree(service.asked().getFirst().body());
    assertThat(facts.has("tls")).isFalse();
    assertThat(facts.path("certificate").asText())
        .startsWith("-----BEGIN CERTIFICATE-----")
        .doesNotContain("PRIVATE");
  }

  @Test
  void factsThatContradictEachOtherAreAWrongCommandLine() throws Exception {
    String pem = Files.writeString(folder.resolve("empty.pem"), "nothing").toString();
    assertThat(run("--from", "<>", "--no-tls", "--certificate-name", "x.example")).isEqualTo(2);
    assertThat(run("--from", "<>", "--certificate", pem, "--certificate-name", "x")).isEqualTo(2);
    assertThat(run("--from", "<>", "--certificate", pem)).isEqualTo(3);
    assertThat(run()).isEqualTo(2);
    assertThat(service.asked()).isEmpty();
  }
}
