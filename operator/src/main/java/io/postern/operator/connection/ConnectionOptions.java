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
  /** The system property by which {@code ./run} names the folder of its own installation. */
  public static final String HOME = "postern.home";

  private static final String CONTEXT = "POSTERN_CONTEXT";

  @Option(
      names = "--context",
      paramLabel = "FILE",
      description = {
        "says how the installation is reached: kafka.bootstrap.servers=…, postern.policy.url=… and so on",
        "(default: $POSTERN_CONTEXT, else ~/.config/postern/context.properties)"
      })
  @Nullable Path context;

  @Option(
      names = "--state",
      paramLabel = "FOLDER",
      description = {
        "the state folder of a ./run on this machine, instead of a context",
        "(default of ./run's own commands: state in the project's folder)"
      })
  @Nullable Path state;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "a value that goes before the context's; repeatable")
  Map<String, String> values = new LinkedHashMap<>();

  /** A clear message where there is nothing to be reached. */
  public Installation installation() throws IOException {
    return new Installation(context(System.getProperty(HOME), System.getenv()));
  }

  /**
   * @param home see {@link #HOME}; null: this is not {@code ./run}
   */
  Context context(@Nullable String home, Map<String, String> environment) throws IOException {
    Map<String, String> named = named(home);
    // Nobody is to change another installation than the one that he named.
    return named == null
        ? new Context(usual(environment), environment, values)
        : new Context(named, Map.of(), values);
  }

  /** Null: none is named. */
  private @Nullable Map<String, String> named(@Nullable String home) throws IOException {
    if (state != null) {
      return local(state);
    }
    if (context != null) {
      return Context.read(context);
    }
    return home == null ? null : local(Path.of(home, "state"));
  }

  private static Map<String, String> usual(Map<String, String> environment) throws IOException {
    if (environment.containsKey(CONTEXT)) {
      return Context.read(Path.of(environment.get(CONTEXT)));
    }
    Path own = Path.of(System.getProperty("user.home", ""), ".config/postern/context.properties");
    if (Files.exists(own)) {
      return Context.read(own);
    }
    return Map.of();
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
