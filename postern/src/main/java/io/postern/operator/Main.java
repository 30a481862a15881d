package io.postern.operator;

import io.postern.commandline.CommandGroups;
import io.postern.commandline.Program;
import io.postern.operator.commands.Apply;
import io.postern.operator.commands.AuditCommand;
import io.postern.operator.commands.Certificates;
import io.postern.operator.commands.Dns;
import io.postern.operator.commands.Example;
import io.postern.operator.commands.Handshakes;
import io.postern.operator.commands.Hybrid;
import io.postern.operator.commands.MtaSts;
import io.postern.operator.commands.QuotasCommand;
import io.postern.operator.commands.Recipients;
import io.postern.operator.commands.Refusals;
import io.postern.operator.commands.Rehearse;
import io.postern.operator.commands.Status;
import io.postern.operator.commands.TlsReportsCommand;
import io.postern.operator.commands.Trace;
import io.postern.operator.commands.access.ChangePassword;
import io.postern.operator.commands.access.Contexts;
import io.postern.operator.commands.access.SignIn;
import io.postern.operator.commands.access.SignOut;
import io.postern.operator.commands.access.Users;
import io.postern.operator.commands.access.WhoAmI;
import io.postern.operator.commands.connectors.Connectors;
import io.postern.operator.commands.connectors.RoutingRules;
import io.postern.operator.commands.exchange.Export;
import io.postern.operator.commands.exchange.Import;
import io.postern.operator.commands.explain.Explain;
import io.postern.operator.commands.explain.WhatIf;
import io.postern.operator.commands.hops.NextHops;
import io.postern.operator.commands.level.ContractLevelCommand;
import io.postern.operator.commands.partner.SecurePartner;
import io.postern.operator.commands.partner.Validate;
import io.postern.operator.commands.partner.Watch;
import io.postern.operator.commands.queue.Queue;
import io.postern.operator.commands.search.ChangesCommand;
import io.postern.operator.commands.search.Messages;
import io.postern.operator.commands.search.ReportCommand;
import io.postern.operator.commands.search.Why;
import io.postern.operator.setup.SetUp;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program {@code postern}. */
@Command(
    name = "postern",
    description = {
      "Queries, manages and sets up an installation of Postern.",
      "TLS protects the connection, not the message."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      Status.class,
      Messages.class,
      Why.class,
      Explain.class,
      WhatIf.class,
      Trace.class,
      Refusals.class,
      Handshakes.class,
      Queue.class,
      ReportCommand.class,
      ChangesCommand.class,
      AuditCommand.class,
      Example.class,
      Apply.class,
      Recipients.class,
      Connectors.class,
      RoutingRules.class,
      QuotasCommand.class,
      NextHops.class,
      Validate.class,
      Watch.class,
      SecurePartner.class,
      Import.class,
      Export.class,
      Certificates.class,
      MtaSts.class,
      Rehearse.class,
      Dns.class,
      TlsReportsCommand.class,
      io.postern.operator.check.Main.class,
      Hybrid.class,
      SetUp.class,
      SignIn.class,
      SignOut.class,
      ChangePassword.class,
      WhoAmI.class,
      Contexts.class,
      Users.class,
      ContractLevelCommand.class,
      CommandLine.HelpCommand.class,
      AutoComplete.GenerateCompletion.class
    })
public final class Main {
  /** Of the jar; none in a folder of classes. */
  public static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"postern " + (version == null ? "(not packaged)" : version)};
    }
  }

  /** The commands as {@code --help} shows them, by heading. */
  public static final Map<String, List<String>> GROUPS = groups();

  private Main() {}

  public static void main(String[] args) {
    Program.main(line(), args);
  }

  /** The program's command line. */
  public static CommandLine line() {
    return CommandGroups.in(new CommandLine(new Main()), GROUPS);
  }

  private static Map<String, List<String>> groups() {
    Map<String, List<String>> groups = new LinkedHashMap<>();
    groups.put(
        "Mail",
        List.of(
            "messages",
            "why",
            "trace",
            "refusals",
            "handshakes",
            "explain",
            "report",
            "tls-reports",
            "audit"));
    groups.put("Queue", List.of("queue"));
    groups.put(
        "Organizations, domains and connectors",
        List.of(
            "example",
            "apply",
            "connectors",
            "routing-rules",
            "quotas",
            "next-hops",
            "recipients",
            "secure-partner",
            "validate",
            "watch",
            "what-if",
            "hybrid",
            "import",
            "export",
            "changes"));
    groups.put(
        "Certificates and records", List.of("certificates", "check", "rehearse", "dns", "mta-sts"));
    groups.put(
        "Set-up and administration",
        List.of(
            "status",
            "set-up",
            "sign-in",
            "sign-out",
            "change-password",
            "whoami",
            "users",
            "contexts",
            "contract-level",
            "help",
            "generate-completion"));
    return Collections.unmodifiableMap(groups);
  }
}
