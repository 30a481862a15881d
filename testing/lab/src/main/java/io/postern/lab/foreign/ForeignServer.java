package io.postern.lab.foreign;

import io.postern.lab.Identity;
import io.postern.lab.NotRun;
import io.postern.lab.ScriptedPeer;
import io.postern.programs.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A mail server that others wrote, as a process of the test: configuration, spool and port of its
 * own, on 127.0.0.1. It takes mail for each of {@link #mailboxes}, refuses {@link #REFUSED}, and
 * keeps what it took, or passes it on to a peer that does. It wants root, for its own change of
 * users and for mounts that no other process sees. Owner: one thread.
 *
 * <p>It ends with {@link #close}, and by itself after five minutes.
 */
public final class ForeignServer implements AutoCloseable {
  public static final String HOST = "mx.foreign.example";
  public static final String DOMAIN = "foreign.example";

  /** A recipient whom it refuses. */
  public static final String REFUSED = "refused@" + DOMAIN;

  private static final Duration START = Duration.ofSeconds(60);
  private static final String LIFE_SECONDS = "300";

  /**
   * A message as the server took it for one recipient.
   *
   * @param content with the header fields that the server put in front; CRLF line ends
   */
  public record Kept(String recipient, byte[] content) {}

  private final ForeignProgram program;
  private final Path folder;
  private final int port = FreePorts.next();
  private final ScriptedPeer next; // idle where mail is passed on to another server
  private final Process process;

  private ForeignServer(
      ForeignProgram program,
      Path folder,
      Identity identity,
      String tlsVersion,
      ForeignProgram.@Nullable Onward onward)
      throws IOException {
    this.program = program;
    this.folder = folder;
    // Its processes of other users pass through.
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    identity.write(folder, "server");
    this.next = ScriptedPeer.named("next.example").start();
    try {
      List<String> command = new ArrayList<>(List.of("timeout", LIFE_SECONDS));
      command.addAll(
          program.prepare(
              new ForeignProgram.Setting(
                  folder,
                  port,
                  onward == null ? new ForeignProgram.Onward(next.port(), "", "") : onward,
                  folder.resolve("server.pem"),
                  folder.resolve("server.key"),
                  tlsVersion)));
      this.process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("output.log").toFile())
              .start();
    } catch (IOException | RuntimeException e) {
      next.close();
      throw e;
    }
  }

  /** False, and {@link NotRun} records it: this machine cannot run the program. */
  public static boolean canRun(ForeignProgram program, Class<?> test) {
    if (!Files.isExecutable(program.executable())) {
      NotRun.program(test, program.executable().toString());
      return false;
    }
    boolean root = "root".equals(System.getProperty("user.name"));
    if (!root) {
      NotRun.needed(test, program.name() + " needs root");
    }
    return root;
  }

  /**
   * Running, and taking connections.
   *
   * @param folder its own, empty
   * @param tlsVersion the only one, of {@link ForeignProgram#tlsVersions}
   */
  public static ForeignServer start(
      ForeignProgram program, Path folder, Identity identity, String tlsVersion)
      throws IOException, InterruptedException {
    return listening(new ForeignServer(program, folder, identity, tlsVersion, null));
  }

  /**
   * The same, which passes all mail on.
   *
   * @param folder with the files of the client's certificate, if it has one, else empty
   */
  public static ForeignServer startSender(
      ForeignProgram program, Path folder, Identity identity, ForeignProgram.Onward onward)
      throws IOException, InterruptedException {
    return listening(
        new ForeignServer(program, folder, identity, program.tlsVersions().getLast(), onward));
  }

  private static ForeignServer listening(ForeignServer server)
      throws IOException, InterruptedException {
    try {
      server.awaitListening();
      return server;
    } catch (IOException | InterruptedException e) {
      server.close();
      throw e;
    }
  }

  /** Local parts for which it takes mail. */
  public static List<String> mailboxes() {
    return Stream.concat(
            Stream.of("ann", "j\u00f6rg"), IntStream.range(0, 30).mapToObj(i -> "box" + i))
        .toList();
  }

  public int port() {
    return port;
  }

  /** All that it has by now, one for each recipient. */
  public List<Kept> kept() throws IOException {
    return program.keepsMaildirs()
        ? inMaildirs()
        : next.messages().stream()
            .flatMap(
                message -> message.recipients().stream().map(to -> new Kept(to, message.content())))
            .toList();
  }

  private List<Kept> inMaildirs() throws IOException {
    List<Kept> kept = new ArrayList<>();
    for (String mailbox : mailboxes()) {
      Path arrived = folder.resolve("mail").resolve(mailbox).resolve("new");
      if (Files.isDirectory(arrived)) {
        try (Stream<Path> files = Files.list(arrived)) {
          for (Path file : files.toList()) {
            String text = Files.readString(file, StandardCharsets.ISO_8859_1);
            byte[] content = text.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
            kept.add(new Kept(mailbox + "@" + DOMAIN, content));
          }
        }
      }
    }
    return kept;
  }

  /** The end of what the program said. */
  public String log() {
    StringBuilder log = new StringBuilder();
    for (String name : List.of("output.log", "maillog", "log/mainlog", "log/paniclog")) {
      Path file = folder.resolve(name);
      if (Files.exists(file)) {
        try {
          String text = Files.readString(file, StandardCharsets.ISO_8859_1);
          log.append(text.substring(Math.max(0, text.length() - 4_000)));
        } catch (IOException e) {
          log.append(e);
        }
      }
    }
    return log.toString();
  }

  private void awaitListening() throws IOException, InterruptedException {
    long end = System.nanoTime() + START.toNanos();
    while (true) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
        return;
      } catch (IOException notYet) {
        if (!process.isAlive() || System.nanoTime() > end) {
          throw new IOException(program.name() + " does not listen: " + log(), notYet);
        }
        TimeUnit.MILLISECONDS.sleep(50);
      }
    }
  }

  @Override
  public void close() {
    List<ProcessHandle> below = process.descendants().toList();
    try {
      process.destroy();
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    } finally {
      below.forEach(ProcessHandle::destroyForcibly); // those that its master has left behind
      next.close();
    }
  }
}
