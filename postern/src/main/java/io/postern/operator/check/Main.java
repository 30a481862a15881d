package io.postern.operator.check;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.certificate.anchors.TrustAnchors;
import io.postern.check.CertificateCheck;
import io.postern.check.RootSearch;
import io.postern.check.Target;
import io.postern.check.report.Report;
import io.postern.check.report.ReportJson;
import io.postern.check.report.ReportText;
import io.postern.check.report.RootReport;
import io.postern.commandline.OutputOption;
import io.postern.commandline.Program;
import io.postern.contracts.v1.CertificateRole;
import io.postern.dns.DnsSettings;
import io.postern.dns.Dnssec;
import io.postern.dns.MailResolver;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
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
      "Checks whether this host can validate a certificate: fetches every list, responder and "
          + "issuer that it names, looks up its root, and validates the chain as for mail "
          + "(docs/guides/certificates.md).",
      "Exit code 0: OK, 1: not OK, 2: invalid arguments, 3: the check could not run."
    },
    mixinStandardHelpOptions = true)
public final class Main implements Callable<Integer> {
  private static final int NOT_OK = 1;
  private static final Duration DNS_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration DNS_PATIENCE = Duration.ofSeconds(5);
  private static final long DNS_CACHE = 1 << 20;
  private static final Logger LOG = Logger.getLogger("io.postern");

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      paramLabel = "PEM|HOST[:PORT]",
      arity = "0..1",
      description =
          "a file of certificates (PEM, or one in DER; - is standard input), or a mail server (port 25)")
  private @Nullable String target;

  @Option(
      names = "--root",
      paramLabel = "NAME|FINGERPRINT",
      description =
          "instead: checks whether the root with this name or fingerprint is trusted here")
  private @Nullable String root;

  @Mixin private OutputOption<JsonNode> output = new OutputOption<>();

  @Option(
      names = "--client",
      description = "checks the certificate as a client's instead of a " + "server's")
  private boolean client;

  @Mixin private CheckOptions options = new CheckOptions();

  @Option(
      names = "--dns",
      paramLabel = "ADDRESS",
      description = "DNS server to query for TLSA and MTA-STS (default: the system's)")
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
      throw wrong("use either PEM, HOST or HOST:PORT, or --root NAME or FINGERPRINT");
    }
    TrustAnchors trusted = options.anchors();
    if (root != null) {
      RootReport report = root(root, trusted);
      output.print(ReportJson.of(report), () -> ReportText.of(report));
      return report.ok() ? 0 : NOT_OK;
    }
    Report report = check(options.target(target), trusted);
    output.print(ReportJson.of(report), () -> ReportText.of(report));
    return report.ok() ? 0 : NOT_OK;
  }

  private Report check(Target subject, TrustAnchors trusted)
      throws IOException, InterruptedException {
    try (CheckOptions.Folder folder = CheckOptions.folder()) {
      return new CertificateCheck(options.settings(folder), InstantSource.system(), resolver())
          .check(
              subject, client ? CertificateRole.ROLE_CLIENT : CertificateRole.ROLE_SERVER, trusted);
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
              Optional.empty()),
          InstantSource.system());
    } catch (IllegalArgumentException e) {
      throw wrong("--dns is \"" + dns + "\": give an address such as 192.0.2.53");
    }
  }

  private RootReport root(String query, TrustAnchors trusted) {
    try {
      return RootSearch.find(query, trusted);
    } catch (IllegalArgumentException e) {
      throw wrong("--root: " + e.getMessage());
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
