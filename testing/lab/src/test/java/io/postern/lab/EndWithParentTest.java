package io.postern.lab;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link ExampleServer} as a child process, as the local stack runs its programs. */
class EndWithParentTest {
  @TempDir Path folder;

  @Test
  void programRunsWithItsOptionsAndEndsWhenThePipeCloses() throws Exception {
    LabCa.create("Lab").issue(Issue.to("mx.example")).write(folder, "server");
    Process child =
        run(
            "io.postern.lab.ExampleServer",
            "--name",
            "mx.example",
            "--port",
            "0",
            "--keep",
            folder.resolve("mail").toString(),
            "--certificate",
            folder.resolve("server.pem").toString(),
            "--key",
            folder.resolve("server.key").toString());
    try {
      String line = child.inputReader().readLine();
      assertThat(line).startsWith("mx.example listens on 127.0.0.1:");
      int port = Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
      try (SmtpClient client = SmtpClient.connect("127.0.0.1", port)) {
        client.startTls(null);
        byte[] content = "Subject: x\r\n\r\n".getBytes(US_ASCII);
        assertThat(client.send("a@x.example", "b@mx.example", content).code()).isEqualTo(250);
      }
      assertThat(Files.readString(folder.resolve("mail").resolve("000001.json")))
          .contains("TLSv1.3");
      child.getOutputStream().close();
      assertThat(child.waitFor(40, TimeUnit.SECONDS)).isTrue();
      assertThat(child.exitValue()).isEqualTo(EndWithParent.EXIT_CODE);
    } finally {
      child.destroyForcibly();
    }
  }

  @Test
  void wrongOptionEndsWithASentence() throws Exception {
    Process child = run("io.postern.lab.ExampleServer", "--nome", "x");
    try {
      assertThat(child.waitFor(20, TimeUnit.SECONDS)).isTrue();
      assertThat(child.exitValue()).isEqualTo(2);
      assertThat(child.errorReader().readLine()).contains("--nome");
    } finally {
      child.destroyForcibly();
    }
  }

  private static Process run(String... command) throws Exception {
    List<String> java =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            "io.postern.lab.EndWithParent");
    ProcessBuilder builder =
        new ProcessBuilder(Stream.concat(java.stream(), Stream.of(command)).toList());
    return builder.start();
  }
}
