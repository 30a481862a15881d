package io.postern.policy.notices;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigMapping;
import java.util.Optional;

/** Delivery status notifications. */
@ConfigMapping(prefix = "postern.notices")
public interface NoticeSettings {
  /**
   * The name that notifications come from: Reporting-MTA, MAILER-DAEMON@name. Default: the name of
   * the ingress-service that accepted the message.
   */
  Optional<String> hostName();

  /** Checked: a wrong one ends the process with a sentence. */
  default Optional<String> checkedHostName() {
    if (hostName().isPresent() && !Reports.isHostName(hostName().get())) {
      throw new ConfigurationException(
          "postern.notices.host-name is no host name: write one such as mail.example.org");
    }
    return hostName();
  }
}
