package io.postern.operator.commands.completion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.commandline.Program;
import io.postern.operator.Main;
import io.postern.operator.commands.access.UserHome;
import io.postern.operator.connection.ConnectionOptions;
import io.postern.operator.signin.ScriptedHttp;
import io.postern.operator.signin.ScriptedHttp.Answer;
import io.postern.operator.signin.ScriptedHttp.Request;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The names that completion shows, from a service over real HTTP. */
class NamesTest {
  private static final String DIRECTORY =
      """
      {"version": 7, "organizations": [
       {"id": "contoso", "acceptedDomains": [{"domain": "contoso.example"}],
        "inboundConnectors": [{"name": "From Fabrikam", "senderDomains": ["fabrikam.example", "*.fabrikam.example"]}],
        "outboundConnectors": [{"name": "To\\u001b[2J", "recipientDomains": ["*"]},
                               {"name": "To Fabrikam", "recipientDomains": ["fabrikam.example"]}]},
       {"id": "northwind", "outboundConnectors": [{"name": "To all"}]}]}
      """;

  @TempDir private Path home;

  /** Its options, as the command line gives them. */
  @Command
  private static final class Options {
    @Mixin private ConnectionOptions connection = new ConnectionOptions();
  }

  private static Answer answer(Request request) {
    return switch (request.path()) {
      case "/api/v1/directory" -> Answer.ok(DIRECTORY);
      case "/api/v1/reports?", "/api/v1/reports" -> Answer.ok("[\"inbound\", \"outbound\"]");
      default -> new Answer(404, "{}");
    };
  }

  private ConnectionOptions context(ScriptedHttp service) throws Exception {
    Files.writeString(home.resolve("credentials"), "anna:secret");
    Path context =
        Files.writeString(
            home.resolve("context.properties"),
            """
            postern.policy.url=%1$s
            postern.console.url=%1$s
            postern.policy.credentials-file=credentials
            postern.console.credentials-file=credentials
            """
                .formatted(service.url()));
    return CommandLine.populateCommand(new Options(), "--context", context.toString()).connection;
  }

  @Test
  void namesComeFromWhatTheCallerSees() throws Exception {
    try (ScriptedHttp service = ScriptedHttp.start(NamesTest::answer)) {
      ConnectionOptions connection = context(service);
      assertThat(KnownNames.of(NameKind.ORGANIZATION, connection, ""))
          .containsExactly("contoso", "northwind");
      assertThat(KnownNames.of(NameKind.CONNECTOR, connection, ""))
          .containsExactly("From Fabrikam", "To Fabrikam", "To all");
      assertThat(KnownNames.of(NameKind.CONNECTOR, connection, "northwind"))
          .containsExactly("To all");
      assertThat(KnownNames.of(NameKind.PARTNER, connection, ""))
          .containsExactly("fabrikam.example");
      assertThat(KnownNames.of(NameKind.DOMAIN, connection, ""))
          .containsExactly("contoso.example", "fabrikam.example");
      assertThat(KnownNames.of(NameKind.REPORT, connection, ""))
          .containsExactly("inbound", "outbound");
    }
  }

  private static String printed(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        Program.run(
            new CommandLine(Main.class)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true)),
            args);
    assertThat(code).isZero();
    assertThat(err.toString()).isEmpty();
    return out.toString();
  }

  @Test
  void contextsAreThoseOfTheUser() throws Exception {
    try (UserHome user = new UserHome(home)) {
      user.context("test", "a=b");
      user.context("production", "a=b");
      assertThat(printed("names", "CONTEXT").lines()).containsExactly("production", "test");
    }
  }

  /** Whoever types must not wait, and must not read an error between two words. */
  @Test
  void aServiceThatDoesNotAnswerCostsTwoSecondsAndNoWord() throws Exception {
    CountDownLatch printed = new CountDownLatch(1);
    try (ScriptedHttp silent =
        ScriptedHttp.start(
            request -> {
              try {
                printed.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return Answer.ok(DIRECTORY);
            })) {
      context(silent);
      assertThat(
              printed(
                  "names", "CONNECTOR", "--context", home.resolve("context.properties").toString()))
          .isEmpty();
      printed.countDown();
    }
    assertThat(printed("names", "CONNECTOR", "--state", "/nowhere")).isEmpty();
    assertThat(printed("names", "SOMETHING-NEW")).isEmpty();
    assertThatThrownBy(
            () ->
                KnownNames.of(
                    NameKind.CONNECTOR,
                    CommandLine.populateCommand(new Options(), "--state", "/nowhere").connection,
                    ""))
        .hasMessageContaining("nothing runs");
  }
}
