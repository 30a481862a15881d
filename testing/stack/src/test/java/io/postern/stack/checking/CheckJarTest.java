package io.postern.stack.checking;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.lab.CrlServer;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.ScriptedPeer;
import io.postern.stack.Main;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The jar that partners get, run as they run it. */
class CheckJarTest {
  private static final Path JAR = Path.of(requireNonNull(System.getProperty("postern.check.jar")));
  private static final long MOST_BYTES = 10 << 20;
  private static final String NAME = "mail.fabrikam.example";

  @TempDir Path folder = Path.of("");
  private final CrlServer crls = CrlServer.create();
  private final LabCa ca = LabCa.create("Fabrikam", crls);

  @AfterEach
  void close() {
    crls.close();
  }

  private record Ran(int exit, String out, String err) {}

  private Ran run(String... args) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                JAR.toString()));
    command.addAll(List.of(args));
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("it ends").isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Ran(
        process.exitValue(),
        Files.readString(out, StandardCharsets.UTF_8),
        Files.readString(err, StandardCharsets.UTF_8));
  }

  @Test
  void tellsOfAGoodHostAndOfOneWhoseListIsGone() throws Exception {
    Path root = folder.resolve("root.pem");
    ca.writeRoot(root);
    Identity identity =
        ca.issue(Issue.to(NAME).withResponderToo(crls.responder(ca))); // all that is parsed
    try (ScriptedPeer peer = ScriptedPeer.named(NAME).identity(identity).start()) {
      String[] args = {
        "127.0.0.1:" + peer.port(), "-o", "json", "--anchors", root.toString(), "--allow-private"
      };
      Ran good = run(args);
      assertThat(good.exit()).as(good.toString()).isZero();
      assertThat(good.err()).isEmpty();
      JsonNode json = new ObjectMapper().readTree(good.out());
      assertThat(json.path("ok").asBoolean()).isTrue();
      assertThat(json.at("/connection/protocol").asText()).isEqualTo("TLSv1.3");
      assertThat(json.at("/root/trusted").asBoolean()).isTrue();
      assertThat(json.path("certificates").findValuesAsText("status"))
          .containsOnly("ok", "not-revoked");

      crls.stop();
      Ran gone = run(args);
      assertThat(gone.exit()).isEqualTo(1);
      JsonNode bad = new ObjectMapper().readTree(gone.out());
      assertThat(bad.at("/verdict/reason").asText()).isEqualTo("revocation-unreachable");
      assertThat(bad.path("toDo")).hasSize(3);
      assertThat(bad.path("certificates").findValuesAsText("status"))
          .containsOnly("refused", "unreachable");
    }
  }

  @Test
  void tellsWhatIsWrongWithItsArguments() throws Exception {
    Ran none = run();
    assertThat(none.exit()).isEqualTo(2);
    assertThat(none.err()).contains("use either PEM, HOST");
    Ran root = run("--root", "no such root", "-o", "json");
    assertThat(root.exit()).isEqualTo(1);
    assertThat(new ObjectMapper().readTree(root.out()).path("anchors").asInt()).isPositive();
  }

  @Test
  void isSmallAndHasNoSignaturesButLicenses() throws Exception {
    assertThat(Files.size(JAR)).isLessThan(MOST_BYTES);
    try (JarFile jar = new JarFile(JAR.toFile())) {
      List<String> names = jar.stream().map(ZipEntry::getName).toList();
      assertThat(names).noneMatch(name -> name.matches("META-INF/[^/]*\\.(SF|RSA|DSA|EC)"));
      assertThat(names).noneMatch(name -> name.startsWith("io/netty/"));
      assertThat(names)
          .contains(
              "META-INF/LICENSE",
              "META-INF/NOTICE",
              "META-INF/licenses/bouncy-castle.txt",
              "META-INF/licenses/protobuf.txt");
    }
  }

  @Test
  void runHasTheSameCommand() {
    CommandLine check = new CommandLine(new Main()).getSubcommands().get("check");
    assertThat(requireNonNull(check).getCommandSpec().userObject())
        .isInstanceOf(io.postern.operator.check.Main.class);
  }
}
