package io.postern.check;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.anchors.BadAnchorFileException;
import io.postern.certificate.anchors.DefaultAnchors;
import io.postern.certificate.anchors.TrustAnchors;
import io.postern.certificate.fetch.HttpProxy;
import io.postern.check.report.Report;
import io.postern.check.report.ReportJson;
import io.postern.check.report.ReportText;
import io.postern.check.report.RootReport;
import io.postern.commandline.OutputOption;
import io.postern.commandline.Program;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.CertificateRole;
import io.postern.dns.DnsSettings;
import io.postern.dns.Dnssec;
import io.postern.dns.MailResolver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ./run check}, and the program of {@code postern-check.jar}. */
@Command(
    name = "check",
    description = {
      "Is this host ready for a certificate? Asks every list, responder and issuer that it names,"
          + " looks for its root among the trust anchors, and judges it as Postern judges mail"
          + " (docs/checking.md).",
      "Exit code 0: OK, 1: not OK, 2: wrong arguments, 3: it could not be checked."
    },
    mixinStandardHelpOptions = true)
public final class Main implements Callable<Integer> {
  private static final int NOT_OK = 1;
  private static final int MOST_ANCHORS = 1000;
  private static final int LONGEST_STEP = 120;
  private static final Duration DNS_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration DNS_PATIENCE = Duration.ofSeconds(5);
  private static final long DNS_CACHE = 1 << 20;
  private static final Logger LOG = Logger.getLogger("io.postern");

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      paramLabel = "PEM|HOST[:PORT]",
      arity = "0..1",
      description = "a file of certificates (PEM, or one in DER), or a mail server (port 25)")
  private @Nullable String target;

  @Option(
      names = "--root",
      paramLabel = "NAME|FINGERPRINT",
      description = "instead: is a root of this name, or fingerprint, trusted here?")
  private @Nullable String root;

  @Mixin private OutputOption output = new OutputOption();

  @Option(names = "--client", description = "judge the certificate as a client's, not a server's")
  private boolean client;

  @Option(
      names = "--anchors",
      paramLabel = "FILE",
      description = "further trust anchors (PEM), as postern.anchors.pem has; may be repeated")
  private List<Path> anchors = new ArrayList<>();

  @Option(
      names = "--no-default-anchors",
      description = "the JDK's trust anchors do not count, only --anchors")
  private boolean noDefaultAnchors;

  @Option(
      names = "--proxy",
      paramLabel = "HOST:PORT",
      description = "fetch by this HTTP proxy, as postern.revocation.http-proxy")
  private @Nullable String proxy;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "for one fetch; the whole takes at most six times that (default: 10)")
  private int timeout = 10;

  @Option(
      names = "--allow-private",
      description = "ask endpoints at private addresses too, as allow-private-targets")
  private boolean allowPrivate;

  @Option(
      names = "--dns",
      paramLabel = "ADDRESS",
      description = "the DNS server that is asked for TLSA and MTA-STS (default: the system's)")
  private @Nullable String dns;

  public static void main(String[] args) {
    Program.main(alone(), args);
  }

  static CommandLine alone() {
    return new CommandLine(new Main()).setCommandName("postern-check");
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    LOG.setLevel(
        Level.WARNING); // the certificates left out of the JDK's anchors are not asked for here
    if ((target == null) == (root == null)) {
      throw wrong("name either PEM, HOST or HOST:PORT, or --root NAME or FINGERPRINT");
    }
    if (timeout < 1 || timeout > LONGEST_STEP) {
      throw wrong("--timeout is " + timeout + ": give 1 to " + LONGEST_STEP + " seconds");
    }
    TrustAnchors trusted = anchors();
    if (root != null) {
      RootReport report = root(root, trusted);
      output.print(ReportJson.of(report), () -> ReportText.of(report));
      return report.ok() ? 0 : NOT_OK;
    }
    Report report = check(target(target), trusted);
    output.print(ReportJson.of(report), () -> ReportText.of(report));
    return report.ok() ? 0 : NOT_OK;
  }

  private Report check(Target subject, TrustAnchors trusted)
      throws IOException, InterruptedException {
    Optional<String> by = proxy();
    Path folder = Files.createTempDirectory("postern-check");
    try {
      CheckSettings settings =
          new CheckSettings(
              Duration.ofSeconds(timeout),
              allowPrivate,
              true, // the user of this program may dial a host
              by,
              CheckSettings.MAX_BYTES,
              folder);
      return new CertificateCheck(settings, InstantSource.system(), resolver())
          .check(
              subject, client ? CertificateRole.ROLE_CLIENT : CertificateRole.ROLE_SERVER, trusted);
    } finally {
      Files.deleteIfExists(folder);
    }
  }

  private MailResolver resolver() throws IOException {
    try {
      return new MailResolver(
          new DnsSettings(
              dns == null ? List.of() : List.of(DnsSettings.server(dns)),
              DNS_TIMEOUT,
              DNS_PATIENCE,
              DNS_CACHE,
              Dnssec.VALIDATE,
              Optional.empty()));
    } catch (IllegalArgumentException e) {
      throw wrong("--dns is \"" + dns + "\": give an address such as 192.0.2.53");
    }
  }

  private Optional<String> proxy() {
    try {
      return proxy == null ? Optional.empty() : Optional.of(HttpProxy.of(proxy).shown());
    } catch (IllegalArgumentException e) {
      throw wrong("--proxy: " + e.getMessage());
    }
  }

  private RootReport root(String query, TrustAnchors trusted) {
    try {
      return RootSearch.find(query, trusted);
    } catch (IllegalArgumentException e) {
      throw wrong("--root: " + e.getMessage());
    }
  }

  private Target target(@Nullable String text) {
    String named = text == null ? "" : text;
    try {
      return isFile(named)
          ? new Target.Given(
              named, ders(CertificateFile.read(Path.of(named), CheckSettings.MAX_CERTIFICATES)))
          : Target.Host.parse(named);
    } catch (IllegalArgumentException e) {
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

  private TrustAnchors anchors() {
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
    return new ParameterException(spec().commandLine(), message);
  }

  private CommandSpec spec() {
    if (spec == null) {
      throw new IllegalStateException("not started by picocli");
    }
    return spec;
  }
}
