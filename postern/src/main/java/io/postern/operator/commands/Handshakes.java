package io.postern.operator.commands;

import io.postern.commandline.OutputOption;
import io.postern.operator.connection.ConnectionOptions;
import io.postern.operator.trace.FailedHandshakes;
import io.postern.operator.trace.RefusalLookup;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Command that lists the clients that could not finish a TLS handshake with us. */
@Command(
    name = "handshakes",
    description = {
      "Lists clients whose TLS handshake with ingress-service failed, by cause, and what to do.",
      "A client that completes the handshake and then leaves because of the certificate is not "
          + "listed.",
      "Exit code 0: found, 1: none."
    },
    mixinStandardHelpOptions = true)
public final class Handshakes implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<FailedHandshakes.Result> output = new OutputOption<>();

  @Option(names = "--ip", paramLabel = "ADDRESS", description = "of the client (default: all)")
  private @Nullable String ip;

  @Option(
      names = "--since",
      paramLabel = "AGE",
      description = "how far back: 30m, 12h, 3d (default: ${DEFAULT-VALUE}, at most 7d)")
  private String since = "1d";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    Instant from = Instant.now().minus(Age.of(since, spec));
    FailedHandshakes failed = new FailedHandshakes(ip);
    RefusalLookup.read(connection.installation().kafka(), from, failed::add);
    FailedHandshakes.Result result = failed.result();
    output.print(result, result::lines);
    return result.clients().isEmpty() ? 1 : 0;
  }
}
