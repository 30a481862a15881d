package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.programs.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a new user types: {@code ./run} and its commands, as processes of their own, each with a
 * state folder of its own.
 */
class RunScriptTest {
  private static final Duration LIMIT = Duration.ofMinutes(8);

  @TempDir Path folder;

  /** A finished command. */
  private record Ended(int code, String output) {}

  private Process begin(Path output, String... arguments) throws IOException {
    return begin("run", output, arguments);
  }

  private Process begin(String script, Path output, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(List.of("bash", Project.root().resolve(script).toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(Project.root().toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    return builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
  }

  private Ended run(String... arguments) throws Exception {
    return ended("run", LIMIT, arguments);
  }

  private Ended ended(String script, Duration limit, String... arguments) throws Exception {
    Path output = Files.createTempFile(folder, "out", ".txt");
    Process process = begin(script, output, arguments);
    if (!process.waitFor(limit.toSeconds(), TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("not ended after " + limit + ": " + Files.readString(output));
    }
    return new Ended(process.exitValue(), Files.readString(output));
  }

  /** The last line of a start: the samples have gone, the console is there. */
  private static final String STARTED = "arriving mail is in";

  private String state(String name) {
    return folder.resolve(name).toString();
  }

  /** Programs that still run with a state folder: none may be left. */
  private static List<String> leftOver(String state) {
    return ProcessHandle.allProcesses()
        .filter(process -> commandLine(process).contains(state))
        .map(process -> process.pid() + " " + commandLine(process))
        .toList();
  }

  /**
   * A program's whole command line; empty once it has ended. The JDK knows the first 4,096
   * characters alone, and the launcher's state folder stands behind them where the project lies in
   * a folder with a long name.
   */
  private static String commandLine(ProcessHandle process) {
    try {
      return new String(
              Files.readAllBytes(Path.of("/proc", Long.toString(process.pid()), "cmdline")),
              StandardCharsets.UTF_8)
          .replace('\0', ' ');
    } catch (IOException ended) {
      return "";
    }
  }

  private static void nothingIsLeft(String state) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(40))
        .untilAsserted(() -> assertThat(leftOver(state)).isEmpty());
  }

  @Test
  void demoEndsWith0WhenEverySampleEndedAsItsFileSays() throws Exception {
    String state = state("demo");
    Ended demo = run("demo", "--state", state, "--smtp-port", Integer.toString(FreePorts.next()));
    assertThat(demo.output())
        .contains("every sample ended as expected")
        .doesNotContain("NOT AS EXPECTED");
    assertThat(demo.code()).isZero();
    nothingIsLeft(state);

    Path wrong = Files.createDirectory(folder.resolve("wrong"));
    Path sample = Project.root().resolve("testing/stack/example/samples/1-partner-sends.yaml");
    Files.writeString(
        wrong.resolve("1.yaml"),
        Files.readString(sample)
            .replace("delivered domain-validation:", "delivered opportunistic:"));
    Ended again = run("demo", "--state", state, "--samples", wrong.toString(), "--size", "small");
    assertThat(again.output()).contains("NOT AS EXPECTED");
    assertThat(again.code()).isEqualTo(1);
    nothingIsLeft(state);
  }

  @Test
  void demoEndsWith1WhenTheRevocationListsCannotBeHad() throws Exception {
    Ended demo = run("demo", "--state", state("no-crl"), "--without-crl-server", "--size", "small");
    assertThat(demo.output()).contains("NOT AS EXPECTED");
    assertThat(demo.code()).isEqualTo(1);
  }

  @Test
  void everythingEndsWithTheLauncherHoweverItEnds() throws Exception {
    String state = state("up");
    Path output = folder.resolve("up.txt");
    Process up = begin(output, "--state", state, "--no-warm", "--size", "small");
    try {
      awaitText(output, STARTED);
      assertThat(leftOver(state)).hasSizeGreaterThanOrEqualTo(6);
      Awaitility.await()
          .atMost(LIMIT)
          .untilAsserted(
              () ->
                  assertThat(run("status", "--state", state).output())
                      .contains("ingress-service      ready"));

      for (String secret : List.of("credentials", "keys/gate.key", "ca/root.key")) {
        assertThat(
                PosixFilePermissions.toString(
                    Files.getPosixFilePermissions(folder.resolve("up").resolve(secret))))
            .as(secret)
            .isEqualTo("rw-------");
      }
      String broker = "log4j2.configurationFile";
      for (String victim : List.of("delivery-service", broker)) {
        assertThat(kill(state, victim)).as(victim).isTrue();
        awaitText(
            output,
            victim.equals(broker) ? "a broker has stopped" : victim + " ended with code 137");
      }
      Awaitility.await()
          .atMost(LIMIT)
          .untilAsserted(() -> assertThat(run("status", "--state", state).code()).isZero());

      Ended example = run("example", "--state", state);
      Path file = Files.writeString(folder.resolve("directory.yaml"), example.output());
      assertThat(run("apply", "--state", state, file.toString()).output())
          .as(example.output())
          .contains("the directory is up to date");

      Ended wrongFile = run("apply", "--state", state, brokenDirectory().toString());
      assertThat(wrongFile.output())
          .contains("line 6")
          .contains("tlsSetings")
          .contains("tlsSettings");
      assertThat(wrongFile.code()).isEqualTo(1);

      up.toHandle().destroyForcibly();
      nothingIsLeft(state);
    } finally {
      up.destroyForcibly();
    }

    // The second start goes on with the data of the first, and SIGTERM ends it in order.
    String first = Files.readString(output);
    Process second = begin(output, "--state", state, "--no-warm", "--size", "small");
    try {
      awaitText(output, STARTED);
      String again = Files.readString(output);
      assertThat(run("audit", "--state", state).output())
          .as(first + again)
          .contains("  " + (accepted(first) + accepted(again)) + " messages");
      administratorsFindWhatTheyLookFor(state);
      assertThat(run("stop", "--state", state).code()).isZero();
      nothingIsLeft(state);
      assertThat(run("clean", "--state", state).code()).isZero();
      assertThat(folder.resolve("up")).doesNotExist();
    } finally {
      second.destroyForcibly();
    }
  }

  /** Samples with a 250; a busy machine may answer one of the four with 451. */
  private static long accepted(String output) {
    long accepted = output.lines().filter(line -> line.startsWith("  accepted  ")).count();
    assertThat(accepted).as(output).isPositive();
    return accepted;
  }

  /** By the scripts that anybody may run beside a ./run; some forty commands, one by one. */
  private void administratorsFindWhatTheyLookFor(String state) throws Exception {
    for (String script : List.of("deploy/ten-questions", "deploy/locked-out-partner")) {
      Ended ended = ended(script, LIMIT.multipliedBy(2), state);
      assertThat(ended.code()).as(ended.output()).isZero();
    }
  }

  /** Ends a child as a crash would. */
  private static boolean kill(String state, String program) {
    return ProcessHandle.allProcesses()
        .filter(process -> commandLine(process).contains(state))
        .filter(process -> commandLine(process).contains(program))
        .findFirst()
        .map(ProcessHandle::destroyForcibly)
        .orElse(false);
  }

  private Path brokenDirectory() throws IOException {
    return Files.writeString(
        folder.resolve("broken.yaml"),
        """
        organizations:
          - id: broken
            displayName: Broken
            outboundConnectors:
              - name: One
                tlsSetings: encryptionOnly
        """);
  }

  private static void awaitText(Path output, String text) {
    Awaitility.await()
        .atMost(LIMIT)
        .untilAsserted(() -> assertThat(Files.readString(output)).contains(text));
  }

  @Test
  void aTakenPortIsNamed() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());
      Ended ended = run("--state", state("taken"), "--smtp-port", port);
      assertThat(ended.code()).isEqualTo(3);
      assertThat(ended.output()).contains("port " + port + " is in use").contains("--smtp-port");
    }
  }

  @Test
  void commandsWithoutARunningStackSaySo() throws Exception {
    Ended ended = run("status", "--state", state("nothing"));
    assertThat(ended.code()).isEqualTo(3);
    assertThat(ended.output()).contains("no installation runs with the state folder");
  }

  @Test
  void cleanLeavesAFolderThatIsNoStateAlone() throws Exception {
    Path precious = Files.createDirectory(folder.resolve("precious"));
    Files.writeString(precious.resolve("letter.txt"), "keep me");
    Ended ended = run("clean", "--state", precious.toString());
    assertThat(ended.code()).isEqualTo(3);
    assertThat(precious.resolve("letter.txt")).exists();
  }
}
