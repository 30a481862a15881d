package io.postern.stack;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * A stack that runs now, as its launcher wrote it down.
 *
 * @param process the launcher
 * @param bootstrap the broker's address
 * @param smtpPort the first ingress' port
 * @param ports everything that was written down, the services' ports by replica's name
 */
public record RunningStack(
    ProcessHandle process, String bootstrap, int smtpPort, Properties ports) {

  /**
   * The stack that uses the folder, if its launcher is alive; the start time tells it from another
   * use of its pid.
   */
  public static Optional<RunningStack> in(StateFolder state) {
    if (!Files.exists(state.runningFile())) {
      return Optional.empty();
    }
    Properties written = new Properties();
    try (InputStream in = Files.newInputStream(state.runningFile())) {
      written.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + state.runningFile(), e);
    }
    return ProcessHandle.of(Long.parseLong(written.getProperty("pid", "-1")))
        .filter(ProcessHandle::isAlive)
        .filter(
            process ->
                process
                    .info()
                    .startInstant()
                    .map(Object::toString)
                    .orElse("")
                    .equals(written.getProperty("started")))
        .map(
            process ->
                new RunningStack(
                    process,
                    written.getProperty("bootstrap"),
                    Integer.parseInt(written.getProperty("smtp")),
                    written));
  }

  /** Of the first replica. */
  public int httpPort(Service service) {
    return Integer.parseInt(ports.getProperty(service.module()));
  }

  /** Port of each replica of a service by its name, in their order. */
  public Map<String, Integer> httpPorts(Service service) {
    Map<String, Integer> replicas = new LinkedHashMap<>();
    for (int number = 1; ; number++) {
      String name = Replica.name(service, number);
      String port = ports.getProperty(name);
      if (port == null) {
        return replicas;
      }
      replicas.put(name, Integer.parseInt(port));
    }
  }
}
