package io.postern.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * deploy/docker/broker/start, with a Java that writes down how it is called: who is formatted, and
 * when not.
 */
class BrokerStartScriptTest {
  @TempDir private Path folder;

  private record Run(int code, String output) {}

  @BeforeEach
  void programs() throws IOException {
    program(
        "java",
        """
        case "$*" in
          *StorageTool*random-uuid) printf '%s\n' "INFO a line of the log" "id-$RANDOM$RANDOM" ;;
          *StorageTool*format*) echo "format $(sed 's/.*--cluster-id \\([^ ]*\\).*/\\1/' <<<"$*")" >>"$HERE/calls" && touch "$BROKER_DATA/meta.properties" ;;
          *) echo "start" >>"$HERE/calls" ;;
        esac
        """);
    // Who listens: the last argument is the host.
    program("timeout", "grep -qx \"${*: -1}\" \"$HERE/listening\"");
    Files.createDirectories(folder.resolve("cluster"));
    Files.createDirectories(folder.resolve("data"));
    Files.createDirectories(folder.resolve("data-2"));
    Files.createDirectories(folder.resolve("data-3"));
    Files.writeString(folder.resolve("listening"), "");
  }

  @Test
  void oneThatIsAloneIsFormattedOnceAndFlushesEachAppend() throws Exception {
    assertThat(start("", "data").code()).isZero();
    assertThat(start("", "data").code()).isZero();
    assertThat(calls()).hasSize(3).element(0).asString().startsWith("format id-");
    assertThat(calls().subList(1, 3)).containsExactly("start", "start");
    assertThat(settings())
        .containsEntry("node.id", "1")
        .containsEntry("controller.quorum.voters", "1@localhost:9093")
        .containsEntry("log.flush.interval.messages", "1");
  }

  @Test
  void threeAreFormattedForOneClusterAndKnowWhoTheyAre() throws Exception {
    assertThat(start("2", "data-2").code()).isZero();
    assertThat(settings())
        .containsEntry("node.id", "2")
        .containsEntry("advertised.listeners", "CLIENT://broker-2:9092,CONTROLLER://broker-2:9093")
        .containsEntry("min.insync.replicas", "2")
        .doesNotContainKey("log.flush.interval.messages");
    assertThat(start("1", "data", "POSTERN_LOG_DEPLOYMENT", "flushed-cluster").code()).isZero();
    assertThat(settings())
        .containsEntry("node.id", "1")
        .containsEntry("advertised.listeners", "CLIENT://broker:9092,CONTROLLER://broker:9093")
        .containsEntry("min.insync.replicas", "2")
        .containsEntry("log.flush.interval.messages", "1");
    assertThat(start("3", "data-3").code()).isZero();
    assertThat(formats()).hasSize(3).containsOnly(formats().getFirst());
  }

  @Test
  void oneThatLostItsDiskIsFormattedByHandAloneAndOnlyWhileBothOthersRun() throws Exception {
    start("1", "data");
    start("2", "data-2");
    start("3", "data-3");
    Files.delete(folder.resolve("data-2/meta.properties"));

    Run lost = start("2", "data-2");
    assertThat(lost.code()).isEqualTo(1);
    assertThat(lost.output()).contains("broker 2 was formatted before", "cluster-faults.md");
    Files.writeString(folder.resolve("listening"), "broker\n");
    Run besideOne = start("2", "data-2", "--lost-disk");
    assertThat(besideOne.code()).isEqualTo(1);
    assertThat(besideOne.output()).contains("broker-3 does not run");
    assertThat(formats()).hasSize(3);

    Files.writeString(folder.resolve("listening"), "broker\nbroker-3\n");
    int before = calls().size();
    assertThat(start("2", "data-2", "--lost-disk").code()).isZero();
    assertThat(calls().subList(before, calls().size())).containsExactly(formats().getFirst());
    assertThat(start("2", "data-2").code()).isZero();
    assertThat(start("2", "data-2", "--lost-disk").output()).contains("has its data");
  }

  @Test
  void oneThatWasAloneDoesNotBecomeOneOfThree() throws Exception {
    start("", "data");
    Run run = start("1", "data");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.output()).contains("of a broker that was alone");
    assertThat(calls()).hasSize(2);
  }

  @Test
  void afterACrashTheIndexesOfSegmentsWithAbortedTransactionsAreMadeAgain() throws Exception {
    Path partition = Files.createDirectories(folder.resolve("data/mail.outcomes-0"));
    Files.createFile(folder.resolve("data/.kafka_cleanshutdown"));
    Files.writeString(partition.resolve("00.txnindex"), "aborted");
    Files.createFile(partition.resolve("00.index"));
    Files.createFile(partition.resolve("07.txnindex"));
    Files.createFile(partition.resolve("07.index"));
    start("", "data");
    assertThat(partition.resolve("00.index")).exists();

    Files.delete(folder.resolve("data/.kafka_cleanshutdown"));
    start("", "data");
    assertThat(partition.resolve("00.index")).doesNotExist();
    assertThat(partition.resolve("00.txnindex")).exists();
    assertThat(partition.resolve("07.index")).exists();
    assertThat(calls()).endsWith("start", "start");
  }

  /**
   * @param more names and values of variables, or one argument
   */
  private Run start(String node, String data, String... more) throws Exception {
    List<String> command = new ArrayList<>(List.of("bash", "../../deploy/docker/broker/start"));
    if (more.length == 1) {
      command.add(more[0]);
    }
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    Map<String, String> environment = builder.environment();
    environment.put("HERE", folder.toString());
    environment.put("BROKER_HOME", Path.of("../../deploy/docker/broker").toString());
    environment.put("BROKER_DATA", folder.resolve(data).toString());
    environment.put("BROKER_CLUSTER", folder.resolve("cluster").toString());
    environment.put("BROKER_SETTINGS", folder.resolve("settings").toString());
    environment.put("BROKER_NODE", node);
    for (int i = 0; i + 1 < more.length; i += 2) {
      environment.put(more[i], more[i + 1]);
    }
    environment.merge("PATH", "", (path, _) -> folder.resolve("bin") + ":" + path);
    Process script = builder.start();
    script.getOutputStream().close();
    String output = new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(script.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Run(script.exitValue(), output);
  }

  private List<String> calls() throws IOException {
    return Files.readAllLines(folder.resolve("calls"));
  }

  private List<String> formats() throws IOException {
    return calls().stream().filter(call -> call.startsWith("format")).toList();
  }

  private Properties settings() throws IOException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(folder.resolve("settings"))) {
      properties.load(reader);
    }
    return properties;
  }

  private void program(String name, String text) throws IOException {
    Path bin = Files.createDirectories(folder.resolve("bin"));
    Path file = Files.writeString(bin.resolve(name), "#!/bin/bash\n" + text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
  }
}
