package io.postern.operator.connection;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of every command that asks an installation. */
public final class ConnectionOptions {
  private static final String CONTEXT = "POSTERN_CONTEXT";

  @Option(
      names = "--context",
      paramLabel = "FILE",
      description = {
        "says how the installation is reached: kafka.bootstrap.servers=…, postern.policy.url=… and so on",
        "(default: $POSTERN_CONTEXT, else ~/.config/postern/context.properties, else what ./run started)"
      })
  @Nullable Path context;

  @Option(
      names = "--state",
      paramLabel = "FOLDER",
      description = "the state folder of a ./run on this machine, instead of a context")
  @Nullable Path state;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "a value that goes before the context's; repeatable")
  Map<String, String> values = new LinkedHashMap<>();

  /** A clear message where there is nothing to be reached. */
  public Installation installation() throws IOException {
    Map<String, String> environment = System.getenv();
    return new Installation(new Context(file(environment), environment, values));
  }

  private Map<String, String> file(Map<String, String> environment) throws IOException {
    if (state != null) {
      return local(state);
    }
    if (context != null) {
      return Context.read(context);
    }
    if (environment.containsKey(CONTEXT)) {
      return Context.read(Path.of(environment.get(CONTEXT)));
    }
    Path own = Path.of(System.getProperty("user.home", ""), ".config/postern/context.properties");
    if (Files.exists(own)) {
      return Context.read(own);
    }
    boolean elsewhere =
        environment.containsKey("KAFKA_BOOTSTRAP_SERVERS")
            || environment.containsKey("POSTERN_POLICY_URL")
            || !values.isEmpty();
    return elsewhere ? Map.of() : local(Path.of(System.getProperty("postern.home", "."), "state"));
  }

  private static Map<String, String> local(Path folder) throws IOException {
    Path running = folder.toAbsolutePath().normalize().resolve("running.properties");
    if (!Files.exists(running)) {
      throw new IllegalStateException(
          "nothing runs with the state folder "
              + running.getParent()
              + "; start it with ./run, or name another installation with --context FILE");
    }
    return Context.read(running);
  }
}
