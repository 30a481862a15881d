package io.postern.operator.commands;

import io.postern.commandline.OutputOption;
import io.postern.names.DomainNames;
import io.postern.operator.api.DirectoryClient;
import io.postern.operator.connection.ConnectionOptions;
import io.postern.operator.hybrid.ExchangeSetup;
import io.postern.operator.hybrid.Ours;
import io.postern.rules.Directory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Command that shows what is to be done on the Exchange servers of a hybrid organization. */
@Command(
    name = "hybrid",
    description = {
      "Prints the Exchange Management Shell commands for an organization's own servers that match "
          + "its hybrid connectors (docs/guides/hybrid.md). Changes nothing.",
      "Exit code 0: ready to run, 1: a finding prevents the two sides from working together."
    },
    mixinStandardHelpOptions = true)
public final class Hybrid implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<ExchangeSetup> output = new OutputOption<>();

  @Parameters(index = "0", paramLabel = "ORGANIZATION", description = "its id in the directory")
  private String organization = "";

  @Option(
      names = "--smart-host",
      paramLabel = "NAME",
      description = "the host name at which the servers reach ingress-service")
  private String smartHost = "";

  @Option(
      names = "--tls-domain",
      paramLabel = "NAME",
      description = "a name in the certificate of ingress-service (default: the smart host)")
  private String tlsDomain = "";

  @Option(
      names = "--client-name",
      paramLabel = "NAME",
      description = "a name in the certificate that the outbound connector presents to the servers")
  private String clientName = "";

  @Override
  public Integer call() throws Exception {
    Ours ours =
        Ours.of(
            name("--smart-host", smartHost),
            name("--tls-domain", tlsDomain),
            name("--client-name", clientName));
    Directory directory =
        Directory.of(
            new DirectoryClient(connection.installation().policy()).objects(), -1, Map.of());
    ExchangeSetup setup = ExchangeSetup.of(directory, organization, ours);
    output.print(setup, () -> lines(setup));
    return setup.findings().isEmpty() ? 0 : 1;
  }

  // It becomes a part of commands that somebody pastes into a shell.
  private String name(String option, String name) {
    if (!name.isEmpty() && !(DomainNames.isDomain(name) && DomainNames.hasDot(name))) {
      if (spec == null) {
        throw new IllegalStateException("not started by picocli");
      }
      throw new ParameterException(
          spec.commandLine(),
          option + " is \"" + name + "\": give a host name such as mx.contoso.example");
    }
    return name;
  }

  static List<String> lines(ExchangeSetup setup) {
    List<String> lines = new ArrayList<>();
    if (!setup.facts().isEmpty()) {
      lines.add(setup.organization() + ": facts of the directory");
      setup.facts().forEach(f -> lines.add("  %-30s %s".formatted(f.name(), f.value())));
      lines.add("");
      lines.add("to fill in");
      setup.fillIn().forEach(place -> lines.add("  " + place.place() + ": " + place.how()));
      lines.add("");
      lines.add("commands for the Exchange Management Shell");
      for (ExchangeSetup.Shell command : setup.commands()) {
        lines.add("");
        lines.add("# " + command.purpose());
        command.command().lines().forEach(lines::add);
      }
      lines.add("");
      setup.notes().forEach(lines::add);
    }
    setup.findings().forEach(finding -> lines.add("FINDING  " + finding));
    return lines;
  }
}
