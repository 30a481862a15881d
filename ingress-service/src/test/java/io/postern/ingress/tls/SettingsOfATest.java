package io.postern.ingress.tls;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Settings by their keys, as the framework maps them. */
record SettingsOfATest(Map<String, String> values) implements TlsFileSettings {
  private static final String CERTIFICATES = "postern.tls.certificates.";

  private Optional<String> value(String name) {
    return Optional.ofNullable(values.get("postern.tls." + name));
  }

  private Optional<List<String>> list(String name) {
    return value(name).map(text -> Arrays.asList(text.split(",", -1)));
  }

  @Override
  public Optional<String> certificate() {
    return value("certificate");
  }

  @Override
  public Optional<String> key() {
    return value("key");
  }

  @Override
  public Optional<String> keyPasswordFile() {
    return value("key-password-file");
  }

  @Override
  public Map<String, NamedCertificate> certificates() {
    Map<String, NamedCertificate> named = new TreeMap<>();
    for (String key : values.keySet()) {
      if (key.startsWith(CERTIFICATES)) {
        String name = key.substring(CERTIFICATES.length(), key.lastIndexOf('.'));
        named.put(name, new Named("certificates." + name + "."));
      }
    }
    return named;
  }

  private final class Named implements NamedCertificate {
    private final String prefix;

    Named(String prefix) {
      this.prefix = prefix;
    }

    @Override
    public Optional<String> certificate() {
      return value(prefix + "certificate");
    }

    @Override
    public Optional<String> key() {
      return value(prefix + "key");
    }

    @Override
    public Optional<String> keyPasswordFile() {
      return value(prefix + "key-password-file");
    }

    @Override
    public Optional<String> pkcs12() {
      return value(prefix + "pkcs12");
    }

    @Override
    public Optional<String> pkcs12PasswordFile() {
      return value(prefix + "pkcs12-password-file");
    }
  }

  @Override
  public Optional<String> comingCertificate() {
    return value("coming-certificate");
  }

  @Override
  public Optional<Instant> comingFrom() {
    return Optional.empty();
  }

  @Override
  public Optional<String> ticketSecret() {
    return value("ticket-secret");
  }

  @Override
  public String minimumVersion() {
    return value("minimum-version").orElse("TLSv1.2");
  }

  @Override
  public Optional<List<String>> suites() {
    return list("suites");
  }

  @Override
  public Optional<List<String>> groups() {
    return list("groups");
  }
}
