package io.postern.stack;

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
import io.postern.stack.commands.Clean;
import io.postern.stack.commands.Demo;
import io.postern.stack.commands.Send;
import io.postern.stack.commands.Stop;
import io.postern.stack.commands.Up;
import io.postern.stack.commands.Warm;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code ./run}: without a subcommand it starts everything and stays up. */
@Command(
    name = "./run",
    description = {
      "Starts Postern on this machine: a Kafka broker, the services with a PostgreSQL for the console, and an example partner and mailbox.",
      "TLS protects the connection, not the message."
    },
    mixinStandardHelpOptions = true,
    versionProvider = io.postern.operator.Main.Version.class,
    subcommands = {
      Demo.class,
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
      Send.class,
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
      io.postern.operator.check.Main.class,
      Hybrid.class,
      Certificates.class,
      Rehearse.class,
      Dns.class,
      MtaSts.class,
      TlsReportsCommand.class,
      Status.class,
      ContractLevelCommand.class,
      AuditCommand.class,
      WhoAmI.class,
      Users.class,
      Stop.class,
      Clean.class,
      Warm.class,
      CommandLine.HelpCommand.class
    })
public final class Main extends Up {
  public static void main(String[] args) {
    Program.main(line(), args);
  }

  static CommandLine line() {
    Map<String, List<String>> groups = new LinkedHashMap<>();
    groups.put("This machine", List.of("demo", "send", "stop", "clean", "warm"));
    groups.putAll(io.postern.operator.Main.GROUPS);
    return CommandGroups.in(new CommandLine(new Main()), groups);
  }
}
