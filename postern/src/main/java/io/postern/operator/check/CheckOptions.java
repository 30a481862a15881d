package io.postern.operator.check;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.anchors.BadAnchorFileException;
import io.postern.certificate.anchors.DefaultAnchors;
import io.postern.certificate.anchors.TrustAnchors;
import io.postern.certificate.fetch.HttpProxy;
import io.postern.check.CertificateFile;
import io.postern.check.CheckSettings;
import io.postern.check.LeafFirst;
import io.postern.check.Target;
import io.postern.commandline.InputFile;
import io.postern.contracts.v1.AnchorSetReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The options of a command that looks at certificates as an installation would: its anchors, and
 * how it fetches. A mixin; a wrong value is a {@link ParameterException} with the cure. One thread.
 */
public final class CheckOptions {
  private static final int MOST_ANCHORS = 1000;
  private static final int LONGEST_STEP = 120;

  /** For lists while they are looked at; gone when it is closed. */
  public record Folder(Path path) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      Files.deleteIfExists(path);
    }
  }

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec command;

  @Option(
      names = "--anchors",
      paramLabel = "FILE",
      description = "more trust anchors (PEM), as in postern.anchors.pem; repeatable")
  private List<Path> anchors = new ArrayList<>();

  @Option(
      names = "--no-default-anchors",
      description = "ignores the trust anchors of the JDK; uses only --anchors")
  private boolean noDefaultAnchors;

  @Option(
      names = "--proxy",
      paramLabel = "HOST:PORT",
      description = "fetches through this HTTP proxy, as postern.revocation.http-proxy")
  private @Nullable String proxy;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "for one fetch; the whole check takes at most six times as long (default: 10)")
  private int timeout = 10;

  @Option(
      names = "--allow-private",
      description = "also queries endpoints at private addresses, as allow-private-targets")
  private boolean allowPrivate;

  public static Folder folder() throws IOException {
    return new Folder(Files.createTempDirectory("postern-check"));
  }

  /** The user of this program may dial a host at any address. */
  public CheckSettings settings(Folder folder) {
    return new CheckSettings(
        Duration.ofSeconds(seconds()),
        allowPrivate,
        true,
        proxy(),
        CheckSettings.MAX_BYTES,
        folder.path());
  }

  private int seconds() {
    if (timeout < 1 || timeout > LONGEST_STEP) {
      throw wrong("--timeout is " + timeout + ": give 1 to " + LONGEST_STEP + " seconds");
    }
    return timeout;
  }

  private Optional<String> proxy() {
    try {
      return proxy == null ? Optional.empty() : Optional.of(HttpProxy.of(proxy).shown());
    } catch (IllegalArgumentException e) {
      throw wrong("--proxy: " + e.getMessage());
    }
  }

  /**
   * A file of certificates, standard input, or a mail server.
   *
   * @param text as PEM|HOST[:PORT] on the command line
   */
  public Target target(@Nullable String text) {
    String named = text == null ? "" : text;
    try {
      if (named.equals(InputFile.STANDARD_INPUT)) {
        return new Target.Given("standard input", ders(ofStandardInput()));
      }
      return isFile(named)
          ? new Target.Given(
              named, ders(CertificateFile.read(Path.of(named), CheckSettings.MAX_CERTIFICATES)))
          : Target.Host.parse(named);
    } catch (IllegalArgumentException e) {
      throw wrong("PEM|HOST[:PORT]: " + e.getMessage());
    }
  }

  private List<ParsedCertificate> ofStandardInput() {
    try {
      byte[] read = InputFile.read(Path.of(InputFile.STANDARD_INPUT), CertificateFile.MOST_BYTES);
      return CertificateFile.parse(read, "standard input", CheckSettings.MAX_CERTIFICATES);
    } catch (IOException e) {
      throw wrong("PEM|HOST[:PORT]: " + e.getMessage());
    }
  }

  // A text that looks like a file and is none must not be dialled.
  private static boolean isFile(String text) {
    try {
      return text.contains("/")
          || text.matches("(?i).*\\.(pem|crt|cer|der|p7c)")
          || Files.isRegularFile(Path.of(text));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private static List<byte[]> ders(List<ParsedCertificate> certificates) {
    return LeafFirst.of(certificates).stream().map(ParsedCertificate::der).toList();
  }

  /** The default set. */
  public TrustAnchors anchors() {
    try {
      if (!noDefaultAnchors) {
        return new DefaultAnchors(anchors).current();
      }
      List<ParsedCertificate> only = new ArrayList<>();
      for (Path file : anchors) {
        only.addAll(CertificateFile.read(file, MOST_ANCHORS));
      }
      return new TrustAnchors(AnchorSetReference.getDefaultInstance(), only);
    } catch (BadAnchorFileException | IllegalArgumentException e) {
      throw wrong("--anchors: " + e.getMessage());
    }
  }

  private ParameterException wrong(String message) {
    if (command == null) {
      throw new IllegalStateException("not a mixin of a command");
    }
    return new ParameterException(command.commandLine(), message);
  }
}
