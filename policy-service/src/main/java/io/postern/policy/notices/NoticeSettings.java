package io.postern.policy.notices;

import io.postern.policy.MailBudget;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** Delivery status notifications (DSNs). */
@ConfigMapping(prefix = "postern.notices")
public interface NoticeSettings {
  /** The most DSNs that a replica counts in an hour, some 100 bytes each. */
  int MOST_UNPROVED = 100_000;

  /**
   * Host name in {@code MAILER-DAEMON@name} and Reporting-MTA. Default: the name of the
   * ingress-service that accepted the message.
   */
  Optional<String> hostName();

  /**
   * DSNs that one replica writes in an hour to unproved senders of one domain. Proved are an own
   * server's senders in accepted domains of the organization, and senders in a domain that a
   * connector names, if it needed a certificate or an address; through a gateway none but the
   * former. 0: none.
   */
  @WithDefault("1000")
  int unprovedPerDomain();

  /**
   * The same for all domains together, at most 100,000. 0: none. Any unauthenticated client can
   * have DSNs sent to any address and use the budget up; DSNs to other senders do not count. Beyond
   * it {@code postern trace} shows {@code over-budget}.
   */
  @WithDefault("10000")
  int unproved();

  /** Checked: a wrong setting ends the process with a sentence. */
  default MailBudget budget() {
    if (unproved() < 0 || unproved() > MOST_UNPROVED || unprovedPerDomain() < 0) {
      throw new ConfigurationException(
          "postern.notices.unproved must be 0 to "
              + MOST_UNPROVED
              + ", and postern.notices.unproved-per-domain 0 or more");
    }
    return new MailBudget(
        Duration.ofHours(1), unproved(), unprovedPerDomain(), System::currentTimeMillis);
  }

  /** Checked: a wrong setting ends the process with a sentence. */
  default Optional<String> checkedHostName() {
    if (hostName().isPresent() && !Reports.isHostName(hostName().get())) {
      throw new ConfigurationException(
          "postern.notices.host-name is not a host name: write one such as mail.example.org");
    }
    return hostName();
  }
}
