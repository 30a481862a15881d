package io.postern.lab.foreign;

import io.postern.lab.NotRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A mail client of Debian that sends one message and ends. */
public enum ForeignClient {
  SWAKS("/usr/bin/swaks") {
    @Override
    List<String> command(Sending sending) {
      List<String> command = begin();
      command.addAll(
          List.of(
              "--server",
              "127.0.0.1:" + sending.port(),
              "--ehlo",
              EHLO,
              "--from",
              sending.from(),
              "--to",
              String.join(",", sending.to()),
              "--data",
              "@" + sending.message(),
              "--tls",
              "--tls-protocol",
              "tlsv" + sending.tlsVersion().replace('.', '_')));
      if (sending.certified()) {
        command.addAll(
            List.of(
                "--tls-cert", sending.client() + ".pem", "--tls-key", sending.client() + ".key"));
      }
      return command;
    }
  },

  /** Its TLS is GnuTLS. */
  MSMTP("/usr/bin/msmtp") {
    @Override
    List<String> command(Sending sending) {
      List<String> command = begin();
      command.addAll(
          List.of(
              "--file=/dev/null",
              "--host=127.0.0.1",
              "--port=" + sending.port(),
              "--domain=" + EHLO,
              "--from=" + sending.from(),
              "--tls=on",
              "--tls-starttls=on",
              "--tls-certcheck=off",
              "--tls-priorities=NORMAL:-VERS-ALL:+VERS-TLS" + sending.tlsVersion()));
      if (sending.certified()) {
        command.addAll(
            List.of(
                "--tls-cert-file=" + sending.client() + ".pem",
                "--tls-key-file=" + sending.client() + ".key"));
      }
      command.add("--");
      command.addAll(sending.to());
      return command;
    }
  },

  CURL("/usr/bin/curl") {
    @Override
    List<String> command(Sending sending) {
      List<String> command = begin();
      command.addAll(
          List.of(
              "--silent",
              "--show-error",
              "--insecure",
              "--ssl-reqd",
              "--tlsv" + sending.tlsVersion(),
              "--tls-max",
              sending.tlsVersion(),
              "--mail-from",
              sending.from(),
              "--crlf",
              "--upload-file",
              sending.message().toString()));
      for (String to : sending.to()) {
        command.addAll(List.of("--mail-rcpt", to));
      }
      if (sending.certified()) {
        command.addAll(
            List.of("--cert", sending.client() + ".pem", "--key", sending.client() + ".key"));
      }
      command.add("smtp://127.0.0.1:" + sending.port() + "/" + EHLO);
      return command;
    }
  };

  private static final String EHLO = "client.foreign.example";
  private static final int SECONDS = 60;

  private final Path executable;

  ForeignClient(String executable) {
    this.executable = Path.of(executable);
  }

  /**
   * A message to send over STARTTLS to a server at 127.0.0.1.
   *
   * @param message the file with it; line feeds as line ends
   * @param tlsVersion the only one: 1.2 or 1.3
   * @param client path of the files PATH.pem and PATH.key of the client's certificate without their
   *     endings; empty: none
   */
  public record Sending(
      int port, String from, List<String> to, Path message, String tlsVersion, String client) {
    public Sending {
      to = List.copyOf(to);
    }

    boolean certified() {
      return !client.isEmpty();
    }
  }

  /**
   * The end of the program.
   *
   * @param code 0: it takes the message for sent
   */
  public record End(int code, String output) {}

  abstract List<String> command(Sending sending);

  /** It sends to addresses that are not ASCII, by SMTPUTF8 (RFC 6531). */
  public boolean smtpUtf8() {
    return this == CURL || alwaysSmtpUtf8();
  }

  /** It says SMTPUTF8 to each server that offers it, whether or not the message needs it. */
  public boolean alwaysSmtpUtf8() {
    return this == MSMTP;
  }

  List<String> begin() {
    return new ArrayList<>(List.of(Integer.toString(SECONDS), executable.toString()));
  }

  /** The JVM would write what is not ASCII in the machine's locale, xargs leaves it as it is. */
  private List<String> inUtf8(Sending sending, Path folder) throws IOException {
    Path arguments = Files.createTempFile(folder, "arguments", "");
    Files.writeString(arguments, String.join("\0", command(sending)));
    return List.of("xargs", "--null", "--exit", "--arg-file=" + arguments, "timeout");
  }

  /** False, and {@link NotRun} records it: this machine has it not. */
  public boolean canRun(Class<?> test) {
    boolean there = Files.isExecutable(executable);
    if (!there) {
      NotRun.program(test, executable.toString());
    }
    return there;
  }

  /** Sends it; an IOException when the program does not end within a minute. */
  public End send(Sending sending, Path folder) throws IOException, InterruptedException {
    Path output = Files.createTempFile(folder, "output", ".log");
    Process process =
        new ProcessBuilder(inUtf8(sending, folder))
            .redirectInput(sending.message().toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (!process.waitFor(2L * SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException(name() + " did not end");
    }
    return new End(process.exitValue(), Files.readString(output));
  }
}
