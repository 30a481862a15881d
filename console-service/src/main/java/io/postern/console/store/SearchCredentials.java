package io.postern.console.store;

import io.postern.console.ConsoleSettings;
import io.quarkus.arc.Unremovable;
import io.quarkus.credentials.CredentialsProvider;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Named;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * The role with which the pool of searches connects: one that may only read, where the settings
 * name it. The pool asks at each connection. Immutable; any thread.
 */
@Unremovable
@ApplicationScoped
@Named("postern-search")
class SearchCredentials implements CredentialsProvider {
  private final Map<String, String> credentials;

  SearchCredentials(
      ConsoleSettings settings,
      @ConfigProperty(name = "quarkus.datasource.username", defaultValue = "postgres") String owner,
      @ConfigProperty(name = "quarkus.datasource.password", defaultValue = "postgres")
          String ownersPassword) {
    Map<String, String> found = new HashMap<>();
    found.put(USER_PROPERTY_NAME, settings.searchUser().orElse(owner));
    found.put(
        PASSWORD_PROPERTY_NAME,
        settings.searchUser().isPresent() ? settings.searchPassword().orElse("") : ownersPassword);
    credentials = Map.copyOf(found);
  }

  @Override
  public Map<String, String> getCredentials(String provider) {
    return credentials;
  }
}
