package io.postern.operator.commands;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.postern.certificate.Printable;
import io.postern.certificate.anchors.TrustAnchors;
import io.postern.check.CertificateCheck;
import io.postern.check.Target;
import io.postern.check.report.Connection;
import io.postern.commandline.OutputOption;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.Spelling;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.directory.FileProblem;
import io.postern.operator.api.DirectoryClient;
import io.postern.operator.check.CheckOptions;
import io.postern.operator.connection.ConnectionOptions;
import io.postern.operator.connection.Installation;
import io.postern.operator.connection.Variables;
import io.postern.operator.connectors.Answer;
import io.postern.operator.connectors.CheckedConnector;
import io.postern.operator.connectors.CheckedDirectory;
import io.postern.operator.connectors.ConnectorCheck;
import io.postern.operator.connectors.ShownCertificate;
import io.postern.operator.connectors.Verdicts;
import io.postern.rules.Directory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Command that checks one certificate against the connectors that it is for. */
@Command(
    name = "check-connector",
    description = {
      "Would this certificate, shown by a server of an organization, be taken by its connectors? In both directions:"
          + " of a client by the inbound ones, of a host by the outbound ones (docs/guides/hybrid.md).",
      "With --directory the connectors are those of a file that is not applied yet, and no installation is asked.",
      "Exit code 0: each connector takes it, 1: one does not, or the file cannot be applied, 2: wrong arguments (also a --connector that is not there), 3: it could not be checked."
    },
    mixinStandardHelpOptions = true)
public final class CheckConnector implements Callable<Integer> {
  private static final int MOST_NAMES = 100;
  private static final int MOST_CONNECTORS = 20;
  private static final Logger LOG = Logger.getLogger("io.postern");

  @Spec private @Nullable CommandSpec spec;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption output = new OutputOption();
  @Mixin private CheckOptions options = new CheckOptions();

  @Parameters(index = "0", paramLabel = "ORGANIZATION", description = "its id in the directory")
  private String organization = "";

  @Parameters(
      index = "1",
      paramLabel = "PEM|HOST[:PORT]",
      description = "a file of certificates (PEM, or one in DER), or a mail server (port 25)")
  private String target = "";

  @Option(
      names = "--connector",
      paramLabel = "CONNECTOR",
      description =
          "a connector, inbound or outbound; may be repeated (default: each on-premises one that looks at a certificate)")
  private List<String> connectors = new ArrayList<>();

  @Option(
      names = "--directory",
      paramLabel = "FILE",
      description = "a directory file; its organizations are looked at as it says")
  private @Nullable Path file;

  @Option(
      names = "--in-force",
      description = "with --directory: beside it, the installation's other organizations")
  private boolean inForce;

  /**
   * The result.
   *
   * @param accepted each connector takes the certificate, and the file has no problem
   * @param certificate of the leaf, with 100 names at most; none: there is none, or it cannot be
   *     read
   * @param organizations that were looked at: a connector of another one may take a client first
   * @param problems of the file, for which {@code apply} refuses it, beside those that are answers
   *     of a connector
   */
  record Result(
      boolean accepted,
      String target,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Leaf certificate,
      String organizations,
      List<CheckedConnector> connectors,
      List<FileProblem> problems,
      List<String> notes) {
    record Leaf(String subject, String sha256, List<String> names) {}

    List<String> lines() {
      List<String> lines = new ArrayList<>();
      lines.add(target + (certificate == null ? "" : ": " + certificate.subject()));
      if (certificate != null) {
        lines.add("sha256 " + certificate.sha256());
      }
      for (CheckedConnector connector : connectors) {
        lines.add("");
        lines.add(
            "%s connector %s/%s: %s"
                .formatted(
                    connector.direction(),
                    connector.organization(),
                    connector.connector(),
                    connector.accepted() ? "ACCEPTED" : "NOT ACCEPTED"));
        connector.answers().forEach(answer -> answer(answer, lines));
      }
      if (!problems.isEmpty()) {
        lines.add("");
        problems.forEach(problem -> lines.add(line(problem)));
      }
      lines.add("");
      lines.add("looked at: " + organizations);
      lines.addAll(notes);
      return lines;
    }

    /** Without a line where it is of something that the file has not, such as a removal. */
    private static String line(FileProblem problem) {
      return (problem.line() == 0
              ? ""
              : "line %d, column %d: ".formatted(problem.line(), problem.column()))
          + (problem.object() + " " + problem.field()).strip()
          + ": "
          + problem.problem()
          + "; "
          + problem.cure();
    }

    private static void answer(Answer answer, List<String> lines) {
      String result =
          answer.answer() == Answer.Result.YES
              ? "yes"
              : answer.answer().toString().toUpperCase(Locale.ROOT);
      lines.add("  %-7s  %-14s  %s".formatted(result, answer.question(), answer.why()));
      if (!answer.cure().isEmpty()) {
        lines.add("           %-14s  -> %s".formatted("", answer.cure()));
      }
    }
  }

  @Override
  public Integer call() throws Exception {
    LOG.setLevel(Level.WARNING); // the certificates left out of the JDK's anchors
    if (inForce && file == null) {
      throw wrong("--in-force is for --directory: without a file the directory in force is asked");
    }
    TrustAnchors anchors = options.anchors();
    Target subject = options.target(target);
    CheckedDirectory checked = directory();
    Result result;
    if (checked.unreadable().isEmpty()) {
      refuseUnknown(checked.directory());
      result = check(subject, anchors, checked);
    } else {
      result = unreadable(subject, checked.unreadable());
    }
    output.print(result, result::lines);
    return result.accepted() ? 0 : 1;
  }

  private void refuseUnknown(Directory directory) {
    List<String> known =
        Stream.concat(
                directory.inboundConnectors(organization).stream().map(InboundConnector::getName),
                directory.outboundConnectors(organization).stream().map(OutboundConnector::getName))
            .distinct()
            .toList();
    for (String name : connectors) {
      if (!known.contains(name)) {
        throw wrong("--connector is \"" + name + "\": " + instead(directory, known));
      }
    }
  }

  private String instead(Directory directory, List<String> known) {
    if (directory.organization(organization).isEmpty()) {
      return "there is no organization " + organization;
    }
    if (known.isEmpty()) {
      return organization + " has no connector";
    }
    return organization
        + " has no connector of this name; it has "
        + known.stream()
            .limit(MOST_CONNECTORS)
            .map(name -> "\"" + name + "\"")
            .collect(Collectors.joining(", "))
        + (known.size() > MOST_CONNECTORS
            ? " and " + (known.size() - MOST_CONNECTORS) + " others"
            : "");
  }

  private Result check(Target subject, TrustAnchors anchors, CheckedDirectory checked)
      throws IOException, InterruptedException {
    InstantSource clock = InstantSource.system();
    try (CheckOptions.Folder folder = CheckOptions.folder()) {
      CertificateCheck check = new CertificateCheck(options.settings(folder), clock, null);
      CertificateCheck.Presented presented = check.present(subject);
      ShownCertificate shown = shown(presented);
      List<CheckedConnector> found =
          new ConnectorCheck(
                  checked.directory(),
                  checked.problems(),
                  shown,
                  new Verdicts(check, anchors, checked.directory()),
                  clock.instant())
              .check(organization, connectors);
      List<FileProblem> problems = checked.problemsBeside(found);
      List<String> notes = new ArrayList<>();
      if (!checked.problems().isEmpty()) {
        notes.add("The file cannot be applied as it is: apply would refuse it.");
      }
      if (!checked.needLists().isEmpty()) {
        notes.add(
            "Not looked at: whether there is a list of recipients for "
                + String.join(", ", checked.needLists())
                + ". Without it apply would refuse recipientValidation: list.");
      }
      if (found.isEmpty()) {
        notes.add(
            checked.directory().organization(organization).isEmpty()
                ? "There is no organization " + organization + "."
                : "The organization has no on-premises connector that looks at a certificate.");
      }
      if (presented.connection() != null) {
        notes.add(
            "This is what the host shows as a server. Check the file of the certificate that it"
                + " shows as a client where that is another one.");
      }
      return new Result(
          problems.isEmpty()
              && !found.isEmpty()
              && found.stream().allMatch(CheckedConnector::accepted),
          subject.shown(),
          leaf(shown),
          organizations(),
          found,
          problems,
          notes);
    }
  }

  private Result unreadable(Target subject, List<FileProblem> problems) {
    return new Result(
        false,
        subject.shown(),
        null,
        organizations(),
        List.of(),
        problems,
        List.of("The file cannot be applied: no connector was looked at."));
  }

  private static ShownCertificate shown(CertificateCheck.Presented presented) {
    Connection connection = presented.connection();
    return presented.chain().isEmpty() && connection != null
        ? ShownCertificate.none(
            "the host showed no certificate ("
                + Spelling.hyphens(connection.status())
                + (connection.reason().isEmpty() ? "" : ": " + connection.reason())
                + ")",
            "./run check with the same host shows what to do")
        : ShownCertificate.of(presented.chain(), presented.stapled());
  }

  private static Result.@Nullable Leaf leaf(ShownCertificate shown) {
    return shown.leaf() == null
        ? null
        : new Result.Leaf(
            Printable.cut(shown.leaf().shown(), 200),
            Fingerprints.hex(shown.leaf().fingerprint()),
            shown.names().stream().limit(MOST_NAMES).toList());
  }

  private String organizations() {
    return file == null
        ? "the directory in force"
        : inForce
            ? "the directory in force as " + file + " would change it"
            : "the organizations of "
                + file
                + " alone; --in-force looks at the installation's others too, whose connectors may"
                + " take a client first";
  }

  private CheckedDirectory directory() throws IOException, InterruptedException {
    if (file == null) {
      return CheckedDirectory.of(objects(connection.installation()));
    }
    String yaml = Files.readString(file);
    if (!inForce) {
      return CheckedDirectory.of(List.of(), Variables.fill(yaml, Map.of()));
    }
    Installation installation = connection.installation();
    return CheckedDirectory.of(
        objects(installation), Variables.fill(yaml, installation.variables()));
  }

  private static List<DirectoryObject> objects(Installation installation)
      throws IOException, InterruptedException {
    return new DirectoryClient(installation.policy()).objects();
  }

  private ParameterException wrong(String message) {
    if (spec == null) {
      throw new IllegalStateException("not started by picocli");
    }
    return new ParameterException(spec.commandLine(), message);
  }
}
