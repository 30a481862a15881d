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
      paramLabel = "CONTEXT|FILE",
      description = {
        "how to reach the installation: kafka.bootstrap.servers=…, postern.policy.url=… and so on;",
        "CONTEXT is the name of a file ~/.config/postern/NAME.properties",
        "(default: $POSTERN_CONTEXT, else the one set by `contexts use`, else context)"
      })
  @Nullable String context;

  @Option(
      names = "--state",
      paramLabel = "FOLDER",
      description = {
        "state folder of a ./run on this machine, instead of a context",
        "(default of ./run's own commands: state in the project's folder)"
      })
  @Nullable Path state;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "overrides a context setting; repeatable")
  Map<String, String> values = new LinkedHashMap<>();

  /** A clear message where there is nothing to be reached. */
  public Installation installation() throws IOException {
    return new Installation(
        context(System.getProperty(HOME), System.getenv(), UserFolder.here()), UserFolder.here());
  }

  /**
   * @param home see {@link #HOME}; null: this is not {@code ./run}
   */
  Context context(@Nullable String home, Map<String, String> environment, UserFolder user)
      throws IOException {
    Path named = named(home, user);
    if (named != null) {
      // Nobody is to change another installation than the one that he named.
      return context(named, Map.of());
    }
    Path usual = usual(environment, user);
    return usual == null ? new Context(Map.of(), environment, values) : context(usual, environment);
  }

  private Context context(Path file, Map<String, String> environment) throws IOException {
    return new Context(
        file.toAbsolutePath().normalize().toString(), Context.read(file), environment, values);
  }

  /** Null: none is named. */
  private @Nullable Path named(@Nullable String home, UserFolder user) {
    if (state != null) {
      return local(state);
    }
    if (context != null) {
      return file(context, user);
    }
    return home == null ? null : local(Path.of(home, "state"));
  }

  /** Null: there is none. */
  private static @Nullable Path usual(Map<String, String> environment, UserFolder user)
      throws IOException {
    String variable = environment.getOrDefault(CONTEXT, "");
    if (!variable.isEmpty()) {
      return file(variable, user);
    }
    String inUse = user.inUse();
    Path own = user.file(inUse);
    if (Files.exists(own)) {
      return own;
    }
    if (!inUse.equals(UserFolder.USUAL)) {
      throw new IllegalStateException("unusable context in use: " + user.missing(inUse));
    }
    return null;
  }

  private static Path file(String nameOrFile, UserFolder user) {
    if (!UserFolder.isName(nameOrFile)) {
      return Path.of(nameOrFile);
    }
    Path file = user.file(nameOrFile);
    if (!Files.exists(file)) {
      throw new IllegalStateException(user.missing(nameOrFile));
    }
    return file;
  }

  private static Path local(Path folder) {
    Path running = folder.toAbsolutePath().normalize().resolve("running.properties");
    if (!Files.exists(running)) {
      throw new IllegalStateException(
          "no installation runs with the state folder "
              + running.getParent()
              + "; start it with ./run, or select another installation with --context CONTEXT|FILE");
    }
    return running;
  }
}
