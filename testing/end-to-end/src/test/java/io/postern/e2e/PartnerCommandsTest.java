package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.commandline.Program;
import io.postern.contracts.QueueId;
import io.postern.lab.Issue;
import io.postern.lab.RunningProgram;
import io.postern.lab.ScriptedPeer;
import io.postern.operator.Main;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * The program against the running services: validation and forced TLS with a partner, and two
 * administrators who change one connector at once.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PartnerCommandsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final ObjectMapper JSON = new ObjectMapper();

  private record Ran(int exit, String out, String err) {}

  private TestStack stack;
  private TestOrganization organization;
  private ScriptedPeer good;
  private ScriptedPeer revoked;
  private Path context = Path.of("");

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    stack = TestStack.shared();
    organization = stack.organization("commanded");
    good = organization.peer(peer("good"));
    revoked =
        organization.peer(
            ScriptedPeer.named("mail." + partner("revoked"))
                .identity(stack.revoked("mail." + partner("revoked"))));
    organization
        .outbound(connector("To good", "good", good))
        .outbound(connector("To revoked", "revoked", revoked))
        .apply();
    context = stack.context(folder);
  }

  @AfterAll
  void stop() {
    organization.close();
  }

  private String partner(String kind) {
    return kind + "-" + organization.id() + "-partner.example";
  }

  private ScriptedPeer.Builder peer(String kind) {
    String name = "mail." + partner(kind);
    return ScriptedPeer.named(name).identity(stack.ca().issue(Issue.to(name)));
  }

  private String connector(String name, String kind, ScriptedPeer peer) {
    return "name: %s, connectorType: partner, recipientDomains: [%s], smartHosts: [\"%s:%d\"], tlsSettings: domainValidation, tlsDomain: %s"
        .formatted(name, partner(kind), peer.hostName(), peer.port(), peer.hostName());
  }

  private List<String> line(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--context", context.toString()));
    return all;
  }

  private Ran run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exit =
        Program.run(
            new CommandLine(Main.class)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true)),
            line(args).toArray(String[]::new));
    return new Ran(exit, out.toString(), err.toString());
  }

  private JsonNode object(String connector) throws Exception {
    return JSON.readTree(
            run("connectors", "show", organization.id(), connector, "-o", "json").out())
        .path("object");
  }

  @Test
  void aValidationShowsItsStepsAndItsEnd() {
    Ran met =
        run("validate", organization.id(), "To good", "--recipient", "ann@" + partner("good"));
    assertThat(met.exit()).as(met.toString()).isZero();
    assertThat(met.out())
        .contains("ok       STARTTLS", "ok       test-mail", "domain-validation:domain-validation")
        .contains("\nmet: ");
    Ran unmet = run("validate", organization.id(), "To revoked");
    assertThat(unmet.exit()).as(unmet.toString()).isEqualTo(1);
    assertThat(unmet.out()).contains("NOT OK   verdict", "is-revoked", "\nNOT MET: ");
    assertThat(revoked.envelopeSeen()).isFalse();
  }

  @Test
  void aPartnerIsSecuredByAScriptAndUndone() throws Exception {
    String domain = partner("new");
    try (ScriptedPeer peer = peer("new").start()) {
      stack.dns().a(peer.hostName(), "127.0.0.1");
      String host = peer.hostName() + ":" + peer.port();
      String[] trial = {
        "secure-partner",
        organization.id(),
        domain,
        "--certificate-name",
        peer.hostName(),
        "--smart-host",
        host,
        "--tls-domain",
        peer.hostName(),
        "--mode",
        "reportOnly",
        "--yes"
      };
      Ran reported = run(trial);
      assertThat(reported.exit()).as(reported.toString()).isZero();
      assertThat(object("To " + domain).path("mode").asText()).isEqualTo("reportOnly");
      String[] enforce = trial.clone();
      enforce[10] = "enforce";
      Ran enforced = run(enforce);
      assertThat(enforced.exit()).as(enforced.toString()).isZero();
      assertThat(enforced.out()).contains("\nmet: ", "forced TLS is in force");
      assertThat(object("To " + domain).path("mode").asText()).isEqualTo("enforce");
      QueueId queueId =
          organization.relayed(List.of("ann@" + domain), Messages.small("over the pair"));
      assertThat(organization.outcome(queueId, "ann@" + domain))
          .isEqualTo("delivered domain-validation:domain-validation");
      Ran undone = run("secure-partner", organization.id(), domain, "--undo", "--yes");
      assertThat(undone.exit()).as(undone.toString()).isZero();
      assertThat(run("connectors", "show", organization.id(), "To " + domain).exit()).isEqualTo(1);
    }
  }

  @Test
  void whatIsUnmetIsNotEnforced() {
    String domain = "x-" + partner("revoked");
    Ran ran =
        run(
            "secure-partner",
            organization.id(),
            domain,
            "--certificate-name",
            "mail." + domain,
            "--smart-host",
            revoked.hostName() + ":" + revoked.port(),
            "--tls-domain",
            revoked.hostName(),
            "--mode",
            "enforce",
            "--yes");
    assertThat(ran.exit()).as(ran.toString()).isEqualTo(1);
    assertThat(ran.out()).contains("NOT MET", "NOT IN FORCE");
    assertThat(run("connectors", "show", organization.id(), "To " + domain).exit()).isEqualTo(1);
  }

  /** One sits before the question while the other changes the connector. */
  @Test
  void aChangeBetweenQuestionAndAnswerIsNotLost() throws Exception {
    try (RunningProgram first =
        RunningProgram.atTerminal(
            Main.class,
            line("connectors", "set", organization.id(), "To revoked", "comment=the first"))) {
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> first.output().contains("Make this change? [y/N]"));
      Ran second =
          run("connectors", "set", organization.id(), "To revoked", "maxConnections=3", "--yes");
      assertThat(second.exit()).as(second.toString()).isZero();
      first.type("y");
      assertThat(first.end()).as(first.output()).isEqualTo(1);
      assertThat(first.output().replaceAll("\\s+", " ")) // the terminal breaks lines
          .contains("another administrator has changed the connector", "maxConnections: - -> 3");
    }
    JsonNode now = object("To revoked");
    assertThat(now.path("maxConnections").asInt()).isEqualTo(3);
    assertThat(now.has("comment")).isFalse();
  }

  /** Each of two fields has the last value whose change was said to be made. */
  @Test
  void ofChangesAtOnceEachThatIsMadeStays() throws Exception {
    Callable<Integer> comments = () -> lastMade("comment", 100);
    Callable<Integer> connections = () -> lastMade("maxMessagesPerConnection", 200);
    try (ExecutorService administrators = Executors.newFixedThreadPool(2)) {
      var made = administrators.invokeAll(List.of(comments, connections));
      JsonNode now = object("To good");
      assertThat(now.path("comment").asText()).isEqualTo(made.get(0).get().toString());
      assertThat(now.path("maxMessagesPerConnection").asInt()).isEqualTo(made.get(1).get());
    }
  }

  /** Of six changes, or as many as the first that is made takes. */
  private int lastMade(String field, int from) {
    int made = -1;
    for (int value = from; value < from + 6 || made < 0; value++) {
      Ran ran =
          run("connectors", "set", organization.id(), "To good", field + "=" + value, "--yes");
      if (ran.exit() == 0) {
        made = value;
      } else {
        assertThat(ran.exit()).as(ran.toString()).isEqualTo(1);
        assertThat(ran.out())
            .contains("another administrator has changed the connector in the meantime");
      }
    }
    return made;
  }
}
