package io.postern.operator.connection;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Values by which an installation is reached, each under a key as in a service's configuration:
 *
 * <ul>
 *   <li>{@code kafka.*}: Kafka's clients, as the services have them;
 *   <li>{@code postern.policy.url}, {@code postern.policy.credentials-file}: the policy API, and a
 *       file with {@code user:password};
 *   <li>{@code postern.certificate.url}, {@code postern.certificate.credentials-file}: the API of
 *       certificate-service;
 *   <li>{@code postern.console.url}, {@code postern.console.credentials-file}: the API of
 *       console-service;
 *   <li>{@code postern.health.NAME}: the address at which a replica answers for its health, that of
 *       its management interface;
 *   <li>{@code postern.authority-file}: PEM file of the authority of these addresses' certificates;
 *       without it Java's own authorities are trusted;
 *   <li>{@code postern.oidc.authority-file}: the same for the OpenID provider at which one signs
 *       in;
 *   <li>{@code postern.variable.NAME}: fills {@code ${NAME}} in directory files; not from the
 *       environment, which has no small letters.
 * </ul>
 *
 * <p>A value of the command line goes before one of the environment (the key in capitals, with
 * underscores), and that before one of the context file, a Java properties file. Immutable.
 */
public final class Context {
  private static final String ENVIRONMENT = "the environment";

  private final String source;
  private final Map<String, String> values;
  private final Map<String, String> environment;

  /** Without a context file. */
  Context(Map<String, String> file, Map<String, String> environment, Map<String, String> line) {
    this(ENVIRONMENT, file, environment, line);
  }

  /**
   * @param source see {@link #source}
   * @param file the values of the context file
   * @param environment the process's
   * @param line the values of the command line
   */
  Context(
      String source,
      Map<String, String> file,
      Map<String, String> environment,
      Map<String, String> line) {
    this.source = source;
    this.environment = Map.copyOf(environment);
    this.values = new HashMap<>(file);
    values.keySet().removeIf(key -> environment.containsKey(variable(key)));
    values.putAll(line);
  }

  /**
   * Reads a context file; files that it names lie beside it. One that a launcher wrote of itself
   * counts only while that launcher lives.
   */
  static Map<String, String> read(Path file) throws IOException {
    Properties written = new Properties();
    try (InputStream in = Files.newInputStream(file)) {
      written.load(in);
    }
    if (Launcher.isIn(written) && Launcher.in(written).isEmpty()) {
      throw new IllegalStateException(
          "no installation runs with the state folder "
              + file.toAbsolutePath().getParent()
              + "; start it with ./run");
    }
    Map<String, String> values = new HashMap<>();
    for (String key : written.stringPropertyNames()) {
      String value = written.getProperty(key);
      values.put(
          key,
          key.endsWith("-file") || key.endsWith(".location")
              ? file.toAbsolutePath().resolveSibling(value).normalize().toString()
              : value);
    }
    return values;
  }

  /** The path of the context file, by which a token is kept for it; or words for there is none. */
  String source() {
    return source;
  }

  private static String variable(String key) {
    return key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }

  @Nullable String value(String key) {
    String value = values.get(key);
    if (value == null) {
      value = environment.get(variable(key));
    }
    return value == null || value.isBlank() ? null : value;
  }

  /** A value that the command needs; a message that says how to give it. */
  String needed(String key) {
    String value = value(key);
    if (value == null) {
      throw new IllegalStateException(
          key
              + " is not set: add it to the context file, use --set "
              + key
              + "=…, or the environment variable "
              + variable(key));
    }
    return value;
  }

  /** Keys that begin with {@code kafka.}. */
  Iterable<String> kafkaKeys() {
    return values.keySet().stream().filter(key -> key.startsWith("kafka.")).toList();
  }

  /** The values below a key, by the rest of the key; none of the environment. */
  Map<String, String> below(String key) {
    String prefix = key + ".";
    Map<String, String> found = new TreeMap<>();
    values.forEach(
        (name, value) -> {
          if (name.startsWith(prefix)) {
            found.put(name.substring(prefix.length()), value);
          }
        });
    return found;
  }

  /** Those of the environment below a key: the rest in lower case, with hyphens. */
  Map<String, String> environmentBelow(String key) {
    String prefix = variable(key + ".");
    Map<String, String> found = new TreeMap<>();
    environment.forEach(
        (name, value) -> {
          if (name.startsWith(prefix)) {
            String rest = name.substring(prefix.length());
            found.put(rest.toLowerCase(Locale.ROOT).replace('_', '-'), value);
          }
        });
    return found;
  }
}
