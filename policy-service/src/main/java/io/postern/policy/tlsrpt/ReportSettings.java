package io.postern.policy.tlsrpt;

import io.postern.smtp.Address;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * TLS reports to other domains. They are those of RFC 8460. delivery-service counts the sessions
 * with {@code postern.delivery.tls-reports}. See docs/guides/reports.md.
 */
@ConfigMapping(prefix = "postern.tls-reports")
public interface ReportSettings {
  /** Name of your organization in reports. Default: none, and no report is made. */
  Optional<String> organizationName();

  /** Required with the name: address or page for questions about a report. */
  Optional<String> contactInfo();

  /**
   * Required with the name: address that reports are sent from. Its domain must be an accepted
   * domain; it signs them.
   */
  Optional<String> from();

  Dkim dkim();

  /** Post reports to loopback, private and link-local addresses too. */
  @WithDefault("false")
  boolean allowPrivateTargets();

  /** The signature of reports (RFC 6376). */
  interface Dkim {
    /**
     * Name of the key's DNS record below {@code _domainkey} of the domain in {@code from} (RFC
     * 6376).
     */
    Optional<String> selector();

    /**
     * PEM file with the RSA key in PKCS#8, read at the start. Default: none, and reports are only
     * posted, not mailed.
     */
    Optional<String> keyFile();
  }

  /** Checked: a wrong setting ends the process with a sentence. Empty: no report is made. */
  default Optional<Submitter> submitter() {
    if (organizationName().isEmpty()) {
      return Optional.empty();
    }
    String from = from().orElse("");
    Address address;
    try {
      address = Address.parse(from);
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(
          "postern.tls-reports.from is \""
              + from
              + "\": write the address that reports come from, such as tls-reports@example.org");
    }
    if (!address.isAscii()) {
      throw new ConfigurationException(
          "postern.tls-reports.from is \"" + from + "\": write an address in ASCII");
    }
    if (contactInfo().isEmpty()) {
      throw new ConfigurationException(
          "postern.tls-reports.contact-info is missing: write an address or a page for questions "
              + "about the reports");
    }
    return Optional.of(
        new Submitter(
            organizationName().get(),
            contactInfo().get(),
            from,
            address.asciiDomain().toLowerCase(Locale.ROOT),
            signer(address.asciiDomain().toLowerCase(Locale.ROOT))));
  }

  private Optional<DkimSignature> signer(String domain) {
    if (dkim().keyFile().isEmpty() && dkim().selector().isEmpty()) {
      Logger.getLogger(ReportSettings.class)
          .info(
              "no TLS report is sent by mail: such a message must be signed (RFC 8460 §3), and "
                  + "postern.tls-reports.dkim.* is not set; reports are only posted to https: "
                  + "addresses");
      return Optional.empty();
    }
    String selector = dkim().selector().orElse("");
    if (!selector.matches("[A-Za-z0-9]([A-Za-z0-9.-]{0,61}[A-Za-z0-9])?")) {
      throw new ConfigurationException(
          "postern.tls-reports.dkim.selector is \""
              + selector
              + "\": write the name of the key's record below _domainkey."
              + domain);
    }
    String file = dkim().keyFile().orElse("");
    try {
      return Optional.of(
          new DkimSignature(domain, selector, DkimSignature.key(Files.readString(Path.of(file)))));
    } catch (IOException | IllegalArgumentException e) {
      throw new ConfigurationException(
          "postern.tls-reports.dkim.key-file \""
              + file
              + "\" cannot be used: write a PEM file with an RSA key of 2048 bits or more in"
              + " PKCS#8, as \"openssl genpkey -algorithm RSA\" makes it");
    }
  }
}
