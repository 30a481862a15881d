package io.postern.service;

import io.postern.log.directory.DirectoryReader;
import io.postern.rules.Directory;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;

/**
 * The example of docs/design/architecture.md, "Adding a service": it follows the directory, and is
 * ready when it has read it.
 */
@Singleton
public class FurtherService implements Service {
  private final int sessions;
  private final DirectoryReader<Directory> directory;

  FurtherService(FurtherSettings settings, DirectoryReader<Directory> directory) {
    this.sessions = CheckedSettings.atLeast("postern.further.sessions", settings.sessions(), 1);
    this.directory = directory;
  }

  void begin(@Observes TopicsVerified topics) {
    directory.start();
  }

  @Override
  public String name() {
    return "further";
  }

  @Override
  public boolean ready(HealthCheckResponseBuilder answer) {
    boolean current = directory.current().isPresent();
    answer.withData("directory-current", current).withData("sessions", sessions);
    return current;
  }
}
