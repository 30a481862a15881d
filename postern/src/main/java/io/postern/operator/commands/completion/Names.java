package io.postern.operator.commands.completion;

import io.postern.operator.connection.ConnectionOptions;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Command that a completion script calls: names of a kind, one a line. It prints nothing where it
 * does not know them within a second and a half: a message would stand in the line that somebody
 * types.
 */
@Command(
    name = Names.NAME,
    hidden = true,
    description = "Prints the names of a kind, for completion.")
public final class Names implements Callable<Integer> {
  public static final String NAME = "names";

  private static final long PATIENCE_MILLIS = 1_500; // with Java's start two seconds
  private static final int MOST = 1_000;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  @Parameters(paramLabel = "KIND", description = "organization, connector, domain, partner …")
  private String kind = "";

  @Option(names = "--organization", paramLabel = "ORGANIZATION", description = "whose connectors")
  private String organization = "";

  @Override
  public Integer call() throws InterruptedException {
    Optional<NameKind> known = NameKind.of(kind.toUpperCase(Locale.ROOT));
    if (known.isPresent()) {
      FutureTask<List<String>> names =
          new FutureTask<>(() -> KnownNames.of(known.get(), connection, organization));
      Thread.ofVirtual().start(names); // no reason for the program to stay
      try {
        names.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS).stream()
            .limit(MOST)
            .forEach(spec.commandLine().getOut()::println);
      } catch (ExecutionException | TimeoutException e) {
        return 0;
      }
    }
    return 0;
  }
}
