package io.postern.ingress.tls;

import io.postern.transport.KeyMaterial;
import io.postern.transport.TlsServerOptions;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The check of the settings of versions, suites and groups: a ConfigurationException has one
 * sentence with the key and the cure. Stateless.
 */
final class OfferSettings {
  private OfferSettings() {}

  /**
   * @param certificates of which one at least must be of use with the suites
   */
  static TlsServerOptions of(TlsFileSettings settings, List<KeyMaterial> certificates) {
    boolean newest =
        switch (settings.minimumVersion()) {
          case "TLSv1.2" -> false;
          case "TLSv1.3" -> true;
          default ->
              throw new ConfigurationException(
                  "postern.tls.minimum-version is \""
                      + settings.minimumVersion()
                      + "\": write TLSv1.2 or TLSv1.3");
        };
    TlsServerOptions offer =
        newest ? TlsServerOptions.DEFAULT.withTls13Only() : TlsServerOptions.DEFAULT;
    if (settings.suites().isPresent()) {
      List<String> suites = settings.suites().get();
      if (newest) {
        throw new ConfigurationException(
            "postern.tls.suites applies to TLS 1.2: remove it with "
                + "postern.tls.minimum-version=TLSv1.3");
      }
      offer = checked("postern.tls.suites", offer, o -> o.withTls12Suites(suites));
      fit(suites, certificates);
    }
    if (settings.groups().isPresent()) {
      List<String> groups = settings.groups().get();
      offer = checked("postern.tls.groups", offer, o -> o.withGroups(groups));
    }
    return offer;
  }

  private static TlsServerOptions checked(
      String key, TlsServerOptions offer, UnaryOperator<TlsServerOptions> change) {
    try {
      return change.apply(offer);
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(key + ": " + e.getMessage());
    }
  }

  private static void fit(List<String> suites, List<KeyMaterial> certificates) {
    for (KeyMaterial certificate : certificates) {
      String word = certificate.type().equals("EC") ? "_ECDSA_" : "_RSA_";
      if (suites.stream().anyMatch(suite -> suite.contains(word))) {
        return;
      }
    }
    throw new ConfigurationException(
        "postern.tls.suites has no suite for the key type of any certificate: add suites with"
            + (certificates.getFirst().type().equals("EC") ? " ECDSA" : " RSA")
            + " in their names");
  }
}
