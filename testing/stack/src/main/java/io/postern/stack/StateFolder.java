package io.postern.stack;

import io.postern.programs.FreePorts;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * The folder that a stack keeps between two starts: the broker's data, certificates, credentials,
 * logs and the ports in use. Removing the folder removes the installation.
 *
 * <p>Thread rules: methods that write are synchronized. Failure: an {@link UncheckedIOException}
 * that names the file.
 */
public final class StateFolder {
  private static final String BROKERS = "brokers";

  private final Path root;
  private final Properties remembered = new Properties();

  public StateFolder(Path root) {
    this.root = root.toAbsolutePath().normalize();
    try {
      create();
      if (Files.exists(rememberedFile())) {
        try (InputStream in = Files.newInputStream(rememberedFile())) {
          remembered.load(in);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot use the state folder " + this.root + ": " + e.getMessage(), e);
    }
  }

  /** For its owner alone, since it holds all mail. */
  private void create() throws IOException {
    if (Files.exists(rememberedFile())) { // one of ours, made by an earlier version perhaps
      Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx------"));
    } else if (!Files.isDirectory(root)) {
      Path above = root.getParent();
      if (above != null) {
        Files.createDirectories(above);
      }
      Files.createDirectory(
          root, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
  }

  public Path root() {
    return root;
  }

  public Path broker() {
    return root.resolve("kafka");
  }

  /**
   * How many brokers the installation has, which stays as it was at the first start: each record
   * has as many copies as it was written with.
   *
   * @param asked 0: as there are, or one
   * @throws IllegalArgumentException where there are others
   */
  public synchronized int brokers(int asked) {
    String known = remembered.getProperty(BROKERS);
    if (known == null && Files.exists(broker())) {
      known = "1"; // of a version that had no other number
    }
    int count = asked != 0 ? asked : known == null ? 1 : Integer.parseInt(known);
    if (known != null && count != Integer.parseInt(known)) {
      throw new IllegalArgumentException(
          "--brokers is %d and the state in %s has %s: leave it away, or use another --state FOLDER"
              .formatted(asked, root, known));
    }
    remembered.setProperty(BROKERS, Integer.toString(count));
    save(rememberedFile(), remembered);
    return count;
  }

  public Path ca() {
    return root.resolve("ca");
  }

  public Path keys() {
    return folder("keys");
  }

  /** With which delivery presents itself, where a connector names one. */
  public Path clientCertificates() {
    return folder("client-certificates");
  }

  public Path logs() {
    return folder("logs");
  }

  /** Of the console's read model. */
  public Path postgres() {
    return folder("postgres");
  }

  /** Mail of the example mail servers. */
  public Path received(String server) {
    return folder("received").resolve(server);
  }

  public Path credentials() {
    return root.resolve("credentials");
  }

  /** The public key of tokens, which policy-service writes. */
  public Path tokenKeys() {
    return root.resolve("token-keys.pem");
  }

  /** Secrets for sender rewriting; made at the first call. */
  public synchronized Path senderRewritingSecrets() {
    Path file = root.resolve("sender-rewriting.secrets");
    if (!Files.exists(file)) {
      byte[] secret = new byte[32];
      new SecureRandom().nextBytes(secret);
      try {
        Path whole = Files.createTempFile(root, "secrets", ""); // for its owner alone
        Files.writeString(whole, HexFormat.of().formatHex(secret) + "\n");
        Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot write " + file, e);
      }
    }
    return file;
  }

  /** Of certificate-service's replica with the number. */
  public Path revocationCache(int replica) {
    return folder(ofReplica("revocation", replica));
  }

  /** Of policy-service's replica with the number; never shared. */
  public Path schedule(int replica) {
    return folder(ofReplica("schedule", replica));
  }

  private static String ofReplica(String name, int number) {
    return number == 1 ? name : name + "-" + number;
  }

  /** The running launcher's own facts: its pid, the broker's address, the services' ports. */
  public Path runningFile() {
    return root.resolve("running.properties");
  }

  private Path rememberedFile() {
    return root.resolve("ports.properties");
  }

  private Path folder(String name) {
    Path folder = root.resolve(name);
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return folder;
  }

  /**
   * The port that {@code name} had at the last start, if it is free, else a free one, which is
   * remembered: certificates name the revocation server's port, and people keep the others in their
   * configuration.
   */
  public synchronized int port(String name) {
    return port(name, -1);
  }

  /** The same with a port that is tried before a free one, where none is remembered. */
  public synchronized int port(String name, int preferred) {
    String known = remembered.getProperty(name, Integer.toString(preferred));
    int port = Integer.parseInt(known);
    if (port == -1 || isOthers(name, port) || !FreePorts.isFree(port)) {
      do {
        port = FreePorts.next();
      } while (isOthers(name, port));
    }
    remembered.setProperty(name, Integer.toString(port));
    save(rememberedFile(), remembered);
    return port;
  }

  /** A program that has it under another name may not listen yet. */
  private boolean isOthers(String name, int port) {
    return remembered.entrySet().stream()
        .anyMatch(
            other ->
                !other.getKey().equals(name) && other.getValue().equals(Integer.toString(port)));
  }

  /**
   * A port that never changes once it was chosen, since certificates name it; a clear message where
   * something else took it.
   */
  public synchronized int fixedPort(String name) {
    String known = remembered.getProperty(name);
    if (known == null) {
      return port(name);
    }
    if (!FreePorts.isFree(Integer.parseInt(known))) {
      throw new IllegalStateException(
          "port "
              + known
              + " is in use, and certificates in "
              + root
              + " contain it: free it, or use another --state FOLDER");
    }
    return Integer.parseInt(known);
  }

  /** The port remembered under the name, or -1. */
  public synchronized int rememberedPort(String name) {
    return Integer.parseInt(remembered.getProperty(name, "-1"));
  }

  /** Removes a folder with all files in it; a missing one is none. */
  public static void remove(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    List<Path> all;
    try (Stream<Path> files = Files.walk(folder)) {
      all = files.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : all) {
      try {
        Files.delete(path);
      } catch (IOException e) {
        throw new IOException("cannot remove " + path + ": " + e.getMessage(), e);
      }
    }
  }

  /** The same, for its owner alone from the first byte on. */
  static void saveSecret(Path file, Properties properties) throws IOException {
    Path temporary = Files.createTempFile(file.getParent(), "secret", "");
    try (OutputStream out = Files.newOutputStream(temporary)) {
      properties.store(out, null);
    }
    Files.move(
        temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  static void save(Path file, Properties properties) {
    Path temporary = file.resolveSibling(file.getFileName() + ".new");
    try {
      try (OutputStream out = Files.newOutputStream(temporary)) {
        properties.store(out, null);
      }
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }
}
